"""Details for whoever helps, and a log of them without names, ids and addresses. Knows no Qt."""

from collections.abc import Iterable, Sequence
from ipaddress import ip_address

from app.circle.state import NetStatus, Path
from app.commands import Mailbox, NetSettings

RUNGS = {
    Path.DIRECT: "direct",
    Path.LAN: "direct, same network",
    Path.PUNCHED: "direct, through both routers",
    Path.RELAY: "carried by another computer",
    Path.MAILBOX: "mailbox only",
    Path.NONE: "not reached",
}
NO_ADDRESS = "none: this computer isn't heard on any network"


def listens(net: NetStatus) -> list[str]:
    """Where this computer listens, as text without whose it is."""
    return [one.split("/p2p/")[0] for one in net.listening if "/p2p-circuit" not in one]


def kind(address: str) -> str:
    """What an address is like, without what it is: "IPv4, home network, TCP"."""
    if "/p2p-circuit" in address:
        return "carried by another computer"
    parts = address.split("/")
    family, host = (parts[1], parts[2]) if len(parts) > 2 else ("", "")  # noqa: PLR2004 - "/ip4/…"
    try:
        number = ip_address(host)
    except ValueError:
        return "a name" if family.startswith("dns") else "unknown"
    where = "internet"
    if number.is_loopback:
        where = "this computer only"
    elif number.is_link_local:
        where = "link"
    elif not number.is_global:
        where = "home network"
    return f"IPv{number.version}, {where}"


def rungs(net: NetStatus) -> list[str]:
    """By which way each person is reached, with their names: for the screen only."""
    return [f"{one.display_name}: {RUNGS[one.path]}" for one in net.people]


def log(
    net: NetStatus,
    mailboxes: Sequence[Mailbox],
    settings: NetSettings | None,
    version: str,
    clocks: str,
) -> str:
    """What may be handed to a helper: numbers and kinds, people by a number.

    No name, no id, no address, and nothing that was written.
    """
    lines = [
        f"Hearthside {version}", f"at {clocks}",
        f"paused: {_so(net.paused)}",
        f"people reached: {net.reachable} of {net.of}",
        f"posts waiting: {net.waiting}, for {net.waiting_for}",
    ]  # fmt: skip
    if settings is not None:
        lines.append(
            f"same network: {_so(settings.lan)}, router: {_so(settings.port_mapping)}, "
            f"carries for others: {_so(settings.relay)}"
        )
    kinds = [kind(one) for one in net.listening] or [NO_ADDRESS]
    lines += [f"address: {one}" for one in kinds]
    people = _numbered(one.member for one in net.people)
    circles = _numbered(one.circle for one in net.people)
    for one in net.people:
        via = "" if not one.via else " (by a mailbox)" if one.by_mailbox else " (by a member)"
        lines.append(
            f"circle {circles[one.circle]}, Person {people[one.member]}: {RUNGS[one.path]}{via}, "
            f"{one.waiting} waiting"
        )
    for place, box in enumerate(mailboxes, 1):
        lines.append(
            f"Mailbox {place}: used: {_so(box.used)}, reached: {_so(box.reachable)}, "
            f"full: {_so(box.full)}, holds: {box.held}, bytes: {box.bytes} of {box.room}"
        )
    return "\n".join(lines) + "\n"


def _numbered(keys: Iterable[str]) -> dict[str, int]:
    return {key: place for place, key in enumerate(dict.fromkeys(keys), 1)}


def _so(yes: bool) -> str:
    return "yes" if yes else "no"
