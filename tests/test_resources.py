"""What the app carries with it is whole, readable and legible."""

import json
import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from PySide6.QtGui import QFontDatabase, QGuiApplication, QRawFont

import resources

# The pairs of the design guide, section 5.2. Words need 4.5 to 1 (7 to 1 in high contrast), what is
# no word but must be found needs 3 to 1: WCAG 2.2, 1.4.3, 1.4.6 and 1.4.11.
WORDS = (
    ("text", "surface"),
    ("text", "bg"),
    ("text_2", "surface"),
    ("text_2", "bg_side"),
    ("text_3", "surface"),
    ("text_3", "bg"),
    ("text_3", "bg_side"),
    ("text_3", "surface_hover"),
    ("text_on_primary", "primary"),
    ("primary", "surface"),
    ("primary_soft_text", "primary_soft"),
    ("accent", "surface"),
    ("accent_soft_text", "accent_soft"),
    ("link", "surface"),
    ("danger", "surface"),
    ("danger_soft_text", "danger_soft"),
    ("ok", "ok_soft"),
    ("wait", "wait_soft"),
    ("offline", "offline_soft"),
    ("k_story", "k_story_soft"),
    ("k_question", "k_question_soft"),
    ("k_checkin", "k_checkin_soft"),
    ("k_event", "k_event_soft"),
    ("k_poll", "k_poll_soft"),
    ("k_resource", "k_resource_soft"),
)
SHAPES = (
    ("focus", "bg"),
    ("border_strong", "surface"),
    ("border_strong", "surface_sunk"),
)
FLOOR_OF_WORDS = {"light": 4.5, "dark": 4.5, "hc_light": 7.0, "hc_dark": 7.0}
FLOOR_OF_SHAPES = 3.0


def tokens() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(resources.read("tokens.json"))
    return read


def luminance(colour: str) -> float:
    """Relative luminance of `#RRGGBB` as WCAG 2.2 defines it."""
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_reckoned_as_wcag_does() -> None:
    """Two colours whose contrast everybody knows."""
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", sorted(FLOOR_OF_WORDS))
def test_every_word_can_be_read(theme: str) -> None:
    """No theme sets words on a ground that tired eyes lose them on."""
    colours = tokens()["themes"][theme]
    for ink, ground in WORDS:
        assert contrast(colours[ink], colours[ground]) >= FLOOR_OF_WORDS[theme], (ink, ground)


@pytest.mark.parametrize("theme", sorted(FLOOR_OF_WORDS))
def test_every_edge_that_matters_can_be_found(theme: str) -> None:
    """Where one can type, and where the focus is, stands out."""
    colours = tokens()["themes"][theme]
    for ink, ground in SHAPES:
        assert contrast(colours[ink], colours[ground]) >= FLOOR_OF_SHAPES, (ink, ground)


def test_every_initial_can_be_read() -> None:
    """Eight hues of avatars, each with its ink."""
    pairs = tokens()["avatar"]
    assert len(pairs) == 8
    for ground, ink in pairs:
        assert contrast(ink, ground) >= 4.5


def test_the_themes_name_the_same_colours() -> None:
    """A screen that is right in one theme lacks no colour in another."""
    themes = tokens()["themes"]
    assert set(themes) == set(FLOOR_OF_WORDS)
    assert len({frozenset(colours) for colours in themes.values()}) == 1
    for colours in themes.values():
        for name, colour in colours.items():
            assert re.fullmatch(r"#[0-9A-F]{6}", colour), name


@pytest.mark.parametrize("name", resources.names("icons", ".svg"))
def test_an_icon_is_a_picture_and_nothing_else(name: str) -> None:
    """It parses, has a view box, and holds no script, style or address."""
    root = ET.fromstring(resources.read(name))  # noqa: S314  our own files
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.get("viewBox") == "0 0 256 256"
    allowed = {"svg", "path", "rect", "circle", "title", "g", "line", "polyline", "polygon"}
    for node in root.iter():
        assert node.tag.rpartition("}")[2] in allowed
        assert not any("href" in key or key.startswith("on") for key in node.keys())  # noqa: SIM118


def test_every_icon_can_be_switched_on() -> None:
    """*Fill* means on, so each regular icon has its filled twin, and none stands alone."""
    icons = {
        name.removeprefix("icons/").removesuffix(".svg")
        for name in resources.names("icons", ".svg")
    }
    icons.remove("hearthside")
    filled = {name.removesuffix("-fill") for name in icons if name.endswith("-fill")}
    assert {name for name in icons if not name.endswith("-fill")} == filled


def test_the_fonts_are_the_ones_the_tokens_ask_for(qapp: QGuiApplication) -> None:
    """Three families in every weight that the type scale uses, loaded as Qt will load them."""
    assert qapp is not None
    for name in resources.names("fonts", ".ttf"):
        assert QFontDatabase.addApplicationFont(str(resources.path(name))) >= 0, name
    asked = tokens()["font"]
    weights = {
        family: {QFontDatabase.weight(family, style) for style in QFontDatabase.styles(family)}
        for family in (asked["ui"], asked["display"], asked["mono"])
    }
    assert weights[asked["ui"]] >= {400, 500, 600, 700}
    assert weights[asked["display"]] >= {400, 600}
    assert weights[asked["mono"]] >= {400}


@pytest.mark.parametrize("name", resources.names("fonts", ".ttf"))
def test_a_font_can_write_peoples_names(qapp: QGuiApplication, name: str) -> None:
    """Latin with all its marks, Greek, Cyrillic and Vietnamese come from our own fonts."""
    assert qapp is not None
    font = QRawFont(str(resources.path(name)), 16)
    for letter in "AzÄéñßøąłżşğœ“”’–—…·ΑαέωПривётЇґế ặữẨ0123456789":
        assert font.supportsCharacter(ord(letter)), letter


def test_each_source_has_its_licence() -> None:
    """Who drew it and what one may do with it goes along."""
    for name in (
        "fonts/OFL-Inter.txt",
        "fonts/OFL-SourceSerif4.txt",
        "fonts/OFL-JetBrainsMono.txt",
        "icons/LICENSE",
        "words/LICENSE",
        "CREDITS.md",
    ):
        assert len(resources.read(name)) > 300, name


def test_a_suggested_passphrase_has_words_enough() -> None:
    """At least eleven bits a word, each a plain word that can be said over the telephone."""
    words = resources.read("words/passphrase.txt").decode("ascii").splitlines()
    assert len(set(words)) == len(words) >= 2048
    assert words == sorted(words)
    assert all(re.fullmatch(r"[a-z]{4,7}", word) for word in words)


@pytest.mark.parametrize(
    "name",
    ["", "/etc/passwd", "../README.md", "icons/../../README.md", "icons//heart.svg", ".x", "a\\b"],
)
def test_no_name_leads_out_of_the_folder(name: str) -> None:
    """A name made from data cannot walk away."""
    with pytest.raises(ValueError, match="not a resource name"):
        resources.path(name)


def test_a_name_without_a_file_is_said_so() -> None:
    """A spelling mistake is found where it is made."""
    with pytest.raises(FileNotFoundError, match=r"icons/hart\.svg"):
        resources.read("icons/hart.svg")
