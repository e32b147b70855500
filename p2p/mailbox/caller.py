"""The member's side of one stream to a mailbox: one question at a time, each with its answer.

What is compared and carried both ways is in `Carrier`: Negentropy over what is held from an hour
on, then the envelopes. Source: protocol, section 16.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import trio

from p2p.envelope import envelope_id
from p2p.errors import PeerFault
from p2p.host import FrameStream
from p2p.ids import EnvelopeId
from p2p.mailbox import capability, wire
from p2p.mailbox.wire import Answered, Asked
from p2p.op import Log
from p2p.reconcile import MOST_RANGES, Initiator, ItemSet

ANSWER: Final = 6.0  # seconds until an answer has begun to come; who is silent is not there
CARRYING: Final = 60.0  # seconds for one full frame there and its answer: a thin line
COMPARE_LIMIT: Final = 128 * 1024  # bytes of one Negentropy message
MOST_ROUNDS: Final = 512
MOST_NAMED: Final = 1 << 18  # ids in one comparison


class NotDone(Exception):  # noqa: N818 - an answer, not a fault
    """The mailbox refused one thing; `reason` is that of `wire.Refusal`."""

    def __init__(self, reason: int) -> None:
        """For a reason."""
        super().__init__("the mailbox refused")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Difference:
    """What a comparison found: ids that they lack, and ids that we lack."""

    have: list[EnvelopeId]
    need: list[EnvelopeId]


class Caller:
    """Asks on one stream. Every method raises `Closed`, `PeerFault` or `trio.TooSlowError`."""

    def __init__(self, stream: FrameStream) -> None:
        """Take over a stream to the mailbox, for one task."""
        self._stream = stream

    async def ask(self, asked: Asked, *, patience: float = ANSWER) -> Answered:
        """The answer to one question. Raises `NotDone` where it was refused."""
        with trio.fail_after(patience):
            await self._stream.send(wire.encode(asked))
            answer = wire.answer(await self._stream.receive())
        if isinstance(answer, wire.Refusal):
            raise NotDone(answer.reason)
        return answer

    async def close(self) -> None:
        """Nothing more is asked. Never raises."""
        await self._stream.close()

    async def do(self, asked: Asked, *, patience: float = ANSWER) -> None:
        """Have something done."""
        if not isinstance(await self.ask(asked, patience=patience), wire.Done):
            raise PeerFault("an answer to something else")

    async def compare(self, log: Log, since: int, items: ItemSet) -> Difference:
        """What either side lacks of a log from an hour on."""
        initiator = Initiator(items, COMPARE_LIMIT, MOST_RANGES)
        message: bytes | None = initiator.start(whole=True)
        have: dict[bytes, None] = {}
        need: dict[bytes, None] = {}
        for _ in range(MOST_ROUNDS):
            if message is None:
                break
            answer = await self.ask(wire.Compare(int(log), since, message))
            if not isinstance(answer, wire.Compare):
                raise PeerFault("an answer to something else")
            step = initiator.receive(answer.message)
            have.update(dict.fromkeys(step.have))
            need.update(dict.fromkeys(step.need))
            if len(need) > MOST_NAMED:
                raise PeerFault("names more than anybody holds")
            message = step.reply
        else:
            raise PeerFault("compares without end")
        return Difference([EnvelopeId(i) for i in have], [EnvelopeId(i) for i in need])

    async def agrees(self, log: Log, since: int, nonce: bytes, ids: Iterable[bytes]) -> bool:
        """Whether the mailbox holds just these of a log from an hour on."""
        answer = await self.ask(wire.Settle(int(log), since, nonce))
        if not isinstance(answer, wire.Settled):
            raise PeerFault("an answer to something else")
        return answer.digest == capability.set_digest(nonce, ids)

    async def take_out(
        self, log: Log, ids: Sequence[EnvelopeId]
    ) -> tuple[dict[EnvelopeId, bytes], int]:
        """As many of the first of these as one frame holds, and how many that answers."""
        asked = list(ids[: wire.MAX_IDS])
        answer = await self.ask(wire.Want(int(log), [*asked]), patience=CARRYING)
        if not isinstance(answer, wire.Given) or not 0 < answer.done <= len(asked):
            raise PeerFault("an answer to something else")
        given = {envelope_id(envelope): envelope for envelope in answer.envelopes}
        if not given.keys() <= set(asked):
            raise PeerFault("gives what was not asked for")
        return given, answer.done

    async def pay_in(self, log: Log, envelopes: Sequence[bytes]) -> list[EnvelopeId]:
        """Hand these over; those that are on disk there."""
        answer = await self.ask(wire.Put(int(log), list(envelopes)), patience=CARRYING)
        if not isinstance(answer, wire.Kept):
            raise PeerFault("an answer to something else")
        return [EnvelopeId(name) for name in answer.ids]
