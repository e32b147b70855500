"""Bugs planted on purpose: each drops one check or mechanism, so that the simulator must notice.

`tests/simulator/test_planted.py` names the seed that notices each.

`never_asks_again` once dropped only `Conversation._once_more`, the run that follows a grant of
secrets to words held here before. Nothing is lost by that: such words are granted before they are
named in a scope, or are handed over as news and wait in the quarantine for their secret. So it now
drops all asking of whoever answers: what they caught up on elsewhere comes to nobody behind them.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import SimpleNamespace
from typing import Any
from unittest import mock

from app import inbox, lapsing, outbox, setbook, words_in
from app.store import frontier, holdings, keeping, ops, sums, views
from app.store.db import Database
from p2p import gathering, leading, node, reach, runs, settling, sync, talk, threshold, unopened
from p2p.happened import Phase
from p2p.ids import DeviceId, EpochId, OpId
from p2p.op import Log
from p2p.reconcile_hours import Hour

Plant = Callable[[], AbstractContextManager[object]]


def _nothing(*_: object, **__: object) -> None:
    return None


@contextmanager
def forgets_what_came_before_live() -> Iterator[None]:
    """What is kept while sets are gone through is not handed over on going live."""
    real = sync.Conversation.announce

    def announce(self: sync.Conversation, log: Log, ids: Iterable[Any]) -> None:
        if self.phase is Phase.LIVE:
            real(self, log, ids)

    with mock.patch.object(sync.Conversation, "announce", announce):
        yield


def lets_lost_acts_be() -> AbstractContextManager[object]:
    """Acts that came without their past wait for it, and nobody is asked."""
    return mock.patch.object(unopened.Unopened, "lacking", return_value=False)


def makes_keys_for_itself() -> AbstractContextManager[object]:
    """Who has no key that counts makes one from the root, which is void, and seals under it."""
    return mock.patch.object(outbox.Outbox, "mute", False)


def pushes_nothing() -> AbstractContextManager[object]:
    """News are not handed over to whoever is here."""
    return mock.patch.object(node.Node, "announce", _nothing)


@contextmanager
def asks_for_nothing() -> Iterator[None]:
    """Whoever leads gives what the other lacks, and asks for nothing."""
    with mock.patch.object(leading.Leading, "_ask", _nothing):
        yield


@contextmanager
def takes_all_for_held() -> Iterator[None]:
    """Every envelope offered counts as one that is here already."""

    def held(_: object, __: int, ids: Iterable[Any]) -> set[Any]:
        return set(ids)

    with mock.patch.object(ops, "held", held):
        yield


@contextmanager
def takes_nothing_for_held() -> Iterator[None]:
    """Nobody looks whether an envelope is here already."""

    def held(_: object, __: int, ids: Iterable[Any]) -> set[Any]:
        list(ids)
        return set()

    with mock.patch.object(ops, "held", held):
        yield


@contextmanager
def skips_an_hour() -> Iterator[None]:
    """Sets are gone through without the ops of some hours."""

    def hours(
        db: Database, circle_no: int, log: Log, epochs: frozenset[EpochId] | None
    ) -> list[Hour]:
        return [hour for hour in sums.hours(db, circle_no, log, epochs) if hour.hour % 2]

    lame = SimpleNamespace(**{**vars(sums), "hours": hours})
    with mock.patch.object(setbook, "sums", lame):
        yield


def never_judges_again() -> AbstractContextManager[object]:
    """Words that wait for their past wait for ever."""
    return mock.patch.object(ops, "pending_words", return_value=[])


def ignores_cuts() -> AbstractContextManager[object]:
    """What somebody said beyond their leaving stays, where it came first."""
    return mock.patch.object(ops, "words_from", return_value={})


@contextmanager
def trusts_signatures() -> Iterator[None]:
    """No signature of an op is checked."""
    with (
        mock.patch.object(inbox, "verify_signature", return_value=True),
        mock.patch.object(words_in, "verify_signature", return_value=True),
        mock.patch.object(runs, "verify_signature", return_value=True),
    ):
        yield


def grants_nothing() -> AbstractContextManager[object]:
    """Secrets are not handed to those who may have them."""
    return mock.patch.object(sync.Conversation, "offer_epochs", _nothing)


def never_notices_silence() -> AbstractContextManager[object]:
    """A line that died is held on to."""
    return mock.patch.object(talk, "SILENCE", 1e9)


@contextmanager
def forgets_its_last_number() -> Iterator[None]:
    """After a restart the counter of one's own words is one behind what is on disk."""
    real = ops.next_place
    seen: set[int] = set()

    def next_place(
        db: Database, circle_no: int, log: Log, device: DeviceId
    ) -> tuple[int, OpId | None]:
        seq, prev = real(db, circle_no, log, device)
        if log is Log.WORDS and seq > 1 and id(db) not in seen:
            seen.add(id(db))
            return seq - 1, prev
        return seq, prev

    stale = SimpleNamespace(**{**vars(ops), "next_place": next_place})
    with mock.patch.object(outbox, "ops", stale):
        yield


def signs_words_twice() -> AbstractContextManager[object]:
    """Signing and noting it down in two transactions, so that a power cut can come between."""
    real, mark = outbox.Outbox.sign_waiting, keeping.Keeping.signed

    def sign_waiting(self: outbox.Outbox, latest_hour: int) -> None:
        room = self._room
        later: list[tuple[int, int]] = []
        with (
            mock.patch.object(views.Posts, "unsent", side_effect=[room.posts.unsent()[:500], []]),
            mock.patch.object(views.Posts, "signed", lambda _, *of: later.append(of)),
        ):
            real(self, latest_hour)
        if later:
            with room.change():
                for post_no, op_no in later:
                    mark(room.posts, post_no, op_no)

    return mock.patch.object(outbox.Outbox, "sign_waiting", sign_waiting)


@contextmanager
def answers_before_it_is_kept() -> Iterator[None]:
    """A change is said to be on disk, and its commit comes with the next one."""
    real = Database.write

    @contextmanager
    def write(self: Database) -> Iterator[Database]:
        connection: Any = self._connection
        if connection.in_transaction and not self._writing:
            connection.execute("COMMIT")
        if self._writing:
            with real(self) as db:
                yield db
            return
        connection.execute("BEGIN IMMEDIATE")
        self._writing = True
        try:
            yield self
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        finally:
            self._writing = False

    with mock.patch.object(Database, "write", write):
        yield


def shows_whichever_came_first() -> AbstractContextManager[object]:
    """Of two ops of one post the one that came first is shown."""
    return mock.patch.object(keeping.Keeping, "shown_op", return_value=None)


def never_calls_void_what_forks() -> AbstractContextManager[object]:
    """An op need not follow the one before it."""
    return mock.patch.object(words_in, "an_op_follows_the_one_before_it", return_value=True)


def repairs_no_holes() -> AbstractContextManager[object]:
    """What is missing in the middle of a log is not asked for by place."""
    return mock.patch.object(frontier, "holes_before", return_value=[])


def never_asks_again() -> AbstractContextManager[object]:
    """Whoever answered never asks for another round."""
    real = sync.Conversation.reconcile

    def reconcile(self: sync.Conversation) -> bool:
        return self.leads and real(self)

    return mock.patch.object(sync.Conversation, "reconcile", reconcile)


def shuts_out_newcomers() -> AbstractContextManager[object]:
    """A member not heard of yet is not listened to, whatever chain it shows."""
    from app.shelf import RoomShelf  # noqa: PLC0415 - only this plant needs it

    return mock.patch.object(RoomShelf, "take_chain", _nothing)


def dials_once() -> AbstractContextManager[object]:
    """Whoever is not reached is not tried again for long."""
    return mock.patch.multiple(reach, FIRST=1e6, EAGER=1e6, PATIENT=1e6)


def settles_blindly() -> AbstractContextManager[object]:
    """Digests of sets always count as equal."""
    return mock.patch.object(settling, "same", return_value=True)


def digs_no_graves() -> AbstractContextManager[object]:
    """An envelope that gave way to another of the same op is fetched again."""
    return mock.patch.object(ops, "bury", _nothing)


def lets_strangers_stay() -> AbstractContextManager[object]:
    """Whoever stands at the door may stand there for ever."""
    return mock.patch.object(threshold, "PATIENCE", 1e9)


def leaves_tying_to_its_maker() -> AbstractContextManager[object]:
    """An epoch that leaves one out is followed by nobody but whoever made it."""
    from app.running import RunningCircle  # noqa: PLC0415 - only this plant needs it

    return mock.patch.object(RunningCircle, "epoch_due", _nothing)


@contextmanager
def says_more_than_it_holds() -> Iterator[None]:
    """Of somebody's words all from the first one on, though there are holes."""
    real = holdings.run

    def run(*of: Any) -> holdings.Run | None:  # noqa: ANN401 - as it is asked
        found = real(*of)
        return found and holdings.Run(0, found.top, found.head)

    with mock.patch.object(holdings, "run", run):
        yield


def says_nothing_of_what_it_holds() -> AbstractContextManager[object]:
    """What news there are of who holds what stays at home; only who meets anew is told."""
    return mock.patch.object(gathering.Gathering, "_tell", _nothing)


def goes_by_its_own_clock_alone() -> AbstractContextManager[object]:
    """What has lapsed elsewhere stays here until this clock has come as far."""
    return mock.patch.object(lapsing, "soon", lapsing.until)


def takes_in_what_has_lapsed() -> AbstractContextManager[object]:
    """What comes when it has lapsed is kept with its words."""
    return mock.patch.object(words_in.WordsIn, "_in_form", lambda _, opened, __: opened)


def says_first_that_it_left() -> AbstractContextManager[object]:
    """Who leaves says so before their words are handed over, and is hung up on."""
    from app.shelf import RoomShelf  # noqa: PLC0415 - only this plant needs it

    return mock.patch.object(RoomShelf, "parting", return_value=())


ALL: dict[str, Plant] = {
    plant.__name__: plant
    for plant in (
        forgets_what_came_before_live, pushes_nothing, asks_for_nothing, takes_all_for_held,
        takes_nothing_for_held, skips_an_hour, never_judges_again, ignores_cuts,
        trusts_signatures, grants_nothing, never_notices_silence, forgets_its_last_number,
        signs_words_twice, answers_before_it_is_kept,
        shows_whichever_came_first, never_calls_void_what_forks, repairs_no_holes,
        never_asks_again, shuts_out_newcomers, dials_once,
        settles_blindly, digs_no_graves, lets_strangers_stay, lets_lost_acts_be,
        makes_keys_for_itself, leaves_tying_to_its_maker,
        goes_by_its_own_clock_alone, takes_in_what_has_lapsed,
        says_more_than_it_holds, says_nothing_of_what_it_holds, says_first_that_it_left,
    )
}  # fmt: skip
