"""Names as people meant them, also when they come from a computer that did not mean well."""

LONGEST = 64  # characters


def clean(text: str) -> str:
    """One line without edges of white space, control characters or characters that turn text.

    May be empty: the caller says what then.
    """
    return one_line(text)[:LONGEST].rstrip()


def one_line(text: str) -> str:
    """The same of any length, for what is no name."""
    parted = " ".join(text.split())  # a line break parts words, too
    return " ".join(_printable(parted).split())


def line(text: str) -> str:
    """Words of several lines: the breaks stay, whatever hides or turns text does not."""
    return "\n".join(" ".join(_printable(one).split()) for one in text.splitlines()).strip()


def _printable(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable())


def sound(text: str) -> bool:
    """Whether text can be written down at all: half a surrogate pair can't."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
