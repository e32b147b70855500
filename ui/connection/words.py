"""The Connection screen in words, from what the home says of its network. Knows no Qt."""

from collections.abc import Iterable
from datetime import datetime

from app.circle.state import NetStatus, Path, Post, Reach
from app.commands import Mailbox
from ui.delivery import people_named
from ui.telling import told_on, told_roughly
from ui.wording import KINDS

SAFE = "Everything you've written is safe on this computer."
PAUSED = "Connecting is paused: nothing goes out and nothing comes in. What you write waits here."
OFFLINE = "This computer isn't heard on any network. What you've written is safe here until it is."
ALONE = f"Nothing to fix. Nobody else is in your circles yet. {SAFE}"
NOBODY = f"Nobody can be reached right now. {SAFE}"
BY_MAILBOX = "Nobody can be reached right now. What you write goes to a mailbox until they come."
FINE = f"Nothing to fix. {SAFE}"
FULL = "The mailbox “{name}” is full. What has no room there waits on this computer."
NOT_READY = "Looking who is here."

HERE = {
    Path.DIRECT: "Direct",
    Path.LAN: "Direct, same Wi-Fi or network",
    Path.PUNCHED: "Direct, through both routers",
}
LONGEST_TITLE = 120  # characters
WAYS = ("direct", "others", "mailbox")
NOT_LOOKED = "Not looked for while paused"
AWAY = (Path.NONE, Path.MAILBOX)


def sentence(net: NetStatus | None, mailboxes: Iterable[Mailbox] = (), *, circles: int = 1) -> str:
    """What is wrong, or that nothing is. One sentence or two, true at this moment."""
    if net is None:
        return NOT_READY
    if net.paused:
        return PAUSED
    if circles and not net.listening and not net.reachable:
        return OFFLINE
    full = next((one.name for one in mailboxes if one.used and one.full), None)
    if full is not None:
        return FULL.format(name=full)
    if not net.of:
        return ALONE
    if not net.reachable:
        return BY_MAILBOX if any(one.path is Path.MAILBOX for one in net.people) else NOBODY
    return FINE


def how(net: NetStatus) -> str:
    """By which ways people are reached: "Direct + mailbox"."""
    if net.paused:
        return "Paused"
    paths = {one.path for one in net.people}
    found = (bool(paths & set(HERE)), Path.RELAY in paths, Path.MAILBOX in paths)
    told = [word for word, so in zip(WAYS, found, strict=True) if so]
    words = " + ".join(told)
    return words[:1].upper() + words[1:] or "Not connected"


def facts(net: NetStatus) -> list[dict[str, str]]:
    """Three of them: who, what, how; each with an icon and a tone."""
    posts = "post waiting to arrive" if net.waiting == 1 else "posts waiting to arrive"
    return [
        _fact("broadcast", f"{net.reachable} of {net.of}", "people reachable now",
              "reached" if net.reachable else "plain"),
        _fact("clock", str(net.waiting), posts, "waiting" if net.waiting else "plain"),
        _fact("shield-check", how(net), "how you are connecting", "plain"),
    ]  # fmt: skip


def _fact(glyph: str, big: str, small: str, tone: str) -> dict[str, str]:
    return {"glyph": glyph, "big": big, "small": small, "tone": tone, "spoken": f"{big} {small}"}


def way(one: Reach, now: datetime) -> str:
    """The path to somebody in words, or since when they are away."""
    if one.path is Path.RELAY:
        if one.via == "":
            return "Through a mailbox or somebody of the circle"
        return f"Through the mailbox “{one.via}”" if one.by_mailbox else f"Through {one.via}"
    if one.path in HERE:
        return HERE[one.path]
    away = "Not met yet"
    if one.last_met is not None:
        away = f"Away since {told_roughly(one.last_met, now)}"
    if one.path is Path.MAILBOX:
        return f"{away} · by the mailbox “{one.via}”" if one.via else f"{away} · by a mailbox"
    return away


def person(one: Reach, hue: int, now: datetime, *, paused: bool = False) -> dict[str, object]:
    """Somebody's row. While connecting is paused nobody knows who is away."""
    waits = f"{one.waiting} waiting" if one.waiting else "Nothing waiting"
    told = NOT_LOOKED if paused else way(one, now)
    return {
        "member": one.member, "hue": hue, "name": one.display_name, "way": told,
        "here": one.path not in AWAY, "waits": waits, "amber": one.waiting > 0,
        "spoken": f"{one.display_name}. {told}. {waits}",
    }  # fmt: skip


def waiting(circle: str, name: str, one: Post, now: datetime) -> dict[str, object]:
    """A post that waits: what, for whom, how far it has come, since when, and what can be done."""
    what = f"{KINDS[one.kind]} to {name}"
    reached, of = one.reached or 0, one.of or 0
    if not reached:
        far = "Kept at the mailbox" if one.in_mailbox else "Not reached yet"
    else:
        kept = "Kept at the mailbox. " if one.in_mailbox else ""
        far = f"{kept}Reached {reached} of {of}"
    here = one.written_at.astimezone(now.tzinfo)
    since = f"{here:%H:%M}" if here.date() == now.date() else told_on(one.written_at, now)
    since = since.removeprefix("on ")
    title = one.title or " ".join(one.body.split())[:LONGEST_TITLE]
    whom = f"For {people_named(one.not_yet, of - reached)}"
    return {
        "circle": circle, "post": one.post, "thread": one.thread, "what": what,
        "title": title, "whom": whom, "state": f"{far} · since {since}",
        "mayTakeBack": one.unsent,
        "spoken": f"{what}. {title}. {whom}. {far}, since {since}",
    }  # fmt: skip
