"""Replies before their beginning, on real rooms: shown, named, and taken home when it arrives."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from app import commands as c
from app import overview, settings, writing
from app.commands import Command, ListCircles, ListPosts, MarkRead, Nothing, ReadThread
from app.refused import Refused
from app.room import MANY
from app.running import RunningCircle
from p2p.envelope import open_, peek
from p2p.op import Log
from tests.p2p.village import Person, Village
from ui.feed.model import PAGE, FeedModel
from ui.feed.roles import Role
from ui.thread.model import ThreadModel
from ui.wording import ADRIFT, ADRIFT_GONE


class Desk(QObject):
    """Stands between a screen and somebody's room, as the bridge does, on one thread."""

    said = Signal(object)

    def __init__(self, person: Person) -> None:
        super().__init__()
        self.person = person

    def ask(
        self,
        command: Command[Any],
        then: Callable[[Any], object] | None = None,
        otherwise: Callable[[Refused], object] | None = None,
    ) -> None:
        room = self.person.room
        match command:
            case ListPosts():
                answer: object = writing.page(room, command)
            case ReadThread():
                answer = writing.thread(room, command)
            case ListCircles():
                answer = [overview.row(RunningCircle(room, (), self.person.heard.append))]
            case MarkRead():
                answer = Nothing()
            case _:
                answer = []
        del otherwise
        if then is not None:
            then(answer)

    def brings(self, *envelopes: bytes) -> None:
        """These arrive at once, and what is said of it reaches the screens."""
        self.person.heard.clear()
        self.person.takes(*envelopes, log=Log.WORDS)
        self.said.emit(list(self.person.heard))


@pytest.fixture
def desk(village: Village, ada: Person, qtbot: QtBot) -> Desk:  # noqa: ARG001 - it brings the application
    """That of Bo, who is in the circle and to whom nothing comes but what a test brings."""
    bo = village.joined(ada, "Bo")
    for end in list(ada.ends):
        end.line.hang_up()
    return Desk(bo)


def words_of(person: Person) -> list[bytes]:
    """The envelopes of all that was written, in writing order."""
    person.sign()
    return sorted(person.gives(Log.WORDS), key=lambda envelope: _seq(person, envelope))


def _seq(person: Person, envelope: bytes) -> int:
    (secrets,) = person.room.ledger.keyring.fitting(peek(envelope))
    keys = secrets.keys(peek(envelope).envelope_class)
    assert keys is not None
    return open_(envelope, keys, person.circle).header.seq


def feed_of(desk: Desk) -> FeedModel:
    return FeedModel(desk, desk.person.circle.hex())


def shown(feed: FeedModel, role: Role = Role.BODY) -> list[object]:
    return [feed.data(feed.index(row), role) for row in range(feed.rowCount())]


def test_a_reply_waits_in_the_feed_for_what_it_answers(ada: Person, desk: Desk) -> None:
    """It says what it is; then the post stands where its time is, with the reply below it."""
    root = ada.write("the question")
    ada.write("the answer", to=root)
    ada.write("something else")
    question, answer, other = words_of(ada)
    feed = feed_of(desk)
    desk.brings(answer)
    assert shown(feed) == ["the answer"]
    assert shown(feed, Role.KIND) == ["reply"]
    assert shown(feed, Role.ADRIFT) == [ADRIFT]
    assert f". {ADRIFT}." in str(shown(feed, Role.SPOKEN)[0])
    desk.brings(other)
    assert shown(feed, Role.ADRIFT) == ["", ADRIFT]
    desk.brings(question)
    assert shown(feed) == ["something else", "the question"]
    assert shown(feed, Role.REPLIES) == ["Reply", "1 reply"]
    assert shown(feed_of(desk)) == shown(feed)


def test_an_answer_to_an_answer_waits_too(ada: Person, desk: Desk) -> None:
    """Its parent is here, and yet it stands nowhere before the thread begins."""
    root = ada.write("the question")
    first = ada.write("the answer", to=root)
    ada.write("an answer to that", to=first)
    question, answer, further = words_of(ada)
    feed = feed_of(desk)
    desk.brings(further)
    desk.brings(answer)
    assert sorted(map(str, shown(feed))) == ["an answer to that", "the answer"]
    assert shown(feed, Role.ADRIFT) == [ADRIFT, ADRIFT]
    desk.brings(question)
    assert shown(feed) == ["the question"]


def test_an_open_thread_is_made_whole(ada: Person, desk: Desk) -> None:
    """What was opened without its beginning stays open when that arrives."""
    root = ada.write("the question")
    reply = ada.write("the answer", to=root)
    question, answer = words_of(ada)
    desk.brings(answer)
    thread = ThreadModel(desk, desk.person.circle.hex(), reply)
    assert thread.property("adrift")
    assert thread.property("root") == {}
    desk.brings(question)
    assert thread.property("adrift") == ""
    assert thread.property("root")["body"] == "the question"
    assert thread.rowCount() == 1


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("at_top", [True, False])
def test_in_any_order_and_in_any_portions_nothing_is_lost_in_between(
    ada: Person, desk: Desk, seed: int, at_top: bool
) -> None:
    """While it comes every reply is shown exactly where its thread is not; in the end all is."""
    chance = random.Random(seed)
    posts: list[str] = []
    for number in range(4 * PAGE):
        to = chance.choice(posts) if posts and chance.random() < 0.6 else None
        posts.append(ada.write(f"{number}", to=to))
    envelopes = words_of(ada)
    chance.shuffle(envelopes)
    feed = feed_of(desk)
    feed.setAtTop(at_top)
    while envelopes:
        size = chance.choice((1, 2, MANY + 1))
        portion, envelopes = envelopes[:size], envelopes[size:]
        desk.brings(*portion)
        whole = writing.page(
            desk.person.room, ListPosts(circle=desk.person.circle.hex(), limit=1000, orphans=True)
        )
        here = {post.post: post.thread_missing for post in whole}
        for post, words in zip(shown(feed, Role.POST), shown(feed, Role.ADRIFT), strict=True):
            assert here[str(post)] is (words == ADRIFT)
    while feed.property("more"):
        feed.showEarlier()
    assert not any(shown(feed, Role.ADRIFT))
    assert len(shown(feed)) == len(set(shown(feed)))
    assert set(shown(feed, Role.POST)) == {post.post for post in whole}


def test_where_words_go_with_time_what_is_answered_may_be_gone(desk: Desk, ada: Person) -> None:
    """The answer is there for as long as it stays itself, and nothing says that more will come."""
    asked = c.SetRetention(circle=ada.room.hex, days=7)
    settings.change(ada.room, ada.outbox, asked)
    desk.person.takes(*ada.gives())
    root = ada.write("asked")
    desk.brings(*words_of(ada))
    ada.watch.go_on(hours=100)
    ada.write("answered", to=root)
    desk.brings(*words_of(ada))
    feed = feed_of(desk)
    assert [one.body for one in desk.person.feed()] == ["asked"]
    ada.watch.go_on(hours=70)
    desk.person.heard.clear()
    while desk.person.inbox.lapse():
        pass
    desk.said.emit(list(desk.person.heard))
    assert shown(feed, Role.BODY) == ["answered"]
    assert shown(feed, Role.ADRIFT) == [ADRIFT_GONE]
    feed.close()
