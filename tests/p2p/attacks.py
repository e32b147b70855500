"""What a member who turned can say, one attack after the other."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial

import trio

from p2p import wire
from p2p.host import Closed
from p2p.op import Log
from p2p.reconcile import listed
from p2p.sync import Phase
from tests.p2p.malice import Attack, Mallory, again, for_ever

BEAT = 2.0
RUSH = 0.04  # seconds between frames of a flood: twenty-five a second
FAST = 0.002  # seconds between frames that cost next to nothing
MUCH = 60  # times that all words are asked for: more than the line holds, less than is too much
LARGE = 0.1  # seconds between frames of a third of a mebibyte: three a second and more


def flood(
    make: Callable[[Mallory], wire.AnyFrame], pace: float = RUSH, phase: Phase = Phase.LIVE
) -> Attack:
    """The same kind of frame without end, once a meeting has come so far."""

    async def attack(mallory: Mallory) -> None:
        await mallory.behaves_until(phase)
        await for_ever(mallory, again(partial(make, mallory)), pace)

    return attack


def hangs_in(phase: Phase) -> Attack:
    """A meeting comes so far, and then there are heartbeats only."""

    async def attack(mallory: Mallory) -> None:
        await mallory.behaves_until(phase, says=False)
        await for_ever(mallory, again(wire.Beat), BEAT)

    return attack


async def only_hello(mallory: Mallory) -> None:
    """Not even that: heartbeats instead of a hello."""
    await for_ever(mallory, again(wire.Beat), BEAT)


async def announces_four_gibibytes(mallory: Mallory) -> None:
    """A length no frame has."""
    await mallory.behaves_until(Phase.LIVE)
    await mallory.stream._pipe.write(b"\xff\xff\xff\xff" + bytes(1000))
    mallory.sent += 1
    await mallory.while_listening(trio.sleep_forever)


async def sends_junk(mallory: Mallory) -> None:
    """The longest frame the line takes, with nothing in it."""
    await mallory.behaves_until(Phase.LIVE)
    with suppress(Closed):
        while True:
            await mallory.stream.send(bytes(512 * 1024))
            mallory.sent += 1
            await trio.sleep(LARGE)


async def drips(mallory: Mallory) -> None:
    """A byte a second of a frame that would be fine."""
    await mallory.behaves_until(Phase.LIVE)

    async def drip() -> None:
        frame = wire.encode(wire.Gone(0, mallory.ids(100)))
        for number in len(frame).to_bytes(4) + frame:
            await mallory.stream._pipe.write(bytes((number,)))
            mallory.sent += 1
            await trio.sleep(1)

    await mallory.while_listening(drip)


def never_reads(make: Callable[[Mallory], wire.AnyFrame], pace: float) -> Attack:
    """Says this again and again and takes nothing of what is answered."""

    async def attack(mallory: Mallory) -> None:
        await mallory.behaves_until(Phase.LIVE)
        with suppress(Closed):
            while True:
                await mallory.says(make(mallory), pace=pace)

    return attack


async def asks_and_never_reads(mallory: Mallory) -> None:
    """Much is asked for, which would be fine; then there are heartbeats, and nothing is read."""
    await mallory.behaves_until(Phase.LIVE)
    with suppress(Closed):
        for _ in range(MUCH):
            await mallory.says(wire.Want(1, mallory.held(Log.WORDS)))
        while True:
            await mallory.says(wire.Beat(), pace=BEAT)


async def reads_a_drop_at_a_time(mallory: Mallory) -> None:
    """Much is asked for, and a little of it is taken now and then."""
    await mallory.behaves_until(Phase.LIVE)
    with suppress(Closed):
        for _ in range(MUCH):
            await mallory.says(wire.Want(1, mallory.held(Log.WORDS)))
        while True:
            await mallory.says(wire.Beat(), pace=BEAT)
            await mallory.stream._pipe.read(1000)


async def words_then_a_secret(mallory: Mallory) -> None:
    """Fill what waits for a secret, and then bring one: it opens nothing, but all is looked at."""
    await mallory.behaves_until(Phase.LIVE)

    def frames() -> Iterator[wire.AnyFrame]:
        for _ in range(300):
            yield wire.Envelopes(1, [mallory.envelope(Log.WORDS, 60_000) for _ in range(4)])
        while True:
            yield wire.Grants([mallory.grant()])

    await for_ever(mallory, frames(), LARGE)


async def asks_for_ranges(mallory: Mallory) -> None:
    """The fingerprints of a set that is new each time."""
    await mallory.behaves_until(Phase.WORDS)
    few = [wire.Reconcile(0, mallory.ranges(100)) for _ in range(8)]
    await for_ever(mallory, itertools.cycle(few), RUSH)


async def asks_for_ranges_slowly(mallory: Mallory) -> None:
    """Just often enough to count as getting somewhere."""
    await mallory.behaves_until(Phase.AUTHORITY)
    await for_ever(mallory, _slowly(mallory), BEAT)


def _slowly(mallory: Mallory) -> Iterator[wire.AnyFrame]:
    for number in itertools.count():
        yield wire.Reconcile(0, mallory.ranges(16)) if number % 5 == 0 else wire.Beat()


async def answers_with_new_ranges(mallory: Mallory) -> None:
    """Ada leads, and each answer says that all is different."""
    await _as_led(mallory, lambda: mallory.ranges(100))


async def names_what_is_not(mallory: Mallory) -> None:
    """Ada leads, and each answer names four thousand ids that are gone then; digests differ."""
    await _as_led(mallory, partial(_names, mallory), settles=False)


async def names_and_never_gives(mallory: Mallory) -> None:
    """The same, and what is asked for neither comes nor is gone."""
    await _as_led(mallory, partial(_names, mallory), gives=False)


def _names(mallory: Mallory) -> bytes:
    return b"\x61\x00\x00\x02\x9f\x20" + b"".join(mallory.ids(4000))


async def never_settles(mallory: Mallory) -> None:
    """Ada leads; all goes well until digests are compared, which differ every time."""
    await _as_led(mallory, None, settles=False)


async def _as_led(
    mallory: Mallory,
    lie: Callable[[], bytes] | None,
    *,
    settles: bool = True,
    gives: bool = True,
) -> None:
    """Answer as an honest member would, but for some kinds of frames."""
    message = b"\x61"
    with suppress(Closed):
        while True:
            data = await mallory.stream.receive()
            match wire.decode(data):
                case wire.Reconcile(log) if lie is not None:
                    message = lie()
                    await mallory.says(wire.Reconcile(log, message))
                    continue
                case wire.Want(log, listed=True) if lie is not None:
                    if gives:
                        await mallory.says(wire.Gone(log, listed(message)))
                    continue
                case wire.Beat() as beat:
                    await mallory.says(beat)
                    continue
            await mallory.hears(data)
            for said in _said(mallory.talk.to_send()):
                if not settles and isinstance(said, wire.Settled):
                    await mallory.says(wire.Settled(said.log, b"x" * 32, said.frontier))
                else:
                    await mallory.says(said)


def _said(frames: list[bytes]) -> list[wire.AnyFrame]:
    return [wire.decode(frame) for frame in frames]


HUNG_UP: dict[str, Attack] = {
    "heartbeats instead of hello": only_hello,
    "four gibibytes announced": announces_four_gibibytes,
    "half a mebibyte of junk": sends_junk,
    "a slow drip": drips,
    "ranges without end": asks_for_ranges,
    "4096 tiny envelopes": flood(lambda m: wire.Envelopes(1, [m.chance.randbytes(64)] * 4096)),
    "authority under unknown epochs": flood(
        lambda m: wire.Envelopes(0, [m.envelope(Log.AUTHORITY) for _ in range(500)]), LARGE
    ),
    "chains": flood(lambda m: wire.Chain([m.envelope(Log.AUTHORITY)])),
    "settled": flood(lambda m: wire.Settled(0, m.chance.randbytes(32))),
    "again from the leader": flood(lambda _: wire.Again()),
    "needs": flood(lambda m: wire.Need(m.ids(200))),
    "ever new epochs": flood(lambda m: wire.Epochs(m.ids(4096)), LARGE),
    "ever new acks": flood(lambda m: wire.Ack(m.ids(4096)), LARGE),
    "never reads, asks for ranges": never_reads(lambda m: wire.Reconcile(0, m.ranges(200)), RUSH),
    "a knock in the middle": flood(lambda m: wire.Knock(m.chance.randbytes(32))),
    "hangs before authority": hangs_in(Phase.AUTHORITY),
    "hangs before epochs": hangs_in(Phase.EPOCHS),
    "hangs before settling": hangs_in(Phase.AUTHORITY_SETTLING),
    "hangs before scope": hangs_in(Phase.SCOPE),
    "hangs before words": hangs_in(Phase.WORDS),
    "hangs before settling words": hangs_in(Phase.WORDS_SETTLING),
    "ranges, slowly": asks_for_ranges_slowly,
    "the same ids wanted": flood(lambda m: wire.Want(1, m.held(Log.WORDS)[:40])),
    "the same ids of authority wanted": flood(lambda m: wire.Want(0, m.held(Log.AUTHORITY) * 4)),
    "nothing wanted": flood(lambda _: wire.Want(1, []), FAST),
    "whole logs asked for": flood(lambda m: wire.Ask(m.ada(), 1, 0, 2**53 - 1)),
    "logs of nobody asked for": flood(lambda _: wire.Ask(bytes(32), 1, 0, 1), FAST),
    "logs told": flood(lambda m: wire.Logs([wire.Logbook(m.person.device, 1, 9, bytes(16))])),
    "the same words again": flood(lambda m: wire.Envelopes(1, m.gives(Log.WORDS)[:40] * 5, True)),
    "one envelope many times": flood(lambda m: wire.Envelopes(1, m.gives(Log.WORDS)[-1:] * 400)),
    "the same authority again": flood(lambda m: wire.Envelopes(0, m.gives(Log.AUTHORITY) * 20)),
    "one word again and again": flood(
        lambda m: wire.Envelopes(1, m.gives(Log.WORDS)[:1], True), FAST
    ),
    "empty frames": flood(lambda _: wire.Envelopes(0, []), FAST),
    "beats": flood(lambda _: wire.Beat(), FAST),
    "old acks": flood(lambda _: wire.Ack([]), FAST),
    "no grants": flood(lambda _: wire.Grants([]), FAST),
    "ids wanted that are not": flood(lambda m: wire.Want(1, m.ids(4096)), LARGE),
    "ids gone that never were": flood(lambda m: wire.Gone(1, m.ids(4096)), LARGE),
    "the same epochs again": flood(lambda _: wire.Epochs([bytes(32)])),
    "scopes without end": flood(lambda m: wire.Scope(m.ids(4096), 0), LARGE),
    "grants that do not open": flood(
        lambda m: wire.Grants(
            [wire.Grant(m.chance.randbytes(32), m.person.device, bytes(1200))] * 8
        )
    ),
    "grants of epochs that are not": flood(lambda m: wire.Grants([m.grant() for _ in range(8)])),
    "new cards without end": flood(
        lambda m: wire.Cards([m.person.shelf.own_card(["/ip4/192.0.2.1/tcp/4001"])])
    ),
    "words under unknown epochs": flood(
        lambda m: wire.Envelopes(1, [m.envelope(Log.WORDS, 50_000) for _ in range(5)]), LARGE
    ),
    "words under unknown epochs, then a secret": words_then_a_secret,
    "words that nobody signed": flood(lambda m: wire.Envelopes(1, m.forged(5)), LARGE),
    "never reads what it asked for": asks_and_never_reads,
    "reads a drop at a time": reads_a_drop_at_a_time,
    "never reads, wants what is": never_reads(lambda m: wire.Want(1, m.held(Log.WORDS)), RUSH),
    "never reads, wants what is not": never_reads(lambda m: wire.Want(1, m.ids(4096)), RUSH),
}
"""Attacks by a member who dialled Ada."""

LED: dict[str, Attack] = {
    "ranges in every answer": answers_with_new_ranges,
    "ids that nobody has": names_what_is_not,
    "ids named and never given": names_and_never_gives,
}
"""Attacks by a member whom Ada dialled."""

BORNE: dict[str, Attack] = {
    "never reads, only beats": never_reads(lambda _: wire.Beat(), BEAT),
}
"""By one who dialled: no rule ends it, because nothing comes of it."""

LED_BORNE: dict[str, Attack] = {
    "never settles": never_settles,
}
"""By one who was dialled: digests that differ prove no lie, so each run has `ROUNDS` rounds."""
