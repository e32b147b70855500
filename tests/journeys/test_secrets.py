"""What two people say to each other is found nowhere: not on disk, not in logs, not on the wire.

The searcher knows every needle in many spellings and is itself tested on what it has to find. The
TCP bytes are taken by a proxy through which all that the two homes say has to go.
"""

import base64
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import trio

from app import invite
from p2p.host import address_peer
from tests.journeys.people import PASSPHRASE, Person, free_port, on_port, port_in, the_same, village

Spellings = dict[str, bytes]


def spellings(needle: str | bytes) -> Spellings:
    """A needle in every encoding it could hide in."""
    plain: dict[str, bytes] = (
        {"raw": needle}
        if isinstance(needle, bytes)
        else {e: needle.encode(e) for e in ("utf-8", "utf-16-le", "utf-16-be")}
    )
    found: Spellings = {}
    for name, raw in plain.items():
        found[name] = raw
        found[f"{name} hex"] = raw.hex().encode()
        found[f"{name} HEX"] = raw.hex().upper().encode()
        for shift in range(3):
            # The letters that the bytes around it have no part in.
            coded = base64.b64encode(b"\0" * shift + raw)
            start, end = (0, 2, 3)[shift], len(raw) + shift
            inner = coded[start : end * 8 // 6]
            found[f"{name} base64 at {shift}"] = inner
            found[f"{name} base64url at {shift}"] = inner.translate(bytes.maketrans(b"+/", b"-_"))
    assert min(map(len, found.values())) >= 8, "too short to be told from chance"
    return found


def found_in(haystack: bytes, needles: dict[str, Spellings]) -> set[str]:
    """Which needles are there, and how they are spelt."""
    return {
        f"{name} ({how})"
        for name, ways in needles.items()
        for how, spelt in ways.items()
        if spelt in haystack
    }


@pytest.mark.parametrize("around", [0, 1, 2, 3, 7, 500])
@pytest.mark.parametrize("needle", ["Quittenbaumgarten", "Ärger im Böötle", bytes(range(200, 232))])
def test_the_searcher_finds_what_is_there(needle: str | bytes, around: int) -> None:
    """In every encoding, at every offset, amid other bytes; and in noise it finds nothing."""
    chance = random.Random(around)
    before, after = chance.randbytes(around), chance.randbytes(around)
    needles = {"it": spellings(needle)}
    raws = (
        [needle]
        if isinstance(needle, bytes)
        else [needle.encode(e) for e in ("utf-8", "utf-16-le", "utf-16-be")]
    )
    for raw in raws:
        whole = before + raw + after
        for hidden in (
            whole, whole.hex().encode(), whole.hex().upper().encode(),
            base64.b64encode(whole), base64.urlsafe_b64encode(whole),
            base64.b64encode(whole).rstrip(b"="),
        ):  # fmt: skip
            noisy = chance.randbytes(999) + hidden + chance.randbytes(999)
            assert found_in(noisy, needles)
            for cut in (0, len(hidden) // 2):  # a half of it is no needle
                half = hidden[:cut]
                assert not found_in(half, needles) or around > len(raw) // 2
    assert not found_in(chance.randbytes(200_000), needles)


class Tap:
    """A forwarding proxy: who dials its port talks to the one behind, and it keeps all bytes."""

    def __init__(self, port: int, behind: int) -> None:
        self.port = port
        self.behind = behind
        self.taken: list[bytearray] = []
        self.own_ports: set[int] = set()

    async def run(
        self,
        task_status: trio.TaskStatus[list[trio.SocketListener]] = trio.TASK_STATUS_IGNORED,
    ) -> None:
        await trio.serve_tcp(self._serve, self.port, host="127.0.0.1", task_status=task_status)

    async def _serve(self, outside: trio.SocketStream) -> None:
        try:
            inside = await trio.open_tcp_stream("127.0.0.1", self.behind)
        except OSError:
            return
        self.own_ports.add(inside.socket.getsockname()[1])
        async with inside, trio.open_nursery() as nursery:
            nursery.start_soon(self._pass_on, outside, inside, nursery.cancel_scope)
            nursery.start_soon(self._pass_on, inside, outside, nursery.cancel_scope)

    async def _pass_on(
        self, one: trio.SocketStream, other: trio.SocketStream, scope: trio.CancelScope
    ) -> None:
        kept = bytearray()
        self.taken.append(kept)
        try:
            async for piece in one:
                kept += piece
                await other.send_all(piece)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            pass
        scope.cancel()

    @property
    def bytes_taken(self) -> int:
        return sum(map(len, self.taken))


def connections_to(port: int) -> set[int]:
    """The ports of all who are connected to a port of this machine, as the system sees it."""
    found = set()
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        local, remote, state = line.split()[1:4]
        if int(local.split(":")[1], 16) == port and state == "01":
            found.add(int(remote.split(":")[1], 16))
    return found


def files_of(*people: Person) -> Iterator[tuple[str, bytes]]:
    for person in people:
        for file in person.folder.rglob("*"):
            if file.is_file():
                yield f"{person.name}'s {file.name}", file.read_bytes()


CIRCLE = "Quittenbaumgarten im November"
ABOUT = "Fuer alle mit Zwetschgenkummer"
ADA, BEN = "Wilhelmine Sauerampfer", "Bartholomäus Nebelkrähe"
WORD = "Schwalbenwurzenzian"


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux who is connected to whom")
async def test_nothing_is_to_be_found_anywhere(tmp_path: Path) -> None:  # noqa: PLR0915 - a story
    """Words, names, ids, codes, passphrase: not in the folders, open or shut; not on the wire."""
    public, hidden = 0, free_port()
    async with trio.open_nursery() as nursery, village(tmp_path) as new:
        ada, ben = await new(ADA, home=tmp_path / "one"), await new(BEN, home=tmp_path / "two")
        circle = await ada.founds(CIRCLE, about=ABOUT)
        made = await ada.ask("circle.invite", circle=circle, uses=2, label=f"label {WORD}")
        public = port_in(made["link"])
        # Her home moves behind the proxy: all that Ben is told, by the link and by the capsule,
        # names the proxy's port with her peer id.
        await ada.sleeps()
        tap = Tap(public, hidden)
        await nursery.start(tap.run)
        await ada.wakes(on_port(hidden))
        assert await ben.comes_in(made["link"]) == circle
        await ben.knows(circle, ADA, BEN)
        before = tap.bytes_taken
        question = await ada.writes(
            circle, f"{WORD} eins " + "a" * 20_000, kind="question", title=f"Titel {WORD}",
            content_note=f"Hinweis {WORD}", want="experiences",
        )  # fmt: skip
        await ben.has(circle, f"{WORD} eins " + "a" * 20_000)
        answer = await ben.writes(circle, f"{WORD} zwei " + "b" * 20_000, reply_to=question)
        await ben.writes(circle, f"Auch {WORD}.", kind="checkin", feeling="wobbly")
        await ada.ask("draft.keep", circle=circle, place="circle", body=f"Entwurf {WORD}")
        await the_same(circle, ada, ben, posts=3)
        # It did go through the proxy, both ways and nowhere else.
        assert tap.bytes_taken - before > 40_000
        assert connections_to(hidden)
        assert connections_to(hidden) <= tap.own_ports
        assert not connections_to(port_in((await ben.addresses())[0]))

        code, addresses = invite.read(made["link"])
        members = await ada.ask("circle.members", circle=circle)
        needles: dict[str, Spellings] = {
            "a word": spellings(WORD), "the circle": spellings(CIRCLE), "about": spellings(ABOUT),
            "Ada's name": spellings(ADA), "Ben's name": spellings(BEN),
            "the circle's id": spellings(bytes.fromhex(circle)),
            "its beginning": spellings(bytes.fromhex(circle)[:12]),
            "the code": spellings(made["code"]),
            "bare code": spellings(made["code"].replace("-", "")),
            "the code's secret": spellings(code.secret), "invite key": spellings(code.key),
            "rendezvous": spellings(code.rendezvous), "passphrase": spellings(PASSPHRASE),
            "question": spellings(bytes.fromhex(question)),
            "answer": spellings(bytes.fromhex(answer)),
            "Ada's door": spellings(address_peer(addresses[0]) or b""),
            "Ada's peer id": spellings(addresses[0].split("/p2p/")[1]),
        }  # fmt: skip
        for number, one in enumerate(members):
            needles[f"member {number}"] = spellings(bytes.fromhex(one["member"]))

        def nothing_in(what: Iterator[tuple[str, bytes]]) -> None:
            looked = 0
            for name, haystack in what:
                assert found_in(haystack, needles) == set(), name
                looked += len(haystack)
            assert looked > 10_000

        wal = {name: len(data) for name, data in files_of(ada, ben) if name.endswith("-wal")}
        assert len(wal) == 2
        assert min(wal.values()) > 40_000, "the words are in there, sealed"
        nothing_in(files_of(ada, ben))
        await ben.sleeps()
        nothing_in(files_of(ada, ben))
        await ada.dies()
        nothing_in(files_of(ada, ben))
        await ada.wakes(on_port(hidden))
        await ada.sleeps()
        nothing_in(files_of(ada, ben))
        nothing_in((f"stream {n}", bytes(taken)) for n, taken in enumerate(tap.taken))
        for person in (ada, ben):
            assert found_in(person.said_on_stderr, needles) == set()
            assert person.said_on_stderr == b""

        # And were it there, it would have been found: in a folder, in a stream, in the open store.
        leak = ada.folder / "leak"
        for way, spelt in needles["the circle's id"].items():
            leak.write_bytes(b"\0" * 999 + spelt)
            with pytest.raises(AssertionError):
                nothing_in(files_of(ada, ben))
            tap.taken[-1] += spelt
            assert found_in(bytes(tap.taken[-1]), needles), way
        leak.unlink()
        store = ada.store()
        inside = b"".join(
            bytes(cell) if isinstance(cell, bytes) else str(cell).encode()
            for table in ("circles", "bodies", "drafts", "invites", "posts")
            for row in store.read(f"SELECT * FROM {table}")  # noqa: S608 - constants
            for cell in row
        )
        store.close()
        names = {found.split(" (")[0] for found in found_in(inside, needles)}
        assert names >= {
            "a word", "the circle", "about", "Ada's name", "the circle's id", "the code's secret",
            "invite key", "rendezvous", "question", "answer", "member 0", "member 1",
        }  # fmt: skip
        nursery.cancel_scope.cancel()
