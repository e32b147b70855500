"""Two circles of one person share nothing: not for who listens, not for those who are in them.

Kai is in Ada's circle and in Ben's, from one home. All that Kai's home says with each goes through
a tap. Then everything that the members of the one hold, opened, is laid beside everything that the
members of the other hold: not eight bytes may be in both.

What both may have in common, with the reason, is in `ON_THE_WIRE` and `IN_THE_CLEAR`, and nothing
else is let pass. Beyond it a listener still knows the computer's address, and when it woke.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import trio

from app.store import circles, ops
from p2p.host import address_peer
from p2p.op import SignedOp
from tests.journeys.people import NewPerson, Person, free_port, on_port, port_in, the_same, village
from tests.journeys.test_secrets import Spellings, Tap, files_of, found_in, spellings

WIDE = 8  # bytes


def followed(constant: bytes) -> Iterator[bytes]:
    """A constant and the two bytes after it, whatever they are.

    In eight bytes of which six or seven are the constant's, the others are alike by chance: one in
    256 connections. A third byte that is alike would be found.
    """
    return (constant + by.to_bytes(2, "big") for by in range(1 << 16))


ON_THE_WIRE = (
    # How every libp2p connection begins: what both speak, in the clear, then a length of Noise's.
    b"\x13/multistream/1.0.0\n\x07/noise\n",
    b"\x13/multistream/1.0.0\n\x13/multistream/1.0.0\n",
    *followed(b"/noise\n\x00 "),  # the first message of Noise has 32 bytes
    *followed(b"/noise\n\x00\xc8"),  # and the second 200: two keys and a signature, sealed
)
IN_THE_CLEAR = (
    bytes(32),  # `ZERO`: no op before, no epoch yet; the same in every circle there is
)
KAI_ONE, KAI_TWO = "Kaimauer Nachtigall", "Ludmilla Federspiel"
ADA, BEN = "Wilhelmine Sauerampfer", "Bartholomäus Nebelkrähe"
CIRCLE_ONE, CIRCLE_TWO = "Quittenbaumgarten im November", "Werkstatt unter der Treppe"
WORD_ONE, WORD_TWO = "Schwalbenwurzenzian", "Kupferdachrinnentropfen"


def windows(pieces: Iterable[bytes]) -> set[bytes]:
    """Every eight bytes that stand together in one of these."""
    return {
        piece[at : at + WIDE] for piece in pieces for at in range(max(0, len(piece) - WIDE + 1))
    }


def shared(one: Iterable[bytes], two: Iterable[bytes], allowed: Iterable[bytes]) -> set[bytes]:
    """What stands in both, beyond what may."""
    return (windows(one) & windows(two)) - windows(allowed)


def values(of: Any) -> Iterator[bytes]:  # noqa: ANN401 - whatever MessagePack may hold
    """The values in something decoded, each alone: how they are strung together is the protocol's.

    Numbers are no strings of eight bytes, but for times in milliseconds.
    """
    match of:
        case bytes():
            yield of
        case str():
            yield of.encode()
        case bool() | None:
            pass
        case int() if of >= 1 << 32:
            yield of.to_bytes(WIDE, "big")
        case list() | tuple():
            for one in of:
                yield from values(one)


def told(op: SignedOp) -> Iterator[bytes]:
    """All that an op tells whoever can open it."""
    yield from values(msgspec.to_builtins(op.header, builtin_types=(bytes,)))
    yield from (op.op_id, op.signature, op.salt)
    yield from values(msgspec.msgpack.decode(op.payload))


def held_by(person: Person) -> list[bytes]:
    """Everything of the only circle that somebody is in: ops, envelopes, secrets, cards."""
    store = person.store()
    (row,) = circles.all_circles(store)
    found: list[bytes] = []
    for op in ops.authority_ops(store, row.circle_no, row.circle):
        found += told(op)
    for (op_no,) in store.read("SELECT op_no FROM ops WHERE log = 1"):
        found += told(ops.one(store, row.circle, op_no))
    for name, kept in store.read("SELECT envelope, op FROM ops"):
        found += [bytes(name), bytes(kept)]
    for epoch, words, authority in circles.secrets_of(store, row.circle_no):
        found += values([epoch, words, authority])
    for card in circles.cards_of(store, row.circle_no).values():
        found += [card.device, card.signature, card.counter.to_bytes(WIDE, "big")]
        # The computer's address is the same, as the protocol says; who answers there is not.
        found += [address_peer(address) or b"" for address in card.addresses]
    store.close()
    return found


def test_the_comparison_finds_what_is_shared() -> None:
    """Eight bytes at any place, not seven; and what may be shared only whole."""
    assert shared([b"a12345678b"], [b"cc12345678"], []) == {b"12345678"}
    assert shared([b"a1234567b"], [b"cc1234567"], []) == set()
    assert shared([b"12345678"], [b"12345678"], [b"x12345678"]) == set()
    assert shared([b"123456789"], [b"123456789"], [b"12345678"]) == {b"23456789"}
    begins = b"/noise\n\x00\xc8"
    assert shared([begins + b"ab1"], [begins + b"ab2"], ON_THE_WIRE) == set()
    third = b"se\n\x00\xc8abc"
    assert shared([begins + b"abc1"], [begins + b"abc2"], ON_THE_WIRE) == {third}


async def joins(new: NewPerson, kai: Person, name: str, circle: str, tap: "Behind") -> str:
    """Somebody founds a circle behind a tap, and Kai comes in under the name given."""
    host = await new(name, home=tap.folder)
    found = await host.founds(circle)
    await host.addresses()  # else the link might name none
    made = await host.ask("circle.invite", circle=found)
    await host.sleeps()
    await tap.opens(port_in(made["link"]))
    await host.wakes(on_port(tap.hidden))
    tap.host = host
    await kai.comes_in(made["link"])
    await host.knows(found, name, kai.name)
    return found


class Behind:
    """A home that is reached through a tap only."""

    def __init__(self, folder: Path, nursery: trio.Nursery) -> None:
        self.folder = folder
        self.hidden = free_port()
        self.host: Person
        self.tap: Tap
        self._nursery = nursery

    async def opens(self, public: int) -> None:
        self.tap = Tap(public, self.hidden)
        await self._nursery.start(self.tap.run)

    def streams(self) -> list[bytes]:
        return [bytes(taken) for taken in self.tap.taken]


async def test_two_circles_of_one_person_share_nothing(tmp_path: Path) -> None:
    """Not on the wire, not with the members, not in any file of Kai's outside the store."""
    async with trio.open_nursery() as nursery, village(tmp_path) as new:
        kai = await new(KAI_ONE, home=tmp_path / "kai")
        one, two = Behind(tmp_path / "one", nursery), Behind(tmp_path / "two", nursery)
        first = await joins(new, kai, ADA, CIRCLE_ONE, one)
        kai.name = KAI_TWO
        second = await joins(new, kai, BEN, CIRCLE_TWO, two)
        for at, circle, word in ((one, first, WORD_ONE), (two, second, WORD_TWO)):
            asked = await kai.writes(circle, f"{word} {'ab'[at is two] * 20_000}", title=word)
            await at.host.has(circle, f"{word} {'ab'[at is two] * 20_000}")
            await at.host.writes(circle, f"{word}, {at.host.name}", reply_to=asked)
            await the_same(circle, kai, at.host, posts=2)
        listening = [port_in(address) for address in await kai.addresses()]
        assert len(listening) == len(set(listening)) == 2

        # Who listens: sealed by Noise, and how it begins is everybody's.
        streams = one.streams(), two.streams()
        for each in streams:
            assert sum(map(len, each)) > 20_000
        assert shared(*streams, ON_THE_WIRE) == set()

        # The files beside the store, and the store as it lies there, tell of neither.
        await kai.sleeps()
        await one.host.sleeps()
        await two.host.sleeps()
        held = [value for value in held_by(one.host) if len(value) >= WIDE]
        others = [value for value in held_by(two.host) if len(value) >= WIDE]
        needles: dict[str, Spellings] = {
            name: spellings(name)
            for name in (KAI_ONE, KAI_TWO, CIRCLE_ONE, CIRCLE_TWO, WORD_ONE, WORD_TWO)
        }
        apart = windows(held) | windows(others)
        outside = 0
        for name, content in files_of(kai):
            assert found_in(content, needles) == set(), name
            if not name.endswith(("store.db", "store.db-wal", "store.db-shm")):
                outside += 1
                assert windows([content]) & apart <= windows(IN_THE_CLEAR), name
        assert outside >= 2
        assert kai.said_on_stderr == b""

        # Who is in them: all that both sides of each circle hold, opened.
        assert {KAI_ONE.encode(), WORD_ONE.encode()} <= set(held)
        assert {KAI_TWO.encode(), WORD_TWO.encode()} <= set(others)
        assert len(held) > 100
        assert shared(held, others, IN_THE_CLEAR) == set()

        # And were it there, it would have been found.
        for leak in held:
            if leak not in IN_THE_CLEAR:
                assert shared(held, [*others, b"\0" + leak[:WIDE]], IN_THE_CLEAR)
        nursery.cancel_scope.cancel()
