"""Words to take: names people may go by, and passphrases drawn from the word list."""

import secrets
from functools import cache

import resources

# Plain things of gardens, weather and birds: no human names, nothing that says who somebody is.
NAMES = (
    "Juniper", "Old Heron", "Marigold", "Quiet Otter", "Rowan", "Wren", "Driftwood", "Fennel",
    "North Lamp", "Sorrel", "Amber Finch", "Brook", "Cedar", "Dusty Boots", "Elder", "Fern",
    "Garnet", "Harbour", "Ivy", "Kestrel", "Larkspur", "Moss", "Night Swim", "Oat", "Pebble",
    "Quince", "Robin", "Slow Train", "Teasel", "Umber", "Velvet", "Willow", "Yarrow", "Blue Jug",
)  # fmt: skip

SUGGESTED_WORDS = 5


def some_names(count: int = 4, besides: tuple[str, ...] = ()) -> list[str]:
    """Different names at random, none of `besides`."""
    left = [name for name in NAMES if name not in besides]
    return [left.pop(secrets.randbelow(len(left))) for _ in range(min(count, len(left)))]


@cache
def _word_list() -> tuple[str, ...]:
    text = resources.path("words/passphrase.txt").read_text(encoding="utf-8")
    return tuple(word for line in text.splitlines() if (word := line.strip()))


def a_passphrase() -> str:
    """Five words drawn by the system's source of randomness, different from each other."""
    words: list[str] = []
    while len(words) < SUGGESTED_WORDS:
        word = secrets.choice(_word_list())
        if word not in words:
            words.append(word)
    return " ".join(words)
