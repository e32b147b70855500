"""A post with its replies: in order, honest about their way, and a box that loses nothing."""

from collections.abc import Iterator
from datetime import timedelta

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from pytestqt.qtbot import QtBot

from app.circle.state import Draft, Post, PostKind, Thread, Want
from app.commands import MAX_BODY, KeepDraft, ReadThread, WritePost
from app.events import MemberChanged, PostArrived, PostReached, PostsGone
from app.refused import Refused, Why
from tests.ui.neighbour import CIRCLE, NOW, Neighbour, circle, clock, key, member, post
from tests.ui.stage import Stage, read, wait
from ui.drafting import DEBOUNCE, TOO_LONG
from ui.thread.item import ADRIFT, ADRIFT_LATE, guidance
from ui.thread.model import ThreadModel
from ui.thread.reply import EMPTY, ReplyDraft
from ui.thread.roles import Role

ROOT = post("root", kind=PostKind.QUESTION, title="How did you tell work?", want=Want.EXPERIENCES)


def answer(name: str, author: str = "Marisol", minutes: int = 60, **more: object) -> Post:
    return post(
        name, author, PostKind.REPLY, thread=ROOT.post, written_at=NOW - timedelta(minutes=minutes),
        **{"reply_to": ROOT.post, **more},
    )  # fmt: skip


@pytest.fixture
def bridge(qtbot: QtBot) -> Neighbour:  # noqa: ARG001 - it brings the application
    made = Neighbour()
    made.opened = Thread(post=ROOT, replies=[answer("one", minutes=90), answer("two", minutes=30)])
    return made


def thread_of(bridge: Neighbour) -> ThreadModel:
    return ThreadModel(bridge, CIRCLE, ROOT.post, clock=clock)


def reply_of(bridge: Neighbour) -> ReplyDraft:
    thread = thread_of(bridge)
    thread.setParent(bridge)
    return thread._reply


def shown(thread: ThreadModel, role: Role = Role.BODY) -> list[object]:
    return [thread.data(thread.index(row), role) for row in range(thread.rowCount())]


def test_a_late_reply_takes_its_place_by_time(bridge: Neighbour) -> None:
    thread = thread_of(bridge)
    late = answer("between", "Tomasz", minutes=60)
    for _ in range(2):
        bridge.say(PostArrived(circle=CIRCLE, post=late.post, content=late))
    assert shown(thread) == ["words of one", "words of between", "words of two"]
    assert read(thread, "countLine") == "3 replies"


def test_it_says_whom_one_writes_to_and_who_can_read(bridge: Neighbour) -> None:
    thread = thread_of(bridge)
    assert read(thread, "target") == "Write back to Ines…"
    assert read(thread, "heading") == "Replies to Ines"
    assert read(thread, "readers") == "Only people in this circle can read this: 5 for now."


def test_one_may_add_to_ones_own(bridge: Neighbour) -> None:
    bridge.opened = Thread(post=post("root", "Juniper"), replies=[])
    assert read(thread_of(bridge), "target") == "Add to what you wrote…"


def test_a_reply_to_a_reply_names_whom(bridge: Neighbour) -> None:
    nested = answer("three", "Tomasz", minutes=5, reply_to=key("one"))
    assert bridge.opened is not None
    bridge.opened = Thread(post=ROOT, replies=[*bridge.opened.replies, nested])
    assert shown(thread_of(bridge), Role.TO) == ["", "", "Marisol"]


def test_what_nobody_has_yet_says_so(bridge: Neighbour) -> None:
    """And then whom it has reached, as soon as these computers have said so."""
    thread = thread_of(bridge)
    mine = answer(
        "mine", "Juniper", minutes=0, unsent=True, reached=0, of=2, not_yet=["Ines", "Tomasz"]
    )
    bridge.say(PostArrived(circle=CIRCLE, post=mine.post, content=mine))
    assert shown(thread, Role.DELIVERY)[-1] == "Only on this computer"
    assert shown(thread, Role.SPOKEN)[-1] == (
        "Reply from You, 11:40. Only on this computer. It is safe here until then. "
        "Not yet: Ines and Tomasz."
    )
    sent = msgspec.structs.replace(mine, unsent=False, reached=1, not_yet=["Tomasz"])
    bridge.say(PostReached(circle=CIRCLE, post=mine.post, content=sent))
    assert shown(thread, Role.DELIVERY)[-1] == "Reached 1 of 2"
    assert shown(thread, Role.DELIVERY_MORE)[-1] == "Not yet: Tomasz."
    assert shown(thread, Role.DELIVERY_TONE)[-1] == "waiting"


def test_of_ones_own_post_it_is_said_above_its_replies(bridge: Neighbour) -> None:
    """Also where it changes, and where people come and go."""
    mine = post("root", "Juniper", reached=1, of=2, not_yet=["Ines"])
    bridge.opened = Thread(post=mine, replies=[])
    thread = thread_of(bridge)
    assert read(thread, "root")["delivery"] == "Reached 1 of 2"
    everyone = msgspec.structs.replace(mine, reached=2, not_yet=[])
    bridge.say(PostReached(circle=CIRCLE, post=mine.post, content=everyone))
    assert read(thread, "root")["delivery"] == "Reached everyone"
    assert read(thread, "root")["deliveryTone"] == "reached"
    bridge.opened = Thread(post=mine, replies=[])
    bridge.say(MemberChanged(circle=CIRCLE, member=key("Pavel")))
    assert read(thread, "root")["delivery"] == "Reached 1 of 2"


@pytest.mark.parametrize(
    ("want", "kind", "words"),
    [
        (None, PostKind.QUESTION, "experience"),
        (None, PostKind.STORY, "Stories don't need advice."),
        (None, PostKind.CHECKIN, ""),
        (Want.LISTENING, PostKind.CHECKIN, "listen"),
        (Want.HELP, PostKind.STORY, "practical help"),
        (Want.COMPANY, PostKind.CHECKIN, "company"),
        (Want.NOTHING, PostKind.CHECKIN, "nothing right now"),
    ],
)
def test_what_was_asked_for_is_said_above_the_replies(
    want: Want | None, kind: PostKind, words: str
) -> None:
    said = guidance(post("x", kind=kind, want=want))
    assert words in said
    assert (said == "") == (words == "")
    assert guidance(post("x", "Juniper", kind=kind, want=want)) == ""


# ---- where the beginning has not arrived ----------------------------------------------------


@pytest.fixture
def adrift() -> Post:
    return answer("one", "Tomasz", parent_missing=True, thread_missing=True)


def opened(bridge: Neighbour, one: Post) -> ThreadModel:
    return ThreadModel(bridge, CIRCLE, one.post, clock=clock)


def test_a_thread_without_its_beginning_says_so_and_can_be_answered(
    bridge: Neighbour, adrift: Post
) -> None:
    """Once, above the replies; the box answers the reply that was opened."""
    bridge.opened = Thread(post=None, replies=[adrift])
    thread = opened(bridge, adrift)
    assert read(thread, "adrift") == ADRIFT
    assert (read(thread, "heading"), read(thread, "root")) == ("Replies", {})
    assert shown(thread, Role.MISSING) == [""]
    assert read(thread, "target") == "Write back to Tomasz…"
    thread._reply.type("What do you mean?")
    thread._reply.send()
    assert [one.reply_to for one in bridge.all(WritePost)] == [adrift.post]


def test_the_beginning_takes_its_place_when_it_arrives(bridge: Neighbour, adrift: Post) -> None:
    """Other replies that come before it stand below the same note."""
    bridge.opened = Thread(post=None, replies=[adrift])
    thread = opened(bridge, adrift)
    later = answer("two", "Marisol", minutes=5, reply_to=adrift.post, thread_missing=True)
    bridge.say(PostArrived(circle=CIRCLE, post=later.post, content=later))
    assert shown(thread, Role.TO) == ["", "Tomasz"]
    bridge.opened = Thread(post=ROOT, replies=[answer("one", "Tomasz"), answer("two", minutes=5)])
    bridge.say(PostArrived(circle=CIRCLE, post=ROOT.post, content=ROOT))
    assert (read(thread, "adrift"), read(thread, "heading")) == ("", "Replies to Ines")
    assert read(thread, "root")["title"] == "How did you tell work?"


def test_what_is_closed_to_a_newcomer_is_not_promised(bridge: Neighbour, adrift: Post) -> None:
    """Where newcomers don't see the past, what is missing may be from before, and never come."""
    bridge.circles = [circle(fresh=True)]
    bridge.opened = Thread(post=None, replies=[adrift])
    bridge.members = [member("Ines", 0), member("Juniper", 1)]
    assert read(opened(bridge, adrift), "adrift") == ADRIFT_LATE
    bridge.members = [member("Juniper", 0), member("Ines", 1)]
    assert read(opened(bridge, adrift), "adrift") == ADRIFT


def test_what_has_gone_with_time_is_shown_no_more(bridge: Neighbour) -> None:
    """The younger answers stay, and where there are none a sentence says that nothing is here."""
    bridge.opened = Thread(post=ROOT, replies=[answer("one", "Tomasz")])
    thread = opened(bridge, ROOT)
    bridge.opened = Thread(post=None, replies=[answer("one", "Tomasz")])
    bridge.say(PostsGone(circle=CIRCLE, posts=[ROOT.post]))
    assert (read(thread, "root"), thread.rowCount()) == ({}, 1)
    gone = Refused(Why.NO_SUCH_POST, "This post is not on this computer.")
    bridge.refuse[ReadThread] = gone
    bridge.say(PostsGone(circle=CIRCLE, posts=[answer("one", "Tomasz").post]))
    assert (read(thread, "root"), thread.rowCount()) == ({}, 0)
    assert read(thread, "trouble") == gone.message
    assert read(thread, "target") == ""


# ---- writing back -----------------------------------------------------------------------------


def test_the_draft_is_kept_a_moment_after_the_last_key(bridge: Neighbour, qtbot: QtBot) -> None:
    reply = reply_of(bridge)
    for words in ("D", "De", "Dear Ines"):
        reply.type(words)
    assert bridge.all(KeepDraft) == []
    assert read(reply, "keeping") == ""
    qtbot.waitUntil(lambda: read(reply, "keeping") == "Draft kept here", timeout=DEBOUNCE + 500)
    assert [one.body for one in bridge.all(KeepDraft)] == ["Dear Ines"]
    assert bridge.all(KeepDraft)[0].place == ROOT.post


def test_closing_keeps_the_draft_at_once(bridge: Neighbour) -> None:
    thread = thread_of(bridge)
    thread._reply.type("Dear Ines")
    thread.close()
    assert [one.body for one in bridge.all(KeepDraft)] == ["Dear Ines"]


def test_a_kept_draft_is_there_again(bridge: Neighbour) -> None:
    bridge.drafts = [
        Draft(circle=CIRCLE, place=ROOT.post, kind=PostKind.REPLY, title="", body="Dear Ines"),
        Draft(circle=CIRCLE, place="circle", kind=PostKind.STORY, title="", body="else"),
    ]
    assert read(reply_of(bridge), "text") == "Dear Ines"


def test_words_stay_until_the_home_has_them(bridge: Neighbour) -> None:
    bridge.slow.add(WritePost)
    reply = reply_of(bridge)
    reply.type("Dear Ines")
    reply.send()
    reply.send()
    assert (read(reply, "text"), read(reply, "sending"), len(bridge.all(WritePost))) == (
        "Dear Ines",
        True,
        1,
    )
    assert bridge.all(KeepDraft) == []
    bridge.answer()
    assert (read(reply, "text"), read(reply, "sending")) == ("", False)
    assert [one.body for one in bridge.all(KeepDraft)] == [""]
    written = bridge.all(WritePost)[0]
    assert (written.kind, written.reply_to, written.body) == (
        PostKind.REPLY, ROOT.post, "Dear Ines",
    )  # fmt: skip


def test_a_refusal_is_told_where_one_writes(bridge: Neighbour) -> None:
    bridge.refuse[WritePost] = Refused(Why.DISK_FULL, "Hearthside can't save any more.")
    reply = reply_of(bridge)
    reply.type("Dear Ines")
    reply.send()
    assert (read(reply, "error"), read(reply, "text")) == (
        "Hearthside can't save any more.",
        "Dear Ines",
    )
    assert not read(reply, "sending")


def test_too_long_is_said_before_it_is_shared(bridge: Neighbour) -> None:
    """The limit counts bytes as they travel, not letters."""
    reply = reply_of(bridge)
    reply.type("é" * (MAX_BODY // 2))
    assert read(reply, "error") == ""
    reply.type("é" * (MAX_BODY // 2) + "!")
    assert read(reply, "error") == TOO_LONG
    reply.send()
    assert bridge.all(WritePost) == []


def test_nothing_to_share_is_explained(bridge: Neighbour) -> None:
    reply = reply_of(bridge)
    reply.send()
    assert (read(reply, "error"), bridge.all(WritePost)) == (EMPTY, [])


# ---- the screen -------------------------------------------------------------------------------

VIEW = """
    property bool gone: false
    ThreadPanel {
        objectName: "panel"
        width: 420
        height: parent.height
        thread: given.thread
        onClosed: given.gone = true
    }
"""


@pytest.fixture
def stage(qtbot: QtBot) -> Iterator[Stage]:  # noqa: ARG001 - it brings the application
    made = Stage()
    yield made
    assert made.warnings == []
    made.close()


def test_one_writes_back_by_keyboard_alone(stage: Stage, bridge: Neighbour) -> None:
    window = stage.show(VIEW, "import thread", thread=thread_of(bridge))
    stage.find("replies").forceActiveFocus(Qt.FocusReason.TabFocusReason)
    stage.key(Qt.Key.Key_J)
    stage.key(Qt.Key.Key_R)
    assert stage.focus().objectName() == "replyBoxInput"
    stage.write("Me too")
    stage.key(Qt.Key.Key_Return)
    stage.write("r")
    stage.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert [one.body for one in bridge.all(WritePost)] == ["Me too\nr"]
    wait(20)
    assert read(stage.find("replyBoxInput"), "text") == ""
    stage.key(Qt.Key.Key_Escape)
    assert read(window, "gone") is True


def test_tab_leaves_the_box(stage: Stage, bridge: Neighbour) -> None:
    stage.show(VIEW, "import thread", thread=thread_of(bridge))
    stage.find("replyBoxInput").forceActiveFocus(Qt.FocusReason.TabFocusReason)
    stage.key(Qt.Key.Key_Tab)
    assert stage.focus().objectName() == "sendReply"


def test_the_panel_shows_what_was_asked_for(stage: Stage, bridge: Neighbour) -> None:
    stage.show(VIEW, "import thread", thread=thread_of(bridge))
    assert "Ines asked for experience" in read(stage.find("guidance"), "text")
    assert len(stage.all("reply")) == 2


def test_the_panel_says_what_has_not_arrived(stage: Stage, bridge: Neighbour, adrift: Post) -> None:
    bridge.opened = Thread(post=None, replies=[adrift])
    stage.show(VIEW, "import thread", thread=opened(bridge, adrift))
    assert read(stage.find("adrift"), "text") == ADRIFT
    assert len(stage.all("reply")) == 1
    stage.find("replies").forceActiveFocus(Qt.FocusReason.TabFocusReason)
    stage.key(Qt.Key.Key_R)
    assert stage.focus().objectName() == "replyBoxInput"
    spoken = [one.text(QAccessible.Text.Name) for one in stage.spoken()]
    assert ADRIFT in spoken
