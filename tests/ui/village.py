"""A circle with all roles in it, what was done there, and invites: for the screens about people."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from app.circle.openlog import LogEntry, What
from app.circle.state import (
    AnswerGiven,
    DoorRequest,
    InviteMade,
    Member,
    Path,
    Role,
    Settings,
    VouchMade,
)
from app.commands import SetDoor, SetRules
from tests.ui.neighbour import NOW, key, member

REASON = "Sold pills to two of us."
JUNIORS = [Role.HOST, Role.MODERATOR, Role.GUEST]


def villagers() -> list[Member]:
    """Ines began it; Juniper, who reads, is a host; Old Heron was host before her."""
    replace = msgspec.structs.replace
    others = [role for role in Role if role is not Role.MODERATOR]
    return [
        replace(member("Ines", 0), role=Role.HOST, founder=True, reach=Path.DIRECT),
        replace(member("Old Heron", 10), role=Role.HOST, last_met=NOW - timedelta(days=1)),
        replace(
            member("Juniper", 20), role=Role.HOST, may_be=[Role.MODERATOR, Role.MEMBER, Role.GUEST]
        ),
        replace(member("Marisol", 30), role=Role.MODERATOR, may_remove=True, may_be=others),
        replace(member("Tomasz", 40), may_remove=True, may_be=JUNIORS, reach=Path.LAN),
        replace(
            member("Pavel", 98), may_remove=True, may_be=JUNIORS,
            last_met=datetime.now(UTC) - timedelta(hours=3),
        ),
        replace(
            member("Wren", 99), role=Role.GUEST, may_remove=True,
            may_be=[Role.HOST, Role.MODERATOR, Role.MEMBER], reach=Path.MAILBOX,
        ),
    ]  # fmt: skip


def act(by: str, what: What, whom: str = "", *, hours: float = 0, **more: Any) -> LogEntry:  # noqa: ANN401 - as msgspec has it
    return LogEntry(
        at=NOW - timedelta(hours=hours), by=key(by), by_name=by, what=what,
        whom=key(whom) if whom else None, whom_name=whom or None, **more,
    )  # fmt: skip


def chronicle() -> list[LogEntry]:
    """Newest first, over three days."""
    return [
        act("Ines", What.REMOVED, "Ben", reason=REASON),
        act("Ben", What.REMOVED, "Marisol", hours=1, reason="She was rude.", counts=False),
        act("Juniper", What.ROLE, "Marisol", hours=26, role=Role.MODERATOR),
        act("Juniper", What.INVITED, hours=27),
        act("Old Heron", What.ADMITTED, "Pavel", hours=27.5),
        act("Ines", What.ADMITTED, "Juniper", hours=24 * 80),
        act("Ines", What.FOUNDED, hours=24 * 100),
    ]


def invitation(name: str, by: str = "Juniper", **more: Any) -> InviteMade:  # noqa: ANN401 - as msgspec has it
    plain: dict[str, Any] = {
        "label": "", "uses": 1, "used": 0, "withdrawn": False,
        "expires_at": datetime.now(UTC) + timedelta(days=6),
    }  # fmt: skip
    return InviteMade(
        invite=key(name), by=key(by), by_name=by, mine=by == "Juniper", **plain | more
    )


def invitations() -> list[InviteMade]:
    return [
        invitation("clinic", label="From the clinic café", uses=3, used=1),
        invitation("sister", label="My sister"),
        invitation("board", "Old Heron", uses=10, used=4),
        invitation("gone", withdrawn=True),
        invitation("full", "Ines", used=1),
        invitation("old", expires_at=datetime.now(UTC) - timedelta(hours=1)),
    ]


def changed(old: Settings, asked: SetDoor | SetRules) -> Settings:
    """What a home would say after it was asked."""
    new = {
        name: value
        for name in ("promise", "questions", "vouch", "affiliation", "name", "about")
        if (value := getattr(asked, name, None)) is not None
    }
    if isinstance(asked, SetDoor) and asked.admit is not None:
        new["asks"] = asked.admit == "ask"
    return msgspec.structs.replace(old, **new)


def word(by: str, words: str) -> VouchMade:
    return VouchMade(by=key(by), by_name=by, words=words)


def vouched(invites: list[InviteMade], invite: str, words: str) -> list[InviteMade]:
    """The same invites, and Juniper's word for one of them."""
    return [
        msgspec.structs.replace(one, vouches=[*one.vouches, word("Juniper", words)])
        if one.invite == invite
        else one
        for one in invites
    ]


def stranger(name: str, by: str = "Ines", **more: Any) -> DoorRequest:  # noqa: ANN401 - as msgspec has it
    """Somebody at the door who says a little of themselves."""
    plain: dict[str, Any] = {
        "answers": [AnswerGiven(question="What brings you here?", answer=f"Words of {name}.")],
        "affiliation": None, "label": "", "vouches": [],
        "since": NOW - timedelta(hours=15), "last_knock": NOW - timedelta(minutes=25),
        "invite": key("sister"),
    }  # fmt: skip
    given = {"request": key(name), "display_name": name, "by": key(by), "by_name": by}
    return DoorRequest(**given | plain | more)
