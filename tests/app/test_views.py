"""Pages, threads and what is unread: the same order everywhere, and no post twice."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.circle import acts
from app.circle.acts import Writing
from app.circle.state import Feeling, Post, PostKind, Want
from app.store.keeping import NewPost
from app.store.views import Posts, moment
from p2p.ids import MemberId, PostId
from tests.p2p.village import NOON, Person, a_village

BO = MemberId(b"b" * 32)


@pytest.fixture
def ada(tmp_path: Path) -> Iterator[Person]:
    with a_village(tmp_path) as village:
        yield village.founder("Ada")


@pytest.fixture
def posts(ada: Person) -> Posts:
    return ada.room.posts


def name(number: int) -> PostId:
    return PostId(number.to_bytes(32))


def keep(
    ada: Person,
    number: int,
    *,
    at: int = NOON,
    now: int = NOON,
    to: int | None = None,
    thread: int | None = None,
    by: MemberId = BO,
) -> bool:
    """A row as the inbox makes it; `to` makes it a reply."""
    reply = to is not None
    writing = Writing(
        b"n" * 16, "reply" if reply else "story", "", f"post {number}",
        reply_to=name(to) if to is not None else b"",
        thread=name(thread if thread is not None else to or 0) if reply else b"",
    )  # fmt: skip
    with ada.db.write():
        post = NewPost(name(number), by, writing, at, payload=acts.encode(writing))
        return bool(ada.room.posts.add([post], now).kept)


def numbers(page: list[Post]) -> list[int]:
    return [int(post.post, 16) for post in page]


def test_pages_come_newest_first_and_meet_without_gap_or_overlap(ada: Person, posts: Posts) -> None:
    """Also where many posts bear the same time."""
    for number in range(1, 31):
        keep(ada, number, at=NOON - number // 7)
    whole = numbers(posts.page(None, 100))
    assert sorted(whole) == list(range(1, 31))
    assert whole == sorted(whole, key=lambda n: (-(NOON - n // 7), -n))
    for size in (1, 3, 7, 30, 31):
        paged: list[int] = []
        before = None
        while page := posts.page(before, size):
            paged += numbers(page)
            before = bytes.fromhex(page[-1].post)
        assert paged == whole, size


def test_a_reply_whose_thread_has_not_arrived_has_its_place_among_the_posts(
    ada: Person, posts: Posts
) -> None:
    """Only where it is asked for, and only until the first post of its thread is here."""
    for number in (1, 2, 3):
        keep(ada, number, at=NOON + 10 * number, now=NOON + 1000)
    keep(ada, 4, at=NOON + 35, now=NOON + 1000, to=3)
    keep(ada, 5, at=NOON + 25, now=NOON + 1000, to=9)
    keep(ada, 6, at=NOON + 15, now=NOON + 1000, to=5, thread=9)
    assert numbers(posts.page(None, 10)) == [3, 2, 1]
    found = posts.page(None, 10, orphans=True)
    assert numbers(found) == [3, 6, 5, 2, 1]  # 6 answers 5, so it is not shown as earlier
    assert [(p.parent_missing, p.thread_missing) for p in found[1:3]] == [
        (False, True), (True, True),
    ]  # fmt: skip
    assert not any(p.thread_missing for p in (found[0], *found[3:], *posts.replies(name(3))))
    for size in (1, 2, 3):
        paged: list[int] = []
        before = None
        while page := posts.page(before, size, orphans=True):
            paged += numbers(page)
            before = bytes.fromhex(page[-1].post)
        assert paged == numbers(found), size
    keep(ada, 9, at=NOON + 5, now=NOON + 1000)
    assert numbers(posts.page(None, 10, orphans=True)) == [3, 2, 1, 9]
    assert [p.thread_missing for p in posts.replies(name(9))] == [False, False]


def test_a_page_before_something_unknown_is_empty(ada: Person, posts: Posts) -> None:
    """It is for the caller to say so."""
    keep(ada, 1)
    assert posts.page(name(9), 10) == []


def test_the_order_does_not_hang_on_what_came_first(ada: Person, posts: Posts) -> None:
    """Equal times are ordered by id."""
    for number in (5, 2, 9, 1):
        keep(ada, number)
    assert numbers(posts.page(None, 10)) == [9, 5, 2, 1]


def test_a_post_is_kept_once(ada: Person, posts: Posts) -> None:
    """The second of the same id changes nothing."""
    assert keep(ada, 1, at=5)
    assert not keep(ada, 1, at=7)
    (post,) = posts.page(None, 10)
    assert post.written_at == moment(5)


@pytest.mark.parametrize(
    ("written", "parent", "seen", "shown"),
    [
        (10, None, 100, 10),
        (100, None, 50, 50),
        (0, None, 50, 0),
        (10, 40, 100, 40),
        (60, 40, 100, 60),
        (10, 40, 30, 30),
        (2**53 - 1, 40, 100, 100),
    ],
)
def test_the_time_shown_is_neither_before_the_parent_nor_after_it_was_seen(  # noqa: PLR0917
    ada: Person, posts: Posts, written: int, parent: int | None, seen: int, shown: int
) -> None:
    """min(max(written, parent's), first seen here)."""
    if parent is not None:
        keep(ada, 1, at=parent, now=parent)
    keep(ada, 2, at=written, now=seen, to=1 if parent is not None else None)
    post = posts.one(name(2))
    assert post is not None
    assert post.written_at == moment(shown)


def test_replies_stand_in_their_thread_oldest_first(ada: Person, posts: Posts) -> None:
    """They are counted at the root, and are on no page."""
    keep(ada, 1, at=10)
    keep(ada, 4, at=30, to=1)
    keep(ada, 3, at=30, to=1)
    keep(ada, 2, at=40, to=3, thread=1)
    assert numbers(posts.replies(name(1))) == [3, 4, 2]
    (root,) = posts.page(None, 10)
    assert root.replies == 3
    assert posts.thread_of(name(2)) == name(1)
    assert posts.thread_of(name(9)) is None
    assert posts.one(name(9)) is None


def test_an_answer_to_something_that_is_not_here_says_so(ada: Person, posts: Posts) -> None:
    """And no more once it has come; it is counted as missing once, however often it is named."""
    keep(ada, 2, to=1)
    keep(ada, 3, to=1)
    first = posts.one(name(2))
    assert first is not None
    assert first.parent_missing
    assert posts.missing_parents() == 1
    keep(ada, 1)
    again = posts.one(name(2))
    assert again is not None
    assert not again.parent_missing
    assert posts.missing_parents() == 0


def test_unread_is_what_others_wrote_and_was_not_seen(ada: Person, posts: Posts) -> None:
    """Reading up to a post reads the older ones and those of the same moment."""
    me = ada.room.ledger.me
    keep(ada, 1, at=10, by=me)
    for number, at in ((2, 20), (3, 30), (4, 30), (5, 40)):
        keep(ada, number, at=at)
    keep(ada, 6, at=25, to=2)
    assert posts.unread() == 5
    with ada.db.write():
        assert not posts.mark_read(name(99))
        assert posts.unread() == 5
        assert posts.mark_read(name(3))
    assert posts.unread() == 1
    five = posts.one(name(5))
    assert five is not None
    assert five.unread
    with ada.db.write():
        assert posts.mark_read(None)
    assert posts.unread() == 0


def test_reading_is_of_one_circle_only(ada: Person) -> None:
    """Another circle on the same computer keeps what is unread."""
    keep(ada, 1)
    other = Posts(ada.db, 99, ada.room.ledger.me, lambda _: "")
    with ada.db.write():
        assert other.mark_read(None)
    assert ada.room.posts.unread() == 1
    assert other.page(None, 10) == []


def test_a_row_says_all_that_was_written(ada: Person, posts: Posts) -> None:
    """Empty parts are nothing, not empty words."""
    writing = Writing(b"n" * 16, "checkin", "", "", "wobbly", "company", "illness")
    with ada.db.write():
        me, payload = ada.room.ledger.me, acts.encode(writing)
        posts.add([NewPost(name(1), me, writing, 1, payload=payload)], 2)
    post = posts.one(name(1))
    assert post is not None
    assert (post.kind, post.feeling, post.want) == (PostKind.CHECKIN, Feeling.WOBBLY, Want.COMPANY)
    assert (post.title, post.body, post.content_note) == (None, "", "illness")
    assert (post.mine, post.unsent, post.unread, post.author_name) == (True, True, False, "Ada")


def test_times_beyond_any_calendar_are_its_edge() -> None:
    """Neither an error nor a year ten thousand."""
    assert moment(-5) == datetime(1970, 1, 1, tzinfo=UTC)
    assert moment(2**60).year == 9999
    assert moment(NOON).tzinfo is UTC


def test_unsent_words_are_counted_until_they_are_ops(ada: Person, posts: Posts) -> None:
    """In the order in which they were written."""
    assert not posts.any_unsent()
    written = [ada.write(f"word {n}") for n in range(3)]
    assert posts.any_unsent()
    assert posts.count_unsent() == 3
    assert posts.count_signed() == 0
    assert [u.post.hex() for u in posts.unsent()] == written
    ada.sign()
    assert not posts.any_unsent()
    assert posts.count_unsent() == 0
    assert posts.count_signed() == 3


def test_only_an_unsent_post_turns_out_to_be_an_op(ada: Person, posts: Posts) -> None:
    """One that was handed over already stays with its op."""
    post = PostId(bytes.fromhex(ada.write("once")))
    ada.sign()
    ((number,),) = ada.db.read("SELECT op_no FROM posts")
    with ada.db.write():
        assert not posts.handed_over(post, number)
        assert not posts.handed_over(name(1), number)
