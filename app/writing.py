"""Words: from what a person asked to what is kept, and from what is kept to pages and threads."""

from app import commands as c
from app.circle import acts
from app.circle.names import clean
from app.circle.state import Draft, Post, PostKind, Thread
from app.outbox import Outbox
from app.refused import Refused, Why
from app.room import Room
from app.store import circles
from p2p.ids import PostId
from p2p.op import POST_NONCE_SIZE


def write(room: Room, outbox: Outbox, asked: c.WritePost) -> PostId:
    """Keep a post, and forget the draft it came from, in one transaction."""
    said = _writing(room, asked)
    with room.change() as change:
        name = outbox.write(change, said)
        place = asked.reply_to or "circle"
        draft = Draft(circle=asked.circle, place=place, kind=asked.kind, title="", body="")
        circles.keep_draft(room.db, room.row.circle_no, draft, empty=True)
    return name


def _writing(room: Room, asked: c.WritePost) -> acts.Writing:
    body, title = asked.body, (asked.title or "").strip()
    try:
        size = len(body.encode())
    except UnicodeEncodeError:
        raise Refused(Why.BAD_REQUEST, "This text has characters that are none.") from None
    if size > c.MAX_BODY:
        raise Refused(
            Why.TOO_LARGE,
            "This is longer than 48 KiB, the most a post can have. Nothing is lost: "
            "shorten it, or share it in two parts.",
        )
    kind = PostKind.REPLY if asked.reply_to else asked.kind
    if asked.kind is PostKind.REPLY and not asked.reply_to:
        raise Refused(Why.BAD_REQUEST, "A reply has to name what it answers.")
    if kind is PostKind.QUESTION and not title:
        raise Refused(Why.BAD_REQUEST, "A question needs a title: the question itself.")
    if kind is PostKind.CHECKIN and asked.feeling is None and not body.strip():
        raise Refused(Why.BAD_REQUEST, "A check-in needs one word, or a line of text.")
    if kind in {PostKind.STORY, PostKind.REPLY} and not body.strip() and not title:
        raise Refused(Why.BAD_REQUEST, "There is nothing written here yet.")
    thread = b""
    if asked.reply_to:
        found = room.posts.thread_of(bytes.fromhex(asked.reply_to))
        if found is None:
            raise no_such_post()
        thread = found
    return acts.Writing(
        nonce=room.entropy(POST_NONCE_SIZE), kind=kind.value, title=title, body=body,
        feeling=asked.feeling.value if asked.feeling else "",
        want=asked.want.value if asked.want else "",
        content_note=(asked.content_note or "").strip(),
        reply_to=bytes.fromhex(asked.reply_to) if asked.reply_to else b"", thread=thread,
    )  # fmt: skip


def page(room: Room, asked: c.ListPosts) -> list[Post]:
    """A page of the feed."""
    before = bytes.fromhex(asked.before) if asked.before else None
    if before is not None and room.posts.thread_of(before) is None:
        raise no_such_post()
    return room.posts.page(before, asked.limit, orphans=asked.orphans)


def thread(room: Room, asked: c.ReadThread) -> Thread:
    """A post and its replies."""
    post = bytes.fromhex(asked.post)
    found = room.posts.thread_of(post) or post  # one that went with time may have younger answers
    thread = Thread(post=room.posts.one(found), replies=room.posts.replies(found))
    if thread.post is None and not thread.replies:
        raise no_such_post()
    return thread


def keep_draft(room: Room, asked: c.KeepDraft) -> None:
    """Keep what is being written; an empty draft is forgotten."""
    if len(asked.body.encode("utf-8", "replace")) > 4 * c.MAX_BODY:
        raise Refused(Why.TOO_LARGE, "This draft is too long to be kept. Shorten it a little.")
    draft = Draft(
        circle=asked.circle, place=asked.place[:64], kind=asked.kind, title=asked.title,
        body=asked.body, feeling=asked.feeling, want=asked.want, content_note=asked.content_note,
    )  # fmt: skip
    empty = not (asked.title or asked.body or asked.feeling or asked.content_note)
    with room.db.write():
        circles.keep_draft(room.db, room.row.circle_no, draft, empty=empty)


def clean_name(text: str) -> str:
    """A name as people meant it: no edges of white space, no control or direction characters."""
    cleaned = clean(text)
    if not cleaned:
        raise Refused(Why.BAD_REQUEST, "A name needs at least one letter.")
    return cleaned


def no_such_post() -> Refused:
    """The sentence for a post that is not here."""
    return Refused(Why.NO_SUCH_POST, "This post is not on this computer.")
