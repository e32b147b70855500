"""The open log: whole sentences, newest first, and what does not count is said not to."""

from typing import Any

import msgspec
import pytest

from app.circle.openlog import LogEntry, What
from app.circle.state import Role
from app.commands import Command, ListMembers, ReadLog
from app.events import CircleChanged, MemberChanged
from app.refused import Refused, Why
from tests.ui.neighbour import CIRCLE, Neighbour, clock, key
from tests.ui.village import REASON, act, chronicle
from ui.openlog.item import VOID, sentence
from ui.openlog.model import OpenLog

pytestmark = pytest.mark.usefixtures("qtbot")


class Remembering(Neighbour):
    """Has a log."""

    def __init__(self, log: list[LogEntry]) -> None:
        super().__init__()
        self.log = log

    def _answer(self, command: Command[Any]) -> Any:  # noqa: ANN401
        return list(self.log) if isinstance(command, ReadLog) else super()._answer(command)


def log_of(home: Neighbour) -> OpenLog:
    log = OpenLog(home, clock=clock)
    log.told_to(key("Juniper"))
    log.show(CIRCLE)
    return log


def column(log: OpenLog, field: str) -> list[Any]:
    role = next(at for at, name in log._names.items() if name == field)
    return [log.data(log.index(row), role) for row in range(log.rowCount())]


def renamed(by: str, before: str, now: str) -> LogEntry:
    entry = act(by, What.MAILBOX_RENAMED, reason=now)
    return msgspec.structs.replace(entry, whom_name=before)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (act("Ada", What.FOUNDED), "Ada began this circle."),
        (act("Ada", What.ADMITTED, "Ben"), "Ada let Ben in."),
        (act("Ada", What.ADMITTED, "Juniper"), "Ada let you in."),
        (act("Ada", What.ROLE, "Ben", role=Role.MODERATOR), "Ada made Ben a moderator."),
        (act("Juniper", What.ROLE, "Ben", role=Role.GUEST), "You made Ben a guest."),
        (
            act("Ben", What.ROLE, "Ben", role=Role.MEMBER),
            "Ben became a member by their own choice.",
        ),
        (act("Ada", What.REMOVED, "Ben", reason=REASON), f"Ada removed Ben: {REASON}"),
        (act("Ada", What.REMOVED, "Ben", reason=""), "Ada removed Ben and gave no reason."),
        (act("Ada", What.REMOVED, "Juniper", reason="No."), "Ada removed you: No."),
        (
            act("Ada", What.REMOVED, "Ben", reason="Rude.\n\nIvo left."),
            "Ada removed Ben: Rude. Ivo left.",
        ),
        (act("Ben", What.LEFT), "Ben left."),
        (act("Juniper", What.LEFT), "You left."),
        (act("Ada", What.NAMED_HEIR, "Ben"), "Ada named Ben to take the circle over later."),
        (act("Ada", What.HANDED_OVER, "Ben"), "Ada handed the circle over to Ben."),
        (act("Ben", What.HANDED_OVER, "Ben"), "Ben took the circle over, as it was meant."),
        (act("Ada", What.RULES, reason="By the water"), "Ada named the circle “By the water”."),
        (act("Ada", What.INVITED), "Ada made an invite."),
        (act("Ada", What.WITHDREW), "Ada took an invite back."),
        (act("Juniper", What.DOOR), "You changed how people come in."),
        (act("Ada", What.RETENTION, reason="30"), "Ada decided that words stay for 30 days."),
        (act("Ada", What.RETENTION, reason="1"), "Ada decided that words stay for one day."),
        (act("Juniper", What.RETENTION, reason="0"), "You decided that words stay for good."),
        (
            act("Ines", What.MAILBOX, reason="Cupboard laptop"),
            "Ines added the mailbox “Cupboard laptop”.",
        ),
        (act("Juniper", What.MAILBOX, reason=""), "You added a mailbox."),
        (
            act("Ines", What.MAILBOX_RETIRED, reason="Cupboard laptop"),
            "Ines retired the mailbox “Cupboard laptop”.",
        ),
        (
            act("Ines", What.MAILBOX_MOVED, reason="Cupboard laptop"),
            "Ines changed how the mailbox “Cupboard laptop” is reached.",
        ),
        (
            renamed("Ines", "Cupboard laptop", "Attic"),
            "Ines renamed the mailbox “Cupboard laptop” to “Attic”.",
        ),
        (renamed("Ines", "", "Attic"), "Ines renamed a mailbox to “Attic”."),
        (renamed("Ines", "Attic", ""), "Ines renamed the mailbox “Attic”."),
        (
            act("Ada", What.VOUCHED, reason="From my\nward."),
            "Ada put in a word for whoever comes by an invite: “From my ward.”",
        ),
    ],
)
def test_an_act_is_a_whole_sentence(entry: LogEntry, words: str) -> None:
    assert sentence(entry, key("Juniper")) == words


def test_every_act_has_a_sentence() -> None:
    assert all(sentence(act("Ada", what, "Ben"), "").endswith(".") for what in What)


def test_newest_first_with_a_heading_for_each_day() -> None:
    log = log_of(Remembering(chronicle()))
    assert column(log, "sentence")[0] == f"Ines removed Ben: {REASON}"
    assert column(log, "day") == ["Today", "", "Yesterday", "", "", "4 September", "15 August"]
    assert column(log, "time")[:3] == ["11:40", "10:40", "09:40"]


def test_what_does_not_count_is_said_in_words_also_to_who_cannot_see_it() -> None:
    log = log_of(Remembering(chronicle()))
    assert column(log, "takenBack") == ["", VOID, "", "", "", "", ""]
    assert column(log, "spoken")[1] == (
        "Ben removed Marisol: She was rude. Doesn't count: it was taken back, or what it "
        "rested on was. Today, 10:40"
    )


def test_a_new_act_comes_above_and_moves_nothing_that_is_read() -> None:
    home = Remembering(chronicle())
    log = log_of(home)
    resets: list[bool] = []
    log.modelReset.connect(lambda: resets.append(True))
    home.log = [act("Pavel", What.LEFT), *chronicle()]
    log.hear([CircleChanged(circle="f" * 64)])
    assert log.rowCount() == 7
    log.hear([MemberChanged(circle=CIRCLE, member=key("Pavel"))])
    assert column(log, "sentence")[:2] == ["Pavel left.", f"Ines removed Ben: {REASON}"]
    assert column(log, "day")[:2] == ["Today", ""]
    assert resets == []


def test_one_persons_acts_and_what_was_done_about_them() -> None:
    log = log_of(Remembering(chronicle()))
    assert log.property("about") == []
    log.ask_about(key("Marisol"))
    assert [one["sentence"] for one in log.property("about")] == [
        "Ben removed Marisol: She was rude.", "You made Marisol a moderator.",
    ]  # fmt: skip
    assert log.property("about")[0]["takenBack"] == VOID


def test_flowers_have_the_hue_they_have_elsewhere() -> None:
    home = Remembering([act("Ines", What.FOUNDED), act("Ben", What.LEFT)])
    log = log_of(home)
    assert home.all(ListMembers)
    assert column(log, "hue")[0] >= 0
    assert column(log, "hue")[1] == -1


def test_a_log_that_cannot_be_read_says_why() -> None:
    home = Remembering([])
    home.refuse = {ReadLog: Refused(Why.DAMAGED_STORE, "Part of your store can't be read.")}
    log = log_of(home)
    assert (log.property("loaded"), log.property("trouble")) == (
        False, "Part of your store can't be read.",
    )  # fmt: skip
    home.refuse = {}
    log.refresh()
    assert (log.property("loaded"), log.property("trouble"), log.property("count")) == (True, "", 0)
