"""The words and icons of kinds, feelings, wants and roles: one place, so that screens agree."""

from app.circle.state import Feeling, PostKind, Role, Want

KINDS = {
    PostKind.CHECKIN: "Check-in",
    PostKind.QUESTION: "Question",
    PostKind.STORY: "Story",
    PostKind.REPLY: "Reply",
}

FEELINGS = {
    Feeling.ROUGH: "Rough",
    Feeling.WOBBLY: "Wobbly",
    Feeling.SO_SO: "So-so",
    Feeling.STEADY: "Steady",
    Feeling.GOOD: "Good",
}

WANTS = {
    Want.LISTENING: "Just listening",
    Want.EXPERIENCES: "Experiences welcome",
    Want.HELP: "Practical help",
    Want.COMPANY: "Some company",
    Want.NOTHING: "Nothing needed",
}

STAYS = (0, 90, 30, 7)  # days that words may be let stay; 0: for good

WANT_ICONS = {
    Want.LISTENING: "ear",
    Want.EXPERIENCES: "lightbulb",
    Want.HELP: "hands-praying",
    Want.COMPANY: "coffee",
    Want.NOTHING: "heart",
}

ROLES = {
    Role.HOST: "Host",
    Role.MODERATOR: "Moderator",
    Role.MEMBER: "Member",
    Role.GUEST: "Guest",
}

# As they stand in a sentence: "Ada made Ben a moderator."
A_ROLE = {
    Role.HOST: "a host",
    Role.MODERATOR: "a moderator",
    Role.MEMBER: "a member",
    Role.GUEST: "a guest",
}

ROLE_MEANS = {
    Role.HOST: "Lets people in, gives roles, and can remove people.",
    Role.MODERATOR: "Can remove members and guests, and invite people.",
    Role.MEMBER: "Reads, writes, and can invite people.",
    Role.GUEST: "Reads and writes, but can't invite anyone.",
}

ROLE_ICONS = {
    Role.HOST: "key",
    Role.MODERATOR: "shield-check",
    Role.MEMBER: "user",
    Role.GUEST: "hand-waving",
}

ADRIFT = "A reply to something that has not arrived yet"
ADRIFT_GONE = "A reply to something that is not here; words go with time in this circle"
ADRIFT_LATE = "A reply to something that is not here; it may be from before you came"


def people(count: int) -> str:
    """How many people, in words: "9 people"."""
    return "1 person" if count == 1 else f"{count} people"


def replies(count: int) -> str:
    """How many replies, in words: "4 replies"."""
    match count:
        case 0:
            return "No replies yet"
        case 1:
            return "1 reply"
        case _:
            return f"{count} replies"


def who_can_read(count: int) -> str:
    """The line below a box: who will be able to read what is written in it."""
    match count:
        case 0:
            return "Only the people in this circle can read this."
        case 1:
            return "You are the only one in this circle so far."
        case _:
            # Not "only these": where newcomers see the past, people not yet here will read it.
            return f"Only people in this circle can read this: {count} for now."


def stay(days: int) -> str:
    """How long words stay, 0 days being for good: "stay for 30 days"."""
    return f"stay for {days_in_words(days)}" if days else "stay for good"


def days_in_words(days: int) -> str:
    """`one day`, `30 days`."""
    return "one day" if days == 1 else f"{days} days"


def how_long(days: int) -> str:
    """The same as a title: "For 30 days"."""
    return stay(days).removeprefix("stay ").capitalize()


def bytes_told(count: int) -> str:
    """Bytes by units of 1,024, as a mailbox's room is given: "1.2 MB"."""
    size, units = float(count), ("bytes", "kB", "MB", "GB")
    at = 0
    while size >= 1000 and at < len(units) - 1:  # noqa: PLR2004 - four digits tell nothing more
        size, at = size / 1024, at + 1
    return f"{size:.0f} {units[at]}" if at == 0 or size >= 100 else f"{size:.1f} {units[at]}"  # noqa: PLR2004 - digits that tell nothing
