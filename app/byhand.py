"""Posts carried by hand: a circle goes into one sealed file, and out of it into another home.

Words are numbered, signed and sealed when the file is written, as they are for a mailbox: whoever
opens it may be the first to have them, and nobody is there to be asked. Where somebody is believed
to hold newer words of ours than we do they stay here (`app.claims`). Nothing of this says that
anybody has been reached.

What is in a file goes in by the doors of a conversation (`p2p.carrying`), a record at a time, and
the other tasks of the home run in between.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

import trio

from app.byhand_commands import BringPosts, PostsBrought, PostsTaken, TakePosts
from app.circle.state import CircleState
from app.handfiles import new_file, old_file
from app.refused import Refused, Why
from app.running import RunningCircle
from app.shelf import StoreRefused
from app.store import circles
from p2p.carrying import Merging, encode, written
from p2p.errors import PeerFault
from p2p.handfile import LEAST, MAGIC, STEPS, Opening, Sealing
from p2p.ids import EnvelopeId
from p2p.op import Log
from p2p.sync import FEW

ARRIVING = "The circle is still arriving on this computer. Try again in a moment."
TOO_MANY = "This circle has more people than a file can be for. Nothing was written."
OVER = "You are no longer in this circle. You can read what is here, or erase it."
OUT = "What is in this file tells that you are no longer in the circle. The rest was left alone."
NEWER = "This file was made by a newer Hearthside. Install that first, then bring it in again."
NOT_ONE = (
    "This is no file of posts, or it is damaged from its beginning. Nothing was changed. Ask for "
    "the file again."
)
NOT_FOR_YOU = (
    "This file can't be opened here. It is of another circle, or was made before you came in or "
    "after you went. Nothing was changed."
)
NOT_THIS_CIRCLE = "This file is not of this circle. Nothing was changed."
DAMAGED = "This file is damaged, or was not copied to its end. {came} Copy it again, or ask for it."
NOTHING_CAME = "Nothing new came in."
ONE_CAME = "One post came in before that, and stays."
SOME_CAME = "{new} posts came in before that, and stay."


async def take(running: RunningCircle, asked: TakePosts) -> PostsTaken:
    """Write a file for all present members. `Refused` where that can't be, and no file is there."""
    room = running.room
    if room.ledger.myself() is None:
        raise Refused(Why.NOT_ALLOWED, ARRIVING)
    devices = room.ledger.view.devices()
    if len(devices) > LEAST << STEPS:
        raise Refused(Why.TOO_LARGE, TOO_MANY)
    over = MAGIC if asked.replace else None
    async with new_file(Path(asked.path), room.entropy, over=over) as file:
        running.outbox.say_name()
        with _in_their_words():
            running.shelf.sign_waiting(room.clock.hour())
        posts, waiting = room.posts.count_signed(), room.posts.count_unsent()
        sealing = Sealing([keys.seal for keys in devices.values()], room.entropy)
        records = written(running.shelf, room.row.circle, list(devices))
        sealed = (sealing.record(encode(record)) for record in records)
        for data in _each_in_their_words(chain(sealing.head(), sealed, sealing.end())):
            await file.write(data)
            _expect_in(running)
    people = {room.ledger.view.owner[device] for device in devices}
    return PostsTaken(posts=posts, bytes=file.size, people=len(people), waiting=waiting)


async def bring(among: Iterable[RunningCircle], asked: BringPosts) -> PostsBrought:
    """Take in what a file holds. `Refused` where it is none for us, and where it breaks off."""
    bringing = _Bringing(among)
    async with old_file(Path(asked.path)) as file:
        try:
            while data := await file.read():
                for record in bringing.opening.receive(data):
                    bringing.merge(record)
                    await trio.lowlevel.checkpoint()
                if bringing.opening.stranger:
                    strange = NOT_FOR_YOU if asked.circle is None else NOT_THIS_CIRCLE
                    raise Refused(Why.NOT_ALLOWED, strange)
            for record in bringing.opening.end():
                bringing.merge(record)
                await trio.lowlevel.checkpoint()
        except PeerFault:
            raise bringing.broken() from None
        finally:
            bringing.hand_on()
    return bringing.done()


class _Bringing:
    """One file on its way in."""

    def __init__(self, among: Iterable[RunningCircle]) -> None:
        """It is for one of these, if it is for us at all."""
        self._homes: dict[bytes, RunningCircle] = {}
        seeds: dict[bytes, bytes] = {}
        for running in among:
            for public, seed in circles.seal_seeds(running.room.db, running.room.row.circle_no):
                self._homes[public], seeds[public] = running, seed
        self.opening = Opening(seeds)
        self._running: RunningCircle | None = None
        self._merging: Merging | None = None
        self._news: list[EnvelopeId] = []

    def merge(self, record: bytes) -> None:
        """Take one record in, and tell those who are here of what is new by it."""
        running, merging = self._into()
        with _in_their_words():
            brought = merging.take(record)
        for log, new in brought:
            if log is Log.AUTHORITY:
                running.node.brought(log, new, news=True)
            elif merging.words <= FEW:
                self._news += new
        _expect_in(running, OUT)

    def hand_on(self) -> None:
        """Few words go to those who are here; of many they find out what they lack."""
        if self._running is not None and self._merging is not None and self._merging.words:
            few = self._merging.words <= FEW
            self._running.node.brought(Log.WORDS, self._news if few else (), news=few)

    def done(self) -> PostsBrought:
        """What came of it."""
        running, merging = self._into()
        return PostsBrought(circle=running.room.hex, new=merging.words, closed=merging.closed)

    def broken(self) -> Refused:
        """It is no such file, or is not whole."""
        if self.opening.newer:
            return Refused(Why.BAD_FILE, NEWER)
        if self.opening.mine is None:
            return Refused(Why.BAD_FILE, NOT_ONE)
        new = self._merging.words if self._merging is not None else 0
        came = SOME_CAME.format(new=new) if new > 1 else ONE_CAME if new else NOTHING_CAME
        return Refused(Why.BAD_FILE, DAMAGED.format(came=came))

    def _into(self) -> tuple[RunningCircle, Merging]:
        if self._running is None or self._merging is None:
            if self.opening.mine is None:
                raise PeerFault("a file without a key")
            self._running = running = self._homes[self.opening.mine]
            _expect_in(running)
            room = running.room
            self._merging = Merging(running.shelf, room.row.circle, room.ledger.device)
        return self._running, self._merging


def _expect_in(running: RunningCircle, otherwise: str = OVER) -> None:
    if running.room.row.state is not CircleState.MEMBER or running.scope.cancel_called:
        raise Refused(Why.NOT_ALLOWED, otherwise)


@contextmanager
def _in_their_words() -> Iterator[None]:
    try:
        yield
    except StoreRefused as fault:
        raise fault.refused from None


def _each_in_their_words(data: Iterator[bytes]) -> Iterator[bytes]:
    with _in_their_words():
        yield from data
