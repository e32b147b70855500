"""How hard a passphrase is to guess, in words a person can act on."""

from dataclasses import dataclass

# Bits a guesser must spend. An ordinary word is worth what it is in a list of 2,000 to 8,000;
# the store's key is stretched with Argon2id, which adds about 20 bits of work on top.
WORD = 11.0
LETTER = 2.3  # of an ordinary word, so that "a b c d" counts for little
ODD = 4.0  # a sign of a token that mixes digits, signs or capitals
FAIR = 33.0  # three words
STRONG = 44.0  # four words
FULL = 55.0  # five words fill the bar

KNOWN_TO_NOBODY = "Strong, as long as nobody knows these words from you."

# What guessers try first, and words too common to count.
OFTEN = frozenset(
    {"password", "passphrase", "secret", "hearthside", "letmein", "welcome", "hello", "open"}
    | {"sesame", "qwerty", "admin", "login", "please", "correct", "horse", "battery", "staple"}
    | {"love", "the", "and", "of", "my", "is", "a", "i", "you"}
)


@dataclass(frozen=True, slots=True)
class Strength:
    """`share` (0 to 1) fills the bar; `enough` lets the person go on."""

    share: float
    level: str
    sentence: str
    enough: bool


EMPTY = Strength(0.0, "none", "", enough=False)


def judge(passphrase: str, *, suggested: bool = False) -> Strength:
    """Say how strong `passphrase` is; `suggested` if its words were drawn by us at random."""
    words = passphrase.split()
    if not words:
        return EMPTY
    worth = sum(_worth(word) for word in {word.casefold(): word for word in words}.values())
    if suggested:
        drawn = f"Strong. {_count(len(words))} random words, hard to guess."
        return Strength(1.0, "strong", drawn, enough=True)
    share = min(1.0, worth / FULL)
    if worth >= STRONG:
        return Strength(share, "strong", KNOWN_TO_NOBODY, enough=True)
    if worth >= FAIR:
        return Strength(share, "fair", "Add another word and it's strong.", enough=True)
    return Strength(share, "weak", "Too easy to guess. Add another word.", enough=False)


def _worth(word: str) -> float:
    if word.casefold() in OFTEN:
        return 3.0
    if word.isalpha() and (word.islower() or word.istitle()):
        return min(WORD, len(word) * LETTER)
    return min(len(set(word)), 20) * ODD * 0.75


def _count(words: int) -> str:
    return {4: "Four", 5: "Five", 6: "Six"}.get(words, str(words))
