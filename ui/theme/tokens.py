"""The design tokens as frozen values: the single source of every colour, size and duration."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import resources

THEMES = ("light", "dark", "hc_light", "hc_dark")


@dataclass(frozen=True, slots=True)
class TypeStyle:
    """One style of type: pixels at 100 %, line height in per cent of that, weight, family."""

    size: int
    line: int
    weight: int
    family: str


@dataclass(frozen=True, slots=True)
class Tokens:
    """What `tokens.json` says, in the shape the code asks for."""

    colours: dict[str, dict[str, str]]
    types: dict[str, TypeStyle]
    families: dict[str, str]
    space: dict[str, int]
    radius: dict[str, int]
    size: dict[str, int]
    motion: dict[str, int]
    avatar: tuple[tuple[str, str], ...]


# The warm serif is for people's titles and longer words; all else is the app speaking.
SERIF = frozenset({"display", "title", "story"})


def camel(name: str) -> str:
    """`primary_soft_text` as QML writes it: `primarySoftText`."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def read(path: Path) -> Tokens:
    """Read a token file; a missing key is a fault of the build, so it raises `KeyError`."""
    raw = json.loads(path.read_text("utf-8"))
    families: dict[str, str] = raw["font"]
    return Tokens(
        colours={
            theme: {camel(name): value for name, value in raw["themes"][theme].items()}
            for theme in THEMES
        },
        types={
            name: TypeStyle(size, line, weight, families["display" if name in SERIF else "ui"])
            for name, (size, line, weight) in raw["type"].items()
        },
        families=families,
        space=raw["space"],
        radius=raw["radius"],
        size={camel(name): value for name, value in raw["size"].items()},
        motion={name: value for name, value in raw["motion"].items() if isinstance(value, int)},
        avatar=tuple((ground, ink) for ground, ink in raw["avatar"]),
    )


@cache
def tokens() -> Tokens:
    """The tokens shipped with the app."""
    return read(resources.path("tokens.json"))
