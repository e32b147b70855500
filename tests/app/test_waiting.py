"""Posts that wait for somebody: which, for whom, and taken back while nobody was handed them."""

import pytest

from app import commands as c
from app import taking_back, waiting
from app.circle.state import Draft, Feeling, PostKind, Want
from app.events import PostsGone
from app.refused import Refused
from app.store import circles, owned
from app.whereabouts import relay_of
from app.writing import keep_draft, write
from p2p.host import peer_text
from p2p.ids import PostId
from tests.p2p.village import Person, Village, meet


@pytest.fixture
def bo(village: Village, ada: Person) -> Person:
    person = village.joined(ada, "Bo")
    for end in list(person.ends):
        end.line.hang_up()
    return person


def back(person: Person, post: str) -> Draft:
    return taking_back.take_back(person.room, c.TakeBack(circle=person.room.hex, post=post))


def writes(person: Person, **parts: object) -> str:
    asked = c.WritePost(circle=person.room.hex, **parts)  # type: ignore[arg-type]  # a test's own
    name: PostId = write(person.room, person.outbox, asked)
    return name.hex()


def newest(person: Person) -> list[tuple[str, bool]]:
    rows = owned.newest(person.db, person.room.row.circle_no, person.device, 10)
    return [(post.hex(), op_no is None) for post, op_no in rows]


def test_unsent_words_become_the_draft_they_were(ada: Person, bo: Person) -> None:
    """Every part of them; and they are shown and found no more."""
    post = writes(
        ada, body="Rough day", kind=PostKind.CHECKIN, feeling=Feeling.ROUGH,
        want=Want.LISTENING, content_note="needles",
    )  # fmt: skip
    ada.heard.clear()
    draft = back(ada, post)
    assert draft == Draft(
        circle=ada.room.hex, place="circle", kind=PostKind.CHECKIN, title="", body="Rough day",
        feeling=Feeling.ROUGH, want=Want.LISTENING, content_note="needles",
    )  # fmt: skip
    assert circles.drafts_of(ada.db, ada.room.row.circle_no) == [draft]
    assert ada.room.posts.one(bytes.fromhex(post)) is None
    assert ada.room.posts.find("rough", 5) == []
    assert [one.posts for one in ada.heard if isinstance(one, PostsGone)] == [[post]]
    meet(ada, bo)
    assert "Rough day" not in bo.bodies()


def test_what_somebody_was_handed_is_not_taken_back(ada: Person, bo: Person) -> None:
    """Nor what is answered already, nor what is no post of ours at all."""
    first = writes(ada, body="first")
    reply = writes(ada, body="and more", reply_to=first)
    with pytest.raises(Refused, match="answered this yourself"):
        back(ada, first)
    draft = back(ada, reply)
    assert (draft.place, draft.kind, draft.body) == (first, PostKind.REPLY, "and more")
    meet(ada, bo)
    for nothing in (first, "f" * 64):
        with pytest.raises(Refused, match="can't be taken back"):
            back(ada, nothing)
    theirs = writes(bo, body="Bo's")
    meet(ada, bo)
    with pytest.raises(Refused, match="can't be taken back"):
        back(ada, theirs)


def test_a_draft_that_is_there_is_not_lost_to_another(ada: Person) -> None:
    """Both sets of words are still there after the refusal."""
    post = writes(ada, body="waiting words")
    keep_draft(ada.room, c.KeepDraft(circle=ada.room.hex, place="circle", body="half a thought"))
    with pytest.raises(Refused, match="a draft in its place"):
        back(ada, post)
    assert [one.body for one in circles.drafts_of(ada.db, ada.room.row.circle_no)] == [
        "half a thought"
    ]
    assert ada.room.posts.one(bytes.fromhex(post)) is not None


def test_the_newest_of_ones_own_posts_and_which_of_them_are_unsent(ada: Person, bo: Person) -> None:
    """Not what others wrote."""
    sent = writes(ada, body="sent")
    meet(ada, bo).hang_up()
    writes(bo, body="Bo's own")
    meet(ada, bo).hang_up()
    later = writes(ada, body="later")
    assert newest(ada) == [(later, True), (sent, False)]
    assert owned.newest(ada.db, ada.room.row.circle_no, ada.device, 1) == [
        (bytes.fromhex(later), None)
    ]


def test_what_waits_is_counted_with_those_it_waits_for(ada: Person, bo: Person) -> None:
    """And listed, the newest first; also those that are no op yet."""
    first = writes(ada, body="one")
    ada.sign()
    second = writes(ada, body="two")
    writes(bo, body="Bo's own")
    assert waiting.counts(ada.room) == (2, {bo.room.ledger.me: 2})
    assert [one.post for one in waiting.listed(ada.room, 50)] == [second, first]
    assert [one.post for one in waiting.listed(ada.room, 1)] == [second]
    meet(ada, bo)
    assert waiting.counts(ada.room) == (0, {})
    assert waiting.listed(ada.room, 50) == []


def test_who_carries_a_line_is_read_from_its_address() -> None:
    """Of a circuit the relay's key; of any other address, or of none at all, nobody's."""
    relay, behind = peer_text(bytes(range(32))), peer_text(bytes(32))
    at = f"/ip4/192.0.2.7/tcp/4001/p2p/{relay}"
    assert relay_of(f"{at}/p2p-circuit") == bytes(range(32))
    assert relay_of(f"{at}/p2p-circuit/p2p/{behind}") == bytes(range(32))
    for nobody in (at, "", "/p2p-circuit", "no address/p2p-circuit"):
        assert relay_of(nobody) is None
