"""What hosts say about a circle: its name, what it is about, its promise, how people come in."""

from typing import TypeAlias

from app import commands as c
from app.circle import acts
from app.circle.mailboxes import in_use
from app.circle.names import clean, line
from app.circle.retention import DAY
from app.circle.state import RetentionEffect, Role, Settings
from app.mailbox.books import DAYS as KEPT
from app.outbox import Outbox
from app.refused import Refused, Why
from app.room import Room
from app.store import stripped
from app.writing import clean_name
from p2p.op import Kind

Saying: TypeAlias = c.SetRules | c.SetDoor | c.SetRetention | c.Vouch

OPEN_DOOR = acts.Door(asks=False, promise=[], questions=[], vouch=False, affiliation=False)


def answer(room: Room, asked: c.ReadSettings | c.ReadRetention) -> Settings | RetentionEffect:
    """What hosts said; or what they might say would do."""
    return effect(room, asked.days) if isinstance(asked, c.ReadRetention) else read(room)


def read(room: Room) -> Settings:
    """As all members can read them."""
    view, myself = room.ledger.view, room.ledger.myself()
    door = door_of(room)
    return Settings(
        name=clean(view.rules.name if view.rules else room.row.name) or "A circle",
        about=line(view.rules.about if view.rules else room.row.about),
        promise=_lines(door.promise), asks=door.asks, questions=_lines(door.questions),
        vouch=door.vouch, affiliation=door.affiliation, history=view.history,
        may_change=myself is not None and not myself.left and myself.role is Role.HOST,
        heir=view.heir.hex() if view.heir is not None else None,
        keeps_days=view.keeps_days,
    )  # fmt: skip


def door_of(room: Room) -> acts.Door:
    """How people come in; where no host has said so, by an invite alone."""
    return room.ledger.view.door or OPEN_DOOR


def effect(room: Room, days: int) -> RetentionEffect:
    """What keeping words for so long would do to what is shown here."""
    until = room.clock.hour() - days * DAY
    posts = stripped.shown_until(room.db, room.row.circle_no, until) if days else 0
    boxed = 0 < days < KEPT and bool(in_use(room.ledger.view))  # else it keeps them no longer
    return RetentionEffect(posts=posts, mailbox=boxed)


def change(room: Room, outbox: Outbox, asked: Saying) -> None:
    """Say it to the circle, in one change. `Refused` where it is not ours to say."""
    if isinstance(asked, c.Vouch):
        _vouch(room, outbox, asked)
        return
    if not read(room).may_change:
        raise Refused(Why.NOT_ALLOWED, "Hosts change this. Ask one of them.")
    if isinstance(asked, c.SetDoor):
        _set_door(room, outbox, asked)
        return
    old = read(room)
    if isinstance(asked, c.SetRetention):
        if asked.days != old.keeps_days:
            with room.change() as change_:
                outbox.act(change_, Kind.RETENTION, acts.Retention(asked.days))
                change_.circle = True
        return
    name = clean_name(asked.name) if asked.name is not None else old.name
    about = line(asked.about) if asked.about is not None else old.about
    if (name, about) != (old.name, old.about):
        with room.change() as change_:
            outbox.act(change_, Kind.RULES, acts.Rules(name, about))
            change_.circle = True


def _set_door(room: Room, outbox: Outbox, asked: c.SetDoor) -> None:
    old = door_of(room)
    new = acts.Door(
        asks=old.asks if asked.admit is None else asked.admit == "ask",
        promise=old.promise if asked.promise is None else _lines(asked.promise),
        questions=old.questions if asked.questions is None else _lines(asked.questions),
        vouch=old.vouch if asked.vouch is None else asked.vouch,
        affiliation=old.affiliation if asked.affiliation is None else asked.affiliation,
    )
    if new != old:
        with room.change() as change_:
            outbox.act(change_, Kind.DOOR, new)
            change_.circle = True


def _vouch(room: Room, outbox: Outbox, asked: c.Vouch) -> None:
    view, me = room.ledger.view, room.ledger.me
    key, words = bytes.fromhex(asked.invite), line(asked.words)
    if key not in view.invites:
        raise Refused(Why.BAD_INVITE, "There is no such invite here.")
    myself = room.ledger.myself()
    if myself is None or myself.left or myself.role is Role.GUEST:
        raise Refused(Why.NOT_ALLOWED, "Guests can't vouch for anybody. Ask a member to.")
    if not words:
        raise Refused(Why.BAD_REQUEST, "Say a few words about whoever comes by this invite.")
    if (me, words) not in view.vouches.get(key, ()):
        with room.change() as change_:
            outbox.act(change_, Kind.VOUCH, acts.Vouch(key, words))
            change_.circle = True


def _lines(lines: list[str]) -> list[str]:
    """Without those that say nothing, and none twice."""
    cleaned = (" ".join(line(one).split()) for one in lines)
    return list(dict.fromkeys(one for one in cleaned if one))
