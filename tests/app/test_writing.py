"""Words on their way in: what is kept, what is refused and why, and drafts that are never lost."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app import commands as c
from app import writing
from app.circle.names import sound
from app.circle.state import Feeling, PostKind, Want
from app.refused import Refused, Why
from app.store import circles
from tests.p2p.village import Person, a_village

NOWHERE = "f" * 64


@pytest.fixture
def ada(tmp_path: Path) -> Iterator[Person]:
    with a_village(tmp_path) as village:
        yield village.founder("Ada")


def asked(ada: Person, **parts: Any) -> c.WritePost:  # noqa: ANN401 - a command's own parts
    return c.WritePost(circle=ada.circle.hex(), **{"body": "words", **parts})


def write(ada: Person, **parts: Any) -> str:  # noqa: ANN401 - the same
    return writing.write(ada.room, ada.outbox, asked(ada, **parts)).hex()


def keep(ada: Person, **parts: Any) -> None:  # noqa: ANN401 - the same
    keeping = {"circle": ada.circle.hex(), "place": "circle", **parts}
    writing.keep_draft(ada.room, c.KeepDraft(**keeping))


def drafts(ada: Person) -> dict[str, str]:
    return {d.place: d.body for d in circles.drafts_of(ada.db, ada.room.row.circle_no)}


# --------------------------------------------------------------------------------------- writing


def test_every_kind_is_kept_as_it_was_written(ada: Person) -> None:
    """With its title, feeling, want and note; a reply is a reply whatever else was said."""
    story = write(ada, body=" two\nlines ", title="  A title ", content_note=" grief ")
    question = write(ada, body="", kind=PostKind.QUESTION, title="Who else?")
    checkin = write(ada, body="", kind=PostKind.CHECKIN, feeling=Feeling.WOBBLY, want=Want.COMPANY)
    line = write(ada, body="a line", kind=PostKind.CHECKIN)
    reply = write(ada, body="me", reply_to=question, kind=PostKind.STORY)
    deeper = write(ada, body="me too", reply_to=reply)
    rows = {
        name: ada.room.posts.one(bytes.fromhex(name))
        for name in (story, question, checkin, line, reply, deeper)
    }
    kinds = [row.kind for row in rows.values() if row is not None]
    expected = ["story", "question", "checkin", "checkin", "reply", "reply"]
    assert kinds == [PostKind(k) for k in expected]
    first, second, last = rows[story], rows[checkin], rows[deeper]
    assert first is not None
    assert (first.body, first.title, first.content_note) == (" two\nlines ", "A title", "grief")
    assert second is not None
    assert (second.feeling, second.want) == (Feeling.WOBBLY, Want.COMPANY)
    assert last is not None
    assert (last.reply_to, last.thread) == (reply, question)


@pytest.mark.parametrize(
    ("parts", "why", "sentence"),
    [
        ({"body": ""}, Why.BAD_REQUEST, "nothing written"),
        ({"body": " \n\t "}, Why.BAD_REQUEST, "nothing written"),
        ({"body": "", "title": "  "}, Why.BAD_REQUEST, "nothing written"),
        ({"kind": PostKind.REPLY}, Why.BAD_REQUEST, "name what it answers"),
        ({"kind": PostKind.QUESTION}, Why.BAD_REQUEST, "needs a title"),
        ({"kind": PostKind.QUESTION, "title": " "}, Why.BAD_REQUEST, "needs a title"),
        ({"kind": PostKind.CHECKIN, "body": " "}, Why.BAD_REQUEST, "one word, or a line"),
        ({"reply_to": NOWHERE}, Why.NO_SUCH_POST, "not on this computer"),
        ({"body": "x" * (c.MAX_BODY + 1)}, Why.TOO_LARGE, "48 KiB"),
        ({"body": "é" * (c.MAX_BODY // 2 + 1)}, Why.TOO_LARGE, "48 KiB"),
        ({"body": "half a \ud83d face"}, Why.BAD_REQUEST, "characters that are none"),
    ],
)
def test_what_can_not_be_shared_is_refused_and_nothing_is_kept(
    ada: Person, parts: dict[str, Any], why: Why, sentence: str
) -> None:
    """With a sentence that says what to do; the draft stays."""
    keep(ada, body="my draft")
    with pytest.raises(Refused, match=sentence) as refusal:
        write(ada, **parts)
    assert refusal.value.kind is why
    assert ada.feed() == []
    assert drafts(ada) == {"circle": "my draft"}


def test_a_reply_with_a_title_only_and_the_longest_post_are_kept(ada: Person) -> None:
    """The limits themselves are allowed."""
    post = write(ada, body="x" * c.MAX_BODY, title="t" * c.MAX_TITLE, content_note="n" * c.MAX_NOTE)
    write(ada, body="", title="only a title", reply_to=post)
    ada.sign()
    assert ada.room.posts.count_signed() == 2


# ---------------------------------------------------------------------------------------- drafts


def test_a_draft_is_kept_until_it_is_empty(ada: Person) -> None:
    """One for each box; the newest counts; any part keeps it."""
    keep(ada, body="one")
    keep(ada, body="two", place="a" * 64)
    keep(ada, body="three")
    assert drafts(ada) == {"circle": "three", "a" * 64: "two"}
    ada.restart()
    assert drafts(ada) == {"circle": "three", "a" * 64: "two"}
    keep(ada)
    assert drafts(ada) == {"a" * 64: "two"}
    for part in ({"title": "t"}, {"feeling": Feeling.GOOD}, {"content_note": "n"}):
        keep(ada, **part)
        assert set(drafts(ada)) == {"circle", "a" * 64}


def test_a_draft_goes_with_its_post_in_one_transaction(
    ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Either the post is there and its draft gone, or neither."""
    post = write(ada)
    keep(ada, body="a story")
    keep(ada, body="an answer", place=post)
    write(ada, reply_to=post)
    assert drafts(ada) == {"circle": "a story"}

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(circles, "keep_draft", broken)
        with pytest.raises(ZeroDivisionError):
            write(ada, body="a story")
    assert len(ada.feed()) == 1
    assert drafts(ada) == {"circle": "a story"}
    write(ada, body="a story")
    assert len(ada.feed()) == 2
    assert drafts(ada) == {}


def test_a_draft_that_is_much_too_long_is_refused(ada: Person) -> None:
    """A little too long is kept, so that it can be shortened."""
    keep(ada, body="x" * (4 * c.MAX_BODY))
    with pytest.raises(Refused) as refusal:
        keep(ada, body="x" * (4 * c.MAX_BODY + 1))
    assert refusal.value.kind is Why.TOO_LARGE
    assert len(drafts(ada)["circle"]) == 4 * c.MAX_BODY


# ----------------------------------------------------------------------------------------- pages


def test_pages_and_threads_of_what_is_not_here_are_refused(ada: Person) -> None:
    """In the one sentence."""
    circle = ada.circle.hex()
    with pytest.raises(Refused) as refusal:
        writing.page(ada.room, c.ListPosts(circle=circle, before=NOWHERE))
    assert refusal.value.kind is Why.NO_SUCH_POST
    with pytest.raises(Refused) as refusal:
        writing.thread(ada.room, c.ReadThread(circle=circle, post=NOWHERE))
    assert refusal.value.kind is Why.NO_SUCH_POST


def test_a_thread_is_found_from_any_of_its_replies(ada: Person) -> None:
    """The same post and the same replies."""
    root = write(ada)
    one = write(ada, reply_to=root)
    ada.watch.go_on(ms=1)
    two = write(ada, reply_to=one)
    for name in (root, one, two):
        found = writing.thread(ada.room, c.ReadThread(circle=ada.circle.hex(), post=name))
        assert found.post is not None
        assert found.post.post == root
        assert [r.post for r in found.replies] == [one, two]
    assert [p.post for p in writing.page(ada.room, c.ListPosts(circle=ada.circle.hex()))] == [root]
    older = c.ListPosts(circle=ada.circle.hex(), before=root)
    assert writing.page(ada.room, older) == []


# ----------------------------------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Ada", "Ada"),
        ("  Ada   Lovelace ", "Ada Lovelace"),
        ("Zoë Ōkuma 🏡", "Zoë Ōkuma 🏡"),
        ("Ada\u202egnp.exe", "Adagnp.exe"),
        ("\u2066Ada\u2069", "Ada"),
        ("A\u200bd\u200fa\u00ad", "Ada"),
        ("Ada\0\x07\x1b[31m", "Ada[31m"),
        ("\ufeffAda", "Ada"),
        ("half \ud83d face", "half face"),
        ("x" * 100, "x" * 64),
        ("x" * 63 + " y", "x" * 63),
    ],
)
def test_a_name_is_as_people_meant_it(typed: str, name: str) -> None:
    """No edges of white space, no control and no direction characters, at most 64."""
    assert writing.clean_name(typed) == name


@pytest.mark.parametrize("typed", ["Ada\nLovelace", "Ada\tLovelace", "Ada\u00a0Lovelace"])
def test_white_space_of_any_kind_parts_words(typed: str) -> None:
    """A pasted line break does not join two names to one."""
    assert writing.clean_name(typed) == "Ada Lovelace"


def test_half_a_character_can_not_be_written_down() -> None:
    """A home refuses it before anything is asked of it."""
    assert sound("Zoë 🏡")
    assert sound("")
    assert not sound("half a \ud83d face")


@pytest.mark.parametrize("typed", [" ", "\u202e", "\u200b\u200b", "\0", "\t\n", "\u2028"])
def test_a_name_of_nothing_is_refused(typed: str) -> None:
    """It needs at least one letter."""
    with pytest.raises(Refused, match="letter") as refusal:
        writing.clean_name(typed)
    assert refusal.value.kind is Why.BAD_REQUEST
