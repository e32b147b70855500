"""The Connection screen: what is so is said, what is wrong is named, and what can be done works."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path as Folder
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from pytestqt.qtbot import QtBot

from app import commands as c
from app.__main__ import _mailbox
from app.circle.state import NetStatus, Path, Post, PostKind, Reach, Role
from app.commands import NetSettings
from app.refused import Refused, Why
from tests.ui.hearth import CARERS, TABLE, FakeHome, Hearth, circle, focused, tab_to
from tests.ui.neighbour import NOW, key, mailbox, post
from tests.ui.test_accessible import is_clear, name_of, of_role
from ui.connection import boxes, helpers, words
from ui.connection.adding import COMMAND, KNOWN, NO_CARD
from ui.connection.item import Tone, pill

CARD = "hearthside-mailbox:AQIDBAUGBwgJ"


def reach(name: str, path: Path = Path.DIRECT, **more: Any) -> Reach:  # noqa: ANN401 - as msgspec has it
    plain: dict[str, Any] = {"circle": TABLE, "since": None}
    return Reach(member=key(name), path=path, display_name=name, **plain | more)


def status(*people: Reach, **more: Any) -> NetStatus:  # noqa: ANN401 - the same
    here = sum(one.path not in words.AWAY for one in people)
    plain: dict[str, Any] = {
        "listening": ["/ip4/192.168.1.7/tcp/4001/p2p/12D3KooWSecretOne"], "reachable": here,
        "of": len(people), "people": list(people),
    }  # fmt: skip
    return NetStatus(**plain | more)


def waits(name: str, **more: Any) -> Post:  # noqa: ANN401 - the same
    plain: dict[str, Any] = {"reached": 6, "of": 8, "not_yet": ["Old Heron", "Pavel"]}
    return post(name, "Juniper", PostKind.CHECKIN, **plain | more)


# ---- the words ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (reach("Ines"), "Direct"),
        (reach("Ines", Path.LAN), "Direct, same Wi-Fi or network"),
        (reach("Ines", Path.PUNCHED), "Direct, through both routers"),
        (reach("Ines", Path.RELAY, via="Marisol"), "Through Marisol"),
        (reach("Ines", Path.RELAY, via="Cupboard laptop", by_mailbox=True),
         "Through the mailbox “Cupboard laptop”"),
        (reach("Ines", Path.RELAY), "Through a mailbox or somebody of the circle"),
        (reach("Ines", Path.NONE), "Not met yet"),
        (reach("Ines", Path.NONE, last_met=NOW - timedelta(days=1)),
         "Away since yesterday morning"),
        (reach("Ines", Path.MAILBOX, via="Cupboard laptop", last_met=NOW - timedelta(hours=1)),
         "Away since this morning · by the mailbox “Cupboard laptop”"),
    ],
)  # fmt: skip
def test_the_way_to_somebody_is_said_in_words(one: Reach, said: str) -> None:
    assert words.way(one, NOW) == said


def test_nobody_is_called_away_who_is_not_looked_for() -> None:
    """Paused, one can't know."""
    row = words.person(reach("Ines", Path.NONE), 1, NOW, paused=True)
    assert (row["way"], row["here"]) == (words.NOT_LOOKED, False)


@pytest.mark.parametrize(
    ("net", "said"),
    [
        (status(paused=True, listening=[]), words.PAUSED),
        (status(reach("Ines", Path.NONE), listening=[]), words.OFFLINE),
        (status(), words.ALONE),
        (status(reach("Ines", Path.NONE)), words.NOBODY),
        (status(reach("Ines", Path.MAILBOX)), words.BY_MAILBOX),
        (status(reach("Ines"), reach("Pavel", Path.NONE)), words.FINE),
        (None, words.NOT_READY),
    ],
)
def test_one_sentence_says_what_is_wrong_or_that_nothing_is(
    net: NetStatus | None, said: str
) -> None:
    assert words.sentence(net) == said


def test_a_full_mailbox_is_something_to_fix() -> None:
    """Only while it is used."""
    net = status(reach("Ines"))
    assert words.sentence(net, [mailbox(full=True)]) == words.FULL.format(name="Cupboard laptop")
    assert words.sentence(net, [mailbox(full=True, used=False)]) == words.FINE


def test_three_facts() -> None:
    net = status(
        reach("Ines"), reach("Marisol", Path.RELAY), reach("Pavel", Path.MAILBOX), waiting=2
    )
    assert [one["spoken"] for one in words.facts(net)] == [
        "2 of 3 people reachable now", "2 posts waiting to arrive",
        "Direct + others + mailbox how you are connecting",
    ]  # fmt: skip
    assert words.how(status(reach("Ines", Path.NONE))) == "Not connected"
    assert words.how(status(paused=True)) == "Paused"


@pytest.mark.parametrize(
    ("one", "state", "whom", "back"),
    [
        (waits("a"), "Reached 6 of 8 · since 11:40", "For Old Heron and Pavel", False),
        (waits("a", in_mailbox=True), "Kept at the mailbox. Reached 6 of 8 · since 11:40",
         "For Old Heron and Pavel", False),
        (waits("a", reached=0, of=1, not_yet=["Ines"], unsent=True,
               written_at=NOW - timedelta(days=1)),
         "Not reached yet · since yesterday", "For Ines", True),
        (waits("a", reached=0, of=2, not_yet=["Ines", "Pavel"], in_mailbox=True),
         "Kept at the mailbox · since 11:40", "For Ines and Pavel", False),
    ],
)  # fmt: skip
def test_what_waits_is_told_with_those_it_waits_for(
    one: Post, state: str, whom: str, back: bool
) -> None:
    one = one if one.unsent else msgspec.structs.replace(one, written_at=NOW)
    row = words.waiting(TABLE, "Waiting & after", one, NOW)
    assert (row["what"], row["state"], row["whom"], row["mayTakeBack"]) == (
        "Check-in to Waiting & after", state, whom, back,
    )  # fmt: skip


def test_a_mailbox_says_what_it_holds_and_who_looks_after_it() -> None:
    row = boxes.mailbox(mailbox(), NOW)
    assert row["state"] == "Reachable since 09:40"
    assert row["holds"] == "Holds 1.2 MB of 256 MB · kept for 90 days · looked after by you"
    assert row["notes"] == []
    away = boxes.mailbox(mailbox(reachable=False, mine=False, owner_name="Ines", bytes=None), NOW)
    assert away["state"] == boxes.AWAY
    to_a_host = boxes.mailbox(mailbox(reachable=False), NOW, host=True)
    assert to_a_host["state"] == f"{boxes.AWAY} {boxes.MOVED}"
    before = boxes.mailbox(mailbox(since=NOW - timedelta(days=2)), NOW)
    assert before["state"] == "Reachable since Saturday"
    assert "Looked after by Ines" not in str(away["holds"])
    assert "looked after by Ines" in str(away["holds"])


def test_until_its_owner_was_there_the_screen_says_what_who_is_out_may_do() -> None:
    """They take out posts, read what they had the secrets of, fill room. Also that it is full."""
    assert boxes.mailbox(mailbox(owner_due=True), NOW)["notes"] == [boxes.DUE]
    theirs = boxes.mailbox(mailbox(owner_due=True, mine=False, owner_name="Ines"), NOW)
    assert theirs["notes"] == [boxes.MAYBE_DUE.format(owner="Ines")]
    assert "read those whose writer hadn't heard of it" in boxes.DUE
    assert "read those whose writer hadn't heard of it" in boxes.MAYBE_DUE
    assert boxes.mailbox(mailbox(full=True), NOW)["notes"] == [boxes.FULL]
    gone = boxes.mailbox(mailbox(used=False, owner_due=True, full=True), NOW)
    assert (gone["state"], gone["notes"]) == (boxes.NOT_USED, [])


@pytest.mark.parametrize(
    ("net", "detail"),
    [
        ({"waiting": 2, "waiting_for": 2}, "2 posts waiting for 2 people"),
        ({"waiting": 1, "waiting_for": 1}, "1 post waiting for 1 person"),
        ({}, "Nothing is waiting"),
    ],
)
def test_the_pill_counts_posts_and_people(net: dict[str, Any], detail: str) -> None:
    one = pill(status(reach("Ines"), **net))
    assert (one.detail, one.tone) == (detail, Tone.CONNECTED)
    paused = pill(status(reach("Ines", Path.NONE), listening=[], paused=True, **net))
    assert (paused.headline, paused.detail, paused.tone) == ("Paused", detail, Tone.PAUSED)


# ---- for helpers --------------------------------------------------------------------------------


def test_a_copied_log_has_no_name_no_id_and_no_address() -> None:
    """People and mailboxes are numbers in it, addresses their kind."""
    addresses = [
        "/ip4/192.168.1.7/tcp/4001/p2p/12D3KooWSecretOne",
        "/ip4/203.0.114.9/tcp/51234/p2p/12D3KooWSecretOne",
        "/ip6/2a01:4f8::77/tcp/4001/p2p/12D3KooWSecretOne",
        "/dns4/juniper.example/tcp/4001",
        "/ip4/198.51.100.7/tcp/9/p2p/12D3KooWRelay/p2p-circuit/p2p/12D3KooWSecretOne",
        "not an address at all",
        "",
    ]
    people = (
        reach("Old Heron", Path.RELAY, via="Cupboard laptop", by_mailbox=True, waiting=2),
        reach("Ines", Path.NONE), reach("Ines", Path.LAN, circle=CARERS),
    )  # fmt: skip
    net = status(*people, listening=addresses, waiting=2, waiting_for=1)
    may = NetSettings(lan=True, port_mapping=False, relay=True, paused=False)
    said = helpers.log(
        net, [mailbox(full=True, owner_name="Marisol")], may, "1.2.3", "2026-11-23 11:40"
    )
    assert said.startswith("Hearthside 1.2.3\nat 2026-11-23 11:40\n")
    assert "circle 1, Person 1: carried by another computer (by a mailbox), 2 waiting" in said
    assert "Mailbox 1: used: yes, reached: yes, full: yes" in said
    assert "address: IPv4, home network" in said
    assert "address: IPv4, internet" in said
    assert "address: IPv6, internet" in said
    told = said.lower()
    names = ["old heron", "ines", "cupboard", "marisol", "juniper", "12d3koo", "example"]
    secrets = ["192.168", "203.0", "198.51", "2a01", "51234", "4001", TABLE[:8], CARERS[:8]]
    secrets += [key("Ines")[:8], key("Old Heron")[:8], key("Cupboard laptop")[:8]]
    assert [one for one in (*names, *secrets) if one in told] == []


# ---- the window ---------------------------------------------------------------------------------


@pytest.fixture
def home() -> FakeHome:
    made = FakeHome()
    made.circles = {TABLE: circle(members=4), CARERS: circle("Carers", CARERS, role=Role.MEMBER)}
    made.net = status(
        reach("Ines", Path.LAN), reach("Tomasz", Path.RELAY, via="Ines"),
        reach("Old Heron", Path.NONE, waiting=1), waiting=1, waiting_for=1,
    )  # fmt: skip
    made.waiting = [waits("mine", reached=0, of=3, unsent=True, not_yet=["Ines"])]
    made.mailboxes = [mailbox()]
    return made


@pytest.fixture
def window(qtbot: QtBot, home: FakeHome) -> Iterator[Hearth]:
    made = Hearth(qtbot, home)
    made.unlock()
    yield made
    warnings = list(made.warnings)
    made.close()
    assert warnings == []


def looks(window: Hearth) -> None:
    window.press("connection")
    window.until(lambda: bool(window.all("reach")) and bool(window.all("mailbox")))
    window.rest(200)


def shown_by(window: Hearth, name: str) -> list[str]:
    return [str(one.property("text")) for one in window.all(name)]


def test_the_pill_leads_there_by_keyboard_and_esc_leads_back(window: Hearth) -> None:
    tab_to(window, "connection", most=60)
    window.key(Qt.Key.Key_Return)
    window.until(lambda: bool(window.all("connectionScreen")))
    window.rest(200)
    assert focused(window) == "pauseConnecting"
    assert window.text("connectionSentence") == words.FINE
    seen: list[str] = []
    for _ in range(40):
        seen.append(focused(window))
        window.key(Qt.Key.Key_Tab)
    for name in (
        "waitingMore", "addMailbox", "retireMailbox", "allowLan", "allowRouter", "allowRelay",
        "takeAlong", "bringAlong", "helpersToggle",
    ):  # fmt: skip
        assert name in seen, name
    window.find("pauseConnecting").forceActiveFocus()
    window.key(Qt.Key.Key_Escape)
    window.until(lambda: not window.all("connectionScreen"))
    assert window.shell.property("place") == "circle"


def test_the_screen_tells_who_and_what_and_how(window: Hearth) -> None:
    looks(window)
    assert shown_by(window, "way") == [
        "Direct, same Wi-Fi or network", "Through Ines", "Not met yet",
    ]  # fmt: skip
    assert any("Not reached yet" in one for one in shown_by(window, "waitingState"))
    assert "Holds 1.2 MB of 256 MB" in shown_by(window, "mailboxHolds")[0]
    assert window.text("onlyHosts") == boxes.ONLY_HOSTS  # of Carers, where the reader is a member
    assert len(window.all("addMailbox")) == 1


def test_for_those_who_cannot_see_it(window: Hearth) -> None:
    looks(window)
    is_clear(window)
    items = [name_of(one) for one in of_role(window, QAccessible.Role.ListItem)]
    assert "Tomasz. Through Ines. Nothing waiting" in items
    assert "3 people reachable now" not in items
    assert "2 of 3 people reachable now" in items
    window.find("helpersToggle").forceActiveFocus(Qt.FocusReason.TabFocusReason)
    window.key(Qt.Key.Key_Return)
    assert window.all("copyLog")
    is_clear(window)
    window.window.setProperty("width", 820)
    window.rest()
    is_clear(window)


def test_pausing_is_said_by_the_pill_and_gone_on_from(window: Hearth, home: FakeHome) -> None:
    looks(window)
    window.press("pauseConnecting")
    window.until(lambda: window.text("pauseConnecting") == "Go on connecting")
    assert window.asked(c.SetNet) == [c.SetNet(paused=True)]
    window.until(lambda: window.text("reachable") == "Paused")
    assert window.text("connectionSentence") == words.PAUSED
    window.press("pauseConnecting")
    window.until(lambda: window.text("pauseConnecting") == "Pause connecting")
    assert not home.may.paused


def test_switches_say_what_was_chosen(window: Hearth, home: FakeHome) -> None:
    looks(window)
    for name in ("allowLan", "allowRouter", "allowRelay"):
        window.find(name).forceActiveFocus(Qt.FocusReason.TabFocusReason)
        window.key(Qt.Key.Key_Space)
        window.until(lambda name=name: not window.find(name).property("ticked"))  # type: ignore[misc]
    assert home.may == NetSettings(lan=False, port_mapping=False, relay=False, paused=False)


def test_words_nobody_was_handed_are_taken_back(window: Hearth, home: FakeHome) -> None:
    looks(window)
    window.press("waitingMore")
    window.press("menuTakeBack")
    window.until(lambda: not window.all("waitingPost"))
    assert home.waiting == []
    assert window.asked(c.TakeBack) != []


def test_what_was_handed_on_is_not_offered_to_be_taken_back(window: Hearth, home: FakeHome) -> None:
    home.waiting = [waits("sent")]
    looks(window)
    window.press("waitingMore")
    window.until(lambda: bool(window.all("menuTryNow")))
    assert window.all("menuTakeBack") == []
    window.press("menuTryNow")
    assert window.asked(c.TryNow) != []


def test_a_mailbox_is_added_by_its_line(window: Hearth, home: FakeHome) -> None:
    """A refusal keeps what was typed; something that is no card is not sent."""
    home.refuse[c.AddMailbox] = Refused(Why.BAD_REQUEST, "This mailbox does not answer.")
    looks(window)
    window.press("addMailbox")
    window.until(lambda: bool(window.all("mailboxCardInput")))
    window.rest(250)
    assert focused(window) == "mailboxCardInput"
    is_clear(window)
    window.tap("no card")
    window.key(Qt.Key.Key_Return)
    assert window.shell._reach._adding.property("problem") == NO_CARD
    assert window.asked(c.AddMailbox) == []
    assert window.asked(c.LookForMailbox) == []
    adding = window.shell._reach._adding
    home.refuse[c.LookForMailbox] = Refused(Why.BAD_REQUEST, "It does not answer yet.")
    window.write("mailboxCardInput", CARD)
    window.until(lambda: adding.property("problem") == "It does not answer yet.")
    assert adding.property("found") == ""
    del home.refuse[c.LookForMailbox]
    window.write("mailboxCardInput", CARD + " ")
    window.until(lambda: "room for 256 MB, kept for up to 90 days" in adding.property("found"))
    home.known_cards.add(CARD)
    window.write("mailboxCardInput", CARD)
    window.until(lambda: adding.property("found") == KNOWN)
    assert adding.property("answers")
    assert window.asked(c.LookForMailbox)[-1] == c.LookForMailbox(circle=TABLE, card=CARD)
    window.write("mailboxNameInput", "Attic")
    window.key(Qt.Key.Key_Return)
    window.until(lambda: "does not answer" in str(window.shell._reach._adding.property("problem")))
    assert window.text("mailboxCardInput") == CARD
    home.refuse.clear()
    window.press("confirmAddMailbox")
    window.until(lambda: not window.all("mailboxCardInput"))
    assert window.asked(c.AddMailbox)[-1] == c.AddMailbox(circle=TABLE, card=CARD, name="Attic")
    window.until(lambda: "Attic" in window.seen())


def test_a_mailbox_is_retired_only_after_what_follows_was_read(
    window: Hearth, home: FakeHome
) -> None:
    """The safe answer has the focus, and Esc is it too."""
    looks(window)
    window.press("retireMailbox")
    window.until(lambda: bool(window.all("confirmRetire")))
    window.rest(250)
    assert focused(window) == "keepMailbox"
    is_clear(window)
    window.key(Qt.Key.Key_Escape)
    window.until(lambda: not window.all("confirmRetire"))
    assert len(home.mailboxes) == 1
    window.press("retireMailbox")
    window.press("confirmRetire")
    window.until(lambda: home.mailboxes == [])
    window.until(lambda: bool(window.all("noMailbox")))


def test_a_lock_takes_all_of_it_away(window: Hearth) -> None:
    looks(window)
    window.shell._reach.copy()
    assert "Person 1" in QGuiApplication.clipboard().text()
    window.shell.lock()
    window.until(lambda: window.screen() == "locked")
    page = window.shell._reach
    assert (page.property("people"), page.property("waiting"), page.property("loaded")) == (
        [], [], False,
    )  # fmt: skip
    assert "Person 1" not in QGuiApplication.clipboard().text()


def test_the_command_it_shows_is_one_that_starts_a_mailbox(
    tmp_path: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it stands there, word by word; up to the point where it would go on the air."""
    began: list[object] = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("app.mailbox.running.main", lambda *told: began.append(told))
    program, mode, *rest = COMMAND.split()
    assert (program, mode) == ("hearthside", "mailbox")
    assert _mailbox(rest) == 0
    assert len(began) == 1
