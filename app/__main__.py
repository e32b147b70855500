"""The one doorway: the window, the home over JSON-RPC, the mailbox, the demo. Nobody imports it.

Exit statuses: 0 all went well · 1 it did not, with a sentence on stderr · 2 the command line is
wrong · 3 the home is open in another process.
"""

import argparse
import importlib
import ipaddress
import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from app.logs import leaves, outline, set_up_logging
from app.places import LETTING_GO, AlreadyOpen, Places
from app.refused import Refused
from app.version import VERSION

ALREADY_OPEN: Final = 3

_NO_WINDOW: Final = (
    "Hearthside can't open a window here: there is no display, or Qt's system libraries are "
    "missing. To see it at work without one: tools/run demo"
)
_LISTEN: Final = re.compile(r"^/ip([46])/([^/]+)/tcp/([0-9]{1,5})\Z")
_LAST_PORT: Final = 65535
_MOST_MEGABYTES: Final = 1_000_000


def main(argv: Sequence[str] | None = None) -> int:
    """Run what the command line asks for and give the exit status."""
    # What is made here is for its owner only, also side files that libraries make.
    os.umask(0o077)
    set_up_logging(sys.stderr)
    words = list(sys.argv[1:] if argv is None else argv)
    modes: dict[str, Callable[[list[str]], int]] = {"rpc": _rpc, "demo": _demo, "mailbox": _mailbox}
    mode = modes.get(words[0]) if words else None
    try:
        return mode(words[1:]) if mode else _window(words)
    except AlreadyOpen as fault:
        return _say(str(fault), ALREADY_OPEN)
    except Refused as refusal:
        return _say(refusal.message)
    except KeyboardInterrupt:
        return 130  # as shells count a Ctrl+C
    except Exception as fault:  # noqa: BLE001 - a traceback may quote what it choked on
        for leaf in leaves(fault):
            if isinstance(leaf, Refused):
                return _say(leaf.message)
        return _say(f"Hearthside stopped because of a fault of its own: {outline(fault)}")


def _window(words: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="hearthside",
        description="Open the window of your home. A link that you were sent opens its invite.",
        epilog="Also: hearthside rpc (a home without a window, over JSON-RPC), hearthside mailbox "
        "(a computer that stays on, and holds sealed posts for people who are away), hearthside "
        "demo (a short circle of three, played in this terminal); each knows --help.",
    )
    parser.add_argument("--home", type=Path, metavar="DIR", help="another home than the usual one")
    parser.add_argument("--version", action="version", version=f"hearthside {VERSION}")
    parser.add_argument("link", nargs="?", help="an invite's link")
    asked = parser.parse_args(words)
    places = _places(asked.home) if asked.home else Places.default()
    if not _has_display():
        return _say(_NO_WINDOW)
    with places.claim(patience=LETTING_GO):
        pass  # told here that it is open already, before a window is; the home claims it by itself
    try:
        desktop = importlib.import_module("ui.desktop")
    except ImportError as fault:
        # A library that the system lacks, and not a module of ours that is misspelt.
        if (fault.name or "").partition(".")[0] in {"app", "p2p", "ui", "resources"}:
            raise
        return _say(_NO_WINDOW)
    status: int = desktop.run(places, link=asked.link)
    return status


def _rpc(words: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="hearthside rpc",
        description="Run one home without a window; it speaks JSON-RPC 2.0 on stdin and stdout, "
        "one object a line. rpc.discover tells all methods.",
    )
    parser.add_argument("--home", type=Path, required=True, metavar="DIR", help="the home's folder")
    parser.add_argument(
        "--listen",
        type=_multiaddr,
        action="append",
        default=[],
        metavar="MULTIADDR",
        help="where to listen, such as /ip4/0.0.0.0/tcp/0; may be given several times",
    )
    parser.add_argument(
        "--no-lan", action="store_true", help="do not look for people on the local network"
    )
    parser.add_argument(
        "--patience", type=float, default=0.0, metavar="SECONDS",
        help="how long another process may take to let go of the home",
    )  # fmt: skip
    asked = parser.parse_args(words)
    places = _places(asked.home)
    with places.claim(patience=asked.patience):
        # Late: they bring libp2p, and whoever is turned away shall not wait for it.
        from app.home import Home, Settings  # noqa: PLC0415
        from app.rpc import serve_stdio  # noqa: PLC0415

        serve_stdio(Home(places, Settings(listen=tuple(asked.listen), lan=not asked.no_lan)))
    return 0


def _mailbox(words: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="hearthside mailbox",
        description="Hold sealed posts for circles whose members are away. It can't open them. The "
        "first line it writes is its card: a host of a circle gives it to “Add a mailbox”.",
    )
    parser.add_argument("--home", type=Path, required=True, metavar="DIR", help="its folder")
    parser.add_argument(
        "--listen", type=_multiaddr, action="append", default=[], metavar="MULTIADDR",
        help="where to listen, such as /ip4/0.0.0.0/tcp/4001; may be given several times",
    )  # fmt: skip
    parser.add_argument(
        "--quota", type=_megabytes, default=256, metavar="MB",
        help="room for the sealed posts of one circle (256)",
    )  # fmt: skip
    asked = parser.parse_args(words)
    places = _places(asked.home)
    with places.claim():
        from app.mailbox.running import main  # noqa: PLC0415 - brings libp2p

        main(places.folder, tuple(asked.listen), asked.quota << 20)
    return 0


def _megabytes(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= _MOST_MEGABYTES:
        raise argparse.ArgumentTypeError("the room is a number of megabytes, from 1 to 1000000")
    return int(text)


def _demo(words: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="hearthside demo",
        description="Three homes on this computer play a short circle, and leave nothing behind.",
    )
    parser.add_argument("--window", action="store_true", help="end with one home in its window")
    asked = parser.parse_args(words)
    if asked.window and not _has_display():
        return _say(_NO_WINDOW)
    from app.demo import play  # noqa: PLC0415 - brings trio, which the window has on its own thread

    return play(window=asked.window)


def _places(folder: Path) -> Places:
    # Made absolute once: the home must not move when something changes the working directory.
    return Places(folder.expanduser().absolute())


def _multiaddr(text: str) -> str:
    """Check an address here, where a slip of the pen can still be told before anything begins."""
    parts = _LISTEN.match(text)
    if not parts or int(parts[3]) > _LAST_PORT or not _is_ip(parts[2], int(parts[1])):
        raise argparse.ArgumentTypeError(
            "an address to listen on looks like /ip4/0.0.0.0/tcp/0 or /ip6/::/tcp/4001"
        )
    return text


def _is_ip(text: str, version: int) -> bool:
    try:
        return ipaddress.ip_address(text).version == version
    except ValueError:
        return False


def _has_display() -> bool:
    """Say whether a window has anywhere to open; Qt itself would abort the process."""
    if sys.platform in {"win32", "darwin"}:
        return True
    return any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")))


def _say(sentence: str, status: int = 1) -> int:
    print(sentence, file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
