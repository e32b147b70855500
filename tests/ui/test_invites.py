"""Open invites: whose, how far used, until when, and taken back only after a question."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from app.circle.state import InviteMade
from app.commands import Command, ListInvites, MakeInvite, WithdrawInvite
from app.events import MemberChanged
from app.refused import Refused, Why
from tests.ui.neighbour import CIRCLE, NOW, Neighbour, key
from tests.ui.village import invitation, invitations
from ui.circles.clipboard import Clipboard
from ui.circles.invite import Inviting
from ui.circles.invites import Invites
from ui.circles.item import InviteItem

pytestmark = pytest.mark.usefixtures("qtbot")


class Inviters(Neighbour):
    """Has invites."""

    def __init__(self) -> None:
        super().__init__()
        self.invites = invitations()

    def _answer(self, command: Command[Any]) -> Any:  # noqa: ANN401
        match command:
            case ListInvites():
                return list(self.invites)
            case WithdrawInvite(invite=invite):
                self.invites = [one for one in self.invites if one.invite != invite]
                return super()._answer(command)
            case _:
                return super()._answer(command)


def list_of(home: Neighbour, *, host: bool = True) -> Invites:
    invites = Invites(home)
    invites.told_to(host=host)
    invites.show(CIRCLE)
    return invites


def column(invites: Invites, field: str) -> list[Any]:
    role = next(at for at, name in invites._names.items() if name == field)
    return [invites.data(invites.index(row), role) for row in range(invites.rowCount())]


def made(until: datetime, **more: Any) -> InviteMade:  # noqa: ANN401 - as msgspec has it
    return invitation("one", expires_at=until, **more)


def test_only_invites_by_which_somebody_can_still_come_in_are_shown() -> None:
    invites = list_of(Inviters())
    assert column(invites, "title") == [
        "From the clinic café", "My sister", "An invite by Old Heron",
    ]  # fmt: skip
    assert column(invites, "used") == ["Used 1 of 3", "Used 0 of 1", "Used 4 of 10"]
    assert column(invites, "by") == ["by you", "by you", ""]


@pytest.mark.parametrize(
    ("until", "words"),
    [
        (NOW + timedelta(hours=2), "until today, 13:40"),
        (NOW + timedelta(days=1), "until tomorrow, 11:40"),
        (NOW + timedelta(days=6), "until Sunday 29 November"),
        (NOW + timedelta(days=60), "until Friday 22 January 2027"),
    ],
)
def test_until_when_is_said_in_words(until: datetime, words: str) -> None:
    assert InviteItem(made(until), host=True, now=NOW).until == words


def test_hosts_take_back_any_and_others_their_own() -> None:
    assert column(list_of(Inviters()), "mayTakeBack") == [True, True, True]
    assert column(list_of(Inviters(), host=False), "mayTakeBack") == [True, True, False]


def test_an_invite_is_taken_back_after_a_question_and_goes_once_it_is_so() -> None:
    home = Inviters()
    invites = list_of(home)
    asking: list[bool] = []
    told: list[str] = []
    invites.asking.connect(lambda: asking.append(True))
    invites.told.connect(told.append)
    invites.takeBack()
    invites.askBack(key("sister"))
    assert asking == [True]
    assert invites.property("wanted") == "My sister"
    assert home.all(WithdrawInvite) == []
    home.slow = {WithdrawInvite}
    invites.takeBack()
    invites.takeBack()
    assert home.all(WithdrawInvite) == [WithdrawInvite(circle=CIRCLE, invite=key("sister"))]
    assert invites.rowCount() == 3
    assert invites.property("working")
    home.answer()
    assert "My sister" not in column(invites, "title")
    assert invites.property("wanted") == ""
    assert told == ["The invite was taken back."]


def test_a_refusal_says_why_and_the_invite_stays() -> None:
    home = Inviters()
    home.refuse = {WithdrawInvite: Refused(Why.NOT_ALLOWED, "You can't take it back.")}
    invites = list_of(home)
    invites.askBack(key("sister"))
    invites.takeBack()
    assert invites.property("problem") == "You can't take it back."
    assert invites.rowCount() == 3


def test_somebody_who_comes_in_is_counted() -> None:
    home = Inviters()
    invites = list_of(home)
    home.invites[0] = invitation("clinic", label="From the clinic café", uses=3, used=2)
    invites.hear([MemberChanged(circle=CIRCLE, member=key("Pavel"))])
    assert column(invites, "used")[0] == "Used 2 of 3"


def test_a_note_is_made_with_the_invite_and_not_kept_for_the_next() -> None:
    home = Neighbour()
    home.slow = {MakeInvite}
    sheet = Inviting(home, Clipboard())
    sheet.begin(CIRCLE)
    sheet.note("  For   my sister ")
    sheet.show()
    assert home.all(MakeInvite)[0].label == "For my sister"
    sheet.begin(CIRCLE)
    sheet.show()
    assert home.all(MakeInvite)[1].label == ""
