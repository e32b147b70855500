"""A post that nobody was handed yet goes back to where it was written: into the draft."""

from app import commands as c
from app.circle.state import Draft, Feeling, PostKind, Want
from app.refused import Refused, Why
from app.room import Room
from app.store import circles, owned

HANDED_ON = "Others have been handed this, so it can't be taken back any more. Nothing was changed."
ANSWERED = "You have answered this yourself. Take your reply back first. Nothing was changed."
A_DRAFT_IS_THERE = (
    "There is a draft in its place already. Share that one, or empty it, and then take this back. "
    "Nothing was changed."
)


def take_back(room: Room, asked: c.TakeBack) -> Draft:
    """Its words are a draft again, in one transaction. `Refused` where somebody was handed it."""
    post = bytes.fromhex(asked.post)
    one = owned.unshared(room.db, room.row.circle_no, post)
    if one is None:
        raise Refused(Why.NOT_ALLOWED, HANDED_ON)
    if one.answered:
        raise Refused(Why.NOT_ALLOWED, ANSWERED)
    said = one.writing
    draft = Draft(
        circle=room.hex, place=said.reply_to.hex() if said.reply_to else "circle",
        kind=PostKind(said.kind), title=said.title, body=said.body,
        feeling=Feeling(said.feeling) if said.feeling else None,
        want=Want(said.want) if said.want else None, content_note=said.content_note,
    )  # fmt: skip
    drafts = circles.drafts_of(room.db, room.row.circle_no)
    if any(kept.place == draft.place for kept in drafts):
        raise Refused(Why.NOT_ALLOWED, A_DRAFT_IS_THERE)
    with room.change() as change:
        owned.take_back(room.db, one)
        circles.keep_draft(room.db, room.row.circle_no, draft, empty=False)
        change.taken.add(post)
        change.circle = True
        if said.thread:
            change.touched[said.thread] = None
    return draft
