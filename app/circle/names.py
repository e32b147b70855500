"""Names as people meant them, also when they come from a computer that did not mean well."""

LONGEST = 64  # characters


def clean(text: str) -> str:
    """One line without edges of white space, control characters or characters that turn text.

    May be empty: the caller says what then.
    """
    parted = " ".join(text.split())  # a line break parts words, too
    shown = "".join(letter for letter in parted if letter.isprintable())
    return " ".join(shown.split())[:LONGEST].rstrip()


def sound(text: str) -> bool:
    """Whether text can be written down at all: half a surrogate pair can't."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
