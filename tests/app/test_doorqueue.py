"""A circle where a person decides: what is asked, what is kept, and what the decision does."""

import pytest
import trio
from trio.testing import MockClock

from app import commands as c
from app import doorkeeping, doorqueue, governing, invite, settings
from app.circle.openlog import What
from app.circle.state import DoorRequest, History, Role
from app.doorkeeping import DECLINED, EXPIRED, USED
from app.doorqueue import BY_PERSON, MOST_BY_INVITE
from app.events import DoorChanged
from app.founding import Keys
from app.refused import Refused, Why
from app.store import requests
from p2p import wire
from p2p.door import Asked, LetIn, Outcome, ToldToWait, TurnedAway
from p2p.ids import DeviceId, MemberId
from tests.p2p.village import Person, Village, knock, seeded, settle

WHY = "What brings you here?"
ANSWER = "Four years on the list. Canary answer."
KEPT = ToldToWait(kept=True)


def somebody(name: str) -> Keys:
    return Keys.fresh(seeded(name))


def asks(person: Person, **more: object) -> None:
    """From now on a person decides."""
    asked = c.SetDoor(circle=person.room.hex, admit="ask", **more)  # type: ignore[arg-type]  # as named
    settings.change(person.room, person.outbox, asked)


def tries(
    person: Person, code: invite.Code, name: str, *answers: tuple[str, str],
    affiliation: str | None = None,
) -> Outcome:  # fmt: skip
    told = invite.Told([invite.Answered(*one) for one in answers], affiliation, True)
    return knock(person, code, somebody(name), name, b"n" * 16, told)[1]


def waiting(person: Person) -> list[DoorRequest]:
    return doorqueue.listed(person.room)


def decides(person: Person, request: str, *, admit: bool, note: str = "") -> None:
    asked = c.AnswerRequest(circle=person.room.hex, request=request, admit=admit, note=note)
    doorkeeping.decide(person.room, person.outbox, asked)


def names(person: Person) -> set[str]:
    view = person.room.ledger.view
    return {person.room.ledger.name_of(m) for m, p in view.people.items() if not p.left}


def device_of(name: str) -> DeviceId:
    return DeviceId(somebody(name).public().device)


@pytest.mark.parametrize("history", list(History))
def test_a_host_decides_and_the_newcomer_needs_no_second_question(
    village: Village, history: History
) -> None:
    """Asked, answered, kept, let in while away; the next knock is the way in."""
    ada = village.founder("Ada", history=history)
    asks(ada, questions=[WHY])
    code = ada.invites()
    capsule, outcome = knock(ada, code, somebody("Bo"), "Bo", b"n" * 16)
    assert capsule.questions == [WHY]
    assert outcome == Asked((WHY,), affiliation=False)
    assert waiting(ada) == []
    assert tries(ada, code, "Bo", (WHY, ANSWER)) == KEPT
    (request,) = waiting(ada)
    assert request.display_name == "Bo"
    assert [(a.question, a.answer) for a in request.answers] == [(WHY, ANSWER)]
    assert device_of("Bo") not in ada.room.ledger.view.devices()
    assert sum(isinstance(said, DoorChanged) for said in ada.heard) == 1
    decides(ada, request.request, admit=True)
    assert device_of("Bo") in ada.room.ledger.view.devices()
    assert waiting(ada) == []
    assert isinstance(tries(ada, code, "Bo", (WHY, ANSWER)), LetIn)


def test_an_answer_is_in_no_op_and_gone_with_the_decision(ada: Person) -> None:
    """Neither in what others get, nor in the store of the host."""
    asks(ada, questions=[WHY])
    code = ada.invites(uses=2)
    for name in ("Bo", "Cy"):
        assert tries(ada, code, name, (WHY, ANSWER)) == KEPT
    stored = b"".join(r.content or b"" for r in requests.all_requests(ada.db, 1))
    assert ANSWER.encode() in stored
    for request, admit in zip(waiting(ada), (True, False), strict=True):
        decides(ada, request.request, admit=admit)
    rows = requests.all_requests(ada.db, ada.room.row.circle_no)
    assert [r.content for r in rows] == [None]
    everywhere = ("bodies", "ops", "posts", "joins", "circles", "invites", "requests")
    here = {name for (name,) in ada.db.read("SELECT name FROM sqlite_schema")}
    for table in here & set(everywhere):
        found = ada.db.read(f'SELECT * FROM "{table}"')  # noqa: S608 - our own table names
        assert ANSWER not in repr(found), table


def two_hosts_who_are_asked(village: Village, ada: Person) -> tuple[Person, invite.Code]:
    """Ada and Bo are hosts, and Cy and Dee have answered at the doors of both."""
    bo = village.joined(ada, "Bo")
    give = c.SetRole(circle=ada.room.hex, member=bo.room.ledger.me.hex(), role=Role.HOST)
    governing.govern(ada.room, ada.outbox, give)
    asks(ada, questions=[WHY])
    code = ada.invites(uses=2)
    settle(ada, bo)
    for host in (ada, bo):
        for name in ("Cy", "Dee"):
            assert tries(host, code, name, (WHY, ANSWER)) == KEPT
    return bo, code


def kept_by(person: Person) -> set[DeviceId]:
    """Whose answers lie in the store."""
    rows = requests.all_requests(person.db, person.room.row.circle_no)
    return {row.request for row in rows if row.content is not None}


def test_what_another_host_was_told_goes_once_they_are_in(village: Village, ada: Person) -> None:
    """Bo decided nothing; who is not in waits on."""
    bo, _ = two_hosts_who_are_asked(village, ada)
    assert kept_by(bo) == {device_of("Cy"), device_of("Dee")}
    decides(ada, device_of("Cy").hex(), admit=True)
    settle(ada, bo)
    assert kept_by(ada) == kept_by(bo) == {device_of("Dee")}
    assert [request.request for request in waiting(bo)] == [device_of("Dee").hex()]


def test_who_decides_no_more_keeps_nothing_of_who_asked(village: Village, ada: Person) -> None:
    """Bo is a member only from now on, and Ada leaves; what was declined is no answer."""
    bo, _ = two_hosts_who_are_asked(village, ada)
    decides(bo, device_of("Cy").hex(), admit=False, note="Not now.")
    take = c.SetRole(circle=ada.room.hex, member=bo.room.ledger.me.hex(), role=Role.MEMBER)
    governing.govern(ada.room, ada.outbox, take)
    settle(ada, bo)
    assert kept_by(bo) == set()
    assert kept_by(ada) == {device_of("Cy"), device_of("Dee")}
    governing.govern(
        ada.room, ada.outbox,
        c.SetRole(circle=ada.room.hex, member=bo.room.ledger.me.hex(), role=Role.HOST),
    )  # fmt: skip
    settle(ada, bo)
    ada.leave()
    assert kept_by(ada) == set()


async def test_who_has_not_knocked_for_a_month_is_forgotten(
    village: Village, ada: Person, autojump_clock: MockClock
) -> None:
    """Looked at once a day while the home is open. Who knocks on is kept."""
    bo, code = two_hosts_who_are_asked(village, ada)
    village.watch.go_on(hours=24 * 20)
    assert tries(bo, code, "Dee", (WHY, ANSWER)) == TurnedAway(EXPIRED)
    asks(ada, questions=[WHY])
    again = ada.invites(uses=2)
    settle(ada, bo)
    assert tries(bo, again, "Eve", (WHY, ANSWER)) == KEPT
    assert autojump_clock.autojump_threshold == 0
    with trio.move_on_after(3600):
        await doorqueue.forget_old(bo.room)
    assert kept_by(bo) == {device_of("Cy"), device_of("Dee"), device_of("Eve")}
    heard = len(bo.heard)
    with trio.move_on_after(12 * 86_400):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(doorqueue.forget_old, bo.room)
            await trio.sleep(10 * 86_400 - 60)
            village.watch.go_on(hours=24 * 11)
            await trio.sleep_forever()
    assert kept_by(bo) == {device_of("Eve")}
    assert [type(said) for said in bo.heard[heard:]] == [DoorChanged]


def test_who_was_declined_is_told_so_with_the_note(ada: Person) -> None:
    """For good, by this home; nothing was written, and the invite's use is not spent."""
    asks(ada)
    code = ada.invites()
    assert tries(ada, code, "Bo") == KEPT
    before = ada.knows()
    (request,) = waiting(ada)
    decides(ada, request.request, admit=False, note="We are full.\u202e Sorry.")
    assert ada.knows() == before
    assert tries(ada, code, "Bo") == TurnedAway(BY_PERSON, "We are full. Sorry.")
    assert waiting(ada) == []
    assert tries(ada, code, "Cy") == KEPT
    with pytest.raises(Refused):
        decides(ada, request.request, admit=True)


def test_the_note_is_told_also_where_the_invite_was_taken_back_with_the_no(ada: Person) -> None:
    """Whoever else holds it reads only that it was taken back."""
    asks(ada)
    code = ada.invites()
    assert tries(ada, code, "Bo") == KEPT
    decides(ada, waiting(ada)[0].request, admit=False, note="Not now, with love.")
    governing.govern(
        ada.room, ada.outbox, c.WithdrawInvite(circle=ada.room.hex, invite=code.key.hex())
    )
    assert tries(ada, code, "Bo") == TurnedAway(BY_PERSON, "Not now, with love.")
    assert tries(ada, code, "Cy") == TurnedAway(DECLINED)


def test_a_host_asks_back_and_decides_on_the_answer(ada: Person) -> None:
    """The question goes with the next knock; the answer comes with one after."""
    asks(ada, questions=[WHY])
    code = ada.invites()
    assert tries(ada, code, "Bo", (WHY, ANSWER)) == KEPT
    (request,) = waiting(ada)
    doorqueue.ask_back(ada.room, request.request, "Which clinic?")
    assert waiting(ada)[0].asked == "Which clinic?"
    assert tries(ada, code, "Bo", (WHY, ANSWER)) == Asked(("Which clinic?",), affiliation=False)
    assert tries(ada, code, "Bo", (WHY, ANSWER), ("Which clinic?", "St. Anne's")) == KEPT
    (request,) = waiting(ada)
    assert request.asked is None
    assert [a.answer for a in request.answers] == [ANSWER, "St. Anne's"]
    decides(ada, request.request, admit=True)
    assert device_of("Bo") in ada.room.ledger.view.devices()


def test_whom_one_is_here_for_is_asked_where_the_circle_wants_it(ada: Person) -> None:
    """Nobody is an answer; silence is none."""
    asks(ada, affiliation=True)
    code = ada.invites(uses=2)
    assert tries(ada, code, "Bo") == Asked((), affiliation=True)
    assert tries(ada, code, "Bo", affiliation="") == KEPT
    assert tries(ada, code, "Cy", affiliation="Pills Ltd.") == KEPT
    assert {r.affiliation for r in waiting(ada)} == {"", "Pills Ltd."}


def test_without_a_vouch_nobody_comes_in_where_one_is_wanted(village: Village, ada: Person) -> None:
    """Any member's word for the invite will do; a guest's is refused."""
    bo = village.joined(ada, "Bo")
    asks(ada, vouch=True)
    code = ada.invites()
    settle(ada, bo)
    assert tries(ada, code, "Cy") == KEPT
    (request,) = waiting(ada)
    assert request.lacks_vouch
    with pytest.raises(Refused) as caught:
        decides(ada, request.request, admit=True)
    assert caught.value.kind is Why.NOT_ALLOWED
    vouch = c.Vouch(circle=bo.room.hex, invite=code.key.hex(), words="From my Tuesday group.")
    settings.change(bo.room, bo.outbox, vouch)
    settle(ada, bo)
    (request,) = waiting(ada)
    assert [(v.by_name, v.words) for v in request.vouches] == [("Bo", "From my Tuesday group.")]
    decides(ada, request.request, admit=True)
    assert device_of("Cy") in ada.room.ledger.view.devices()


def test_words_for_an_invite_stand_with_it_and_in_the_open_log(
    village: Village, ada: Person
) -> None:  # fmt: skip
    """Everybody reads them alike; so does who changed how people come in."""
    bo = village.joined(ada, "Bo")
    asks(ada, vouch=True)
    code, other = ada.invites(), ada.invites()
    for person, words in ((ada, "We met on the ward."), (bo, "From my Tuesday group.")):
        settle(ada, bo)
        vouch = c.Vouch(circle=person.room.hex, invite=code.key.hex(), words=words)
        settings.change(person.room, person.outbox, vouch)
    settle(ada, bo)
    for person in (ada, bo):
        said = {one.invite: one.vouches for one in governing.invites(person.room)}
        assert [(v.by_name, v.words) for v in said[code.key.hex()]] == [
            ("Ada", "We met on the ward."), ("Bo", "From my Tuesday group."),
        ]  # fmt: skip
        assert said[other.key.hex()] == []
        told = [(e.what, e.by_name, e.reason) for e in governing.log(person.room)]
        assert told[:2] == [
            (What.VOUCHED, "Bo", "From my Tuesday group."),
            (What.VOUCHED, "Ada", "We met on the ward."),
        ]
        assert (What.DOOR, "Ada", None) in told


def test_what_was_in_time_at_the_knock_is_in_time_at_the_decision(ada: Person) -> None:
    """A host may sleep on it; who knocks too late is told."""
    asks(ada)
    code = ada.invites(uses=3, seconds=60)
    assert tries(ada, code, "Bo") == KEPT
    ada.watch.go_on(ms=61_000)
    assert tries(ada, code, "Cy") == TurnedAway(EXPIRED)
    decides(ada, waiting(ada)[0].request, admit=True)
    assert device_of("Bo") in ada.room.ledger.view.devices()


def test_a_decision_that_cannot_be_any_more_is_refused_in_words(ada: Person) -> None:
    """Used up by another, or taken back, since they knocked."""
    asks(ada)
    code = ada.invites(uses=1)
    for name in ("Bo", "Cy"):
        assert tries(ada, code, name) == KEPT
    first, second = waiting(ada)
    decides(ada, first.request, admit=True)
    with pytest.raises(Refused) as caught:
        decides(ada, second.request, admit=True)
    assert caught.value.kind is Why.NOT_ALLOWED
    assert "new one" in caught.value.message
    late = DeviceId(bytes.fromhex(second.request))
    name = next(n for n in ("Bo", "Cy") if device_of(n) == late)
    assert tries(ada, code, name) == TurnedAway(USED)


def test_a_taken_back_invite_lets_nobody_in_by_a_decision(ada: Person) -> None:
    """Whatever was kept before."""
    asks(ada)
    code = ada.invites()
    assert tries(ada, code, "Bo") == KEPT
    governing.govern(
        ada.room, ada.outbox, c.WithdrawInvite(circle=ada.room.hex, invite=code.key.hex())
    )
    with pytest.raises(Refused):
        decides(ada, waiting(ada)[0].request, admit=True)
    assert tries(ada, code, "Bo") == TurnedAway(DECLINED)


def test_only_so_many_wait_by_one_invite(ada: Person) -> None:
    """The next are told to wait, and nothing of them is kept; one decided makes room for one."""
    asks(ada)
    code = ada.invites(uses=1000)
    for number in range(MOST_BY_INVITE):
        assert tries(ada, code, f"Number {number}") == KEPT
    assert tries(ada, code, "One more") == ToldToWait()
    assert len(waiting(ada)) == MOST_BY_INVITE
    decides(ada, waiting(ada)[0].request, admit=False)
    assert tries(ada, code, "One more") == KEPT


def test_a_member_who_does_not_decide_keeps_nothing_and_sees_nothing(
    village: Village, ada: Person
) -> None:
    """Their door says: wait; their list is empty, and deciding is refused."""
    bo = village.joined(ada, "Bo")
    asks(ada)
    code = ada.invites()
    settle(ada, bo)
    assert tries(bo, code, "Cy") == ToldToWait()
    assert requests.all_requests(bo.db, bo.room.row.circle_no) == []
    assert tries(ada, code, "Cy") == KEPT
    with pytest.raises(Refused):
        decides(bo, waiting(ada)[0].request, admit=True)
    assert waiting(bo) == []


def test_who_came_by_a_place_that_was_used_twice_waits_for_a_host(village: Village) -> None:
    """Two hosts let one in each, by an invite for one; the host lets in the one who waits."""
    ada = village.founder("Ada")
    bo = village.joined(ada, "Bo")
    give = c.SetRole(circle=ada.room.hex, member=bo.room.ledger.me.hex(), role=Role.HOST)
    governing.govern(ada.room, ada.outbox, give)
    code = ada.invites(uses=1)
    settle(ada, bo)
    cy = village.joined(ada, "Cy", code)
    dee = village.joined(bo, "Dee", code)
    settle(ada, bo)
    (request,) = waiting(ada)
    assert request.second_place
    assert request.display_name == ""
    assert waiting(bo) == [request]
    waits = {p.device: p for p in (cy, dee)}[DeviceId(bytes.fromhex(request.request))]
    member = MemberId(waits.room.ledger.me)
    told = ada.shelf.farewell(waits.door)
    assert told == wire.Waiting()
    waits.shelf.take_farewell(told)
    assert waits.room.waits_for_host
    decides(ada, request.request, admit=True)
    assert waiting(ada) == []
    assert member in {m for m, p in ada.room.ledger.view.people.items() if not p.left}
    settle(ada, bo, cy, dee)
    assert waiting(bo) == []
    for person in (ada, bo, cy, dee):
        assert names(person) == {"Ada", "Bo", "Cy", "Dee"}


def test_the_settings_are_the_hosts_and_read_by_all(village: Village, ada: Person) -> None:
    """What is left out stays; a member is refused; nothing is written twice."""
    bo = village.joined(ada, "Bo")
    asks(ada, questions=[WHY, " ", WHY], promise=["It stays here."])
    settings.change(ada.room, ada.outbox, c.SetRules(circle=ada.room.hex, name="Low tide"))
    settings.change(ada.room, ada.outbox, c.SetRules(circle=ada.room.hex, about="For carers."))
    told = [one for one in governing.log(ada.room) if one.what is What.RULES]
    assert [one.reason for one in told][:2] == [None, "Low tide"]
    settings.change(ada.room, ada.outbox, c.SetDoor(circle=ada.room.hex, vouch=True))
    before = ada.knows()
    settings.change(ada.room, ada.outbox, c.SetDoor(circle=ada.room.hex, vouch=True))
    assert ada.knows() == before
    settle(ada, bo)
    read = settings.read(bo.room)
    assert (read.name, read.questions, read.promise) == ("Low tide", [WHY], ["It stays here."])
    assert read.asks
    assert read.vouch
    assert not read.may_change
    for asked in (c.SetRules(circle=bo.room.hex, name="Mine"), c.SetDoor(circle=bo.room.hex)):
        with pytest.raises(Refused) as caught:
            settings.change(bo.room, bo.outbox, asked)
        assert caught.value.kind is Why.NOT_ALLOWED
