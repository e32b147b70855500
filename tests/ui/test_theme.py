"""How it looks: tokens reach QML whole, every pair can be read, and nothing is fetched."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from PySide6.QtCore import QSize, QUrl
from PySide6.QtGui import QColor, QFontDatabase
from pytestqt.qtbot import QtBot

from tests.ui.stage import Stage, read, wait
from ui.theme.flower import HUES, flower_of, hues_by_joining
from ui.theme.icons import IconProvider, draw
from ui.theme.local_only import stays_here
from ui.theme.pictures import PictureProvider
from ui.theme.tokens import THEMES, camel, tokens

# Guide 5.2: what stands on what. The high-contrast themes ask for more.
TEXT = [
    *[(ink, ground) for ink in ("text", "text_2", "text_3") for ground in
      ("bg", "bg_side", "surface", "surface_sunk", "surface_hover", "overlay")],
    ("text_on_primary", "primary"), ("text_on_primary", "primary_hover"),
    ("text_on_primary", "primary_press"), ("primary", "surface"), ("primary", "bg"),
    ("primary_soft_text", "primary_soft"), ("accent", "surface"),
    ("accent_soft_text", "accent_soft"), ("link", "surface"), ("danger", "surface"),
    ("danger", "overlay"), ("danger_soft_text", "danger_soft"), ("ok", "ok_soft"),
    ("wait", "wait_soft"), ("offline", "offline_soft"), ("offline", "surface"),
    *[(f"k_{kind}", f"k_{kind}_soft") for kind in
      ("story", "question", "checkin", "event", "poll", "resource")],
]  # fmt: skip
SHAPES = [
    *[("border_strong", ground) for ground in ("bg", "surface", "surface_sunk", "overlay")],
    *[("focus", ground) for ground in ("bg", "bg_side", "surface", "surface_sunk", "overlay")],
    ("primary", "surface"),
]


@pytest.fixture
def stage(qtbot: QtBot) -> Iterator[Stage]:  # noqa: ARG001 - it brings the application
    made = Stage()
    yield made
    assert made.warnings == []
    made.close()


def luminance(name: str) -> float:
    """Relative luminance of sRGB (WCAG 2.2)."""
    colour = QColor(name)
    parts = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (colour.redF(), colour.greenF(), colour.blueF())
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", THEMES)
def test_everything_can_be_read(theme: str) -> None:
    """Text stands out at 4.5:1, shapes at 3:1; in high contrast text at 7:1."""
    colours = tokens().colours[theme]
    floor = 7.0 if theme.startswith("hc_") else 4.5
    weak = [
        (ink, ground)
        for pairs, least in ((TEXT, floor), (SHAPES, 3.0))
        for ink, ground in pairs
        if contrast(colours[camel(ink)], colours[camel(ground)]) < least
    ]
    assert weak == []


def test_every_flower_stands_out_from_its_ground() -> None:
    assert min(contrast(ground, ink) for ground, ink in tokens().avatar) > 6.7


def test_qml_sees_every_token(stage: Stage) -> None:
    """A token that is missing in Theme.qml would be undefined on the screen."""
    window = stage.show("  property var it: Theme")
    theme = read(window, "it")
    known = tokens()
    for theme_name in THEMES:
        stage.appearance.choose(theme_name)
        for name, value in known.colours[theme_name].items():
            assert QColor(read(theme, name)).name() == QColor(value).name(), name
    for name, style in known.types.items():
        font = read(theme, f"{name}Font")
        assert (font.family(), font.pixelSize(), font.weight()) == (
            style.family, style.size, style.weight,
        )  # fmt: skip
    for name, size in known.size.items():
        assert read(theme, name) == size
    for name, time in known.motion.items():
        assert read(theme, name) == time
    for step, size in known.space.items():
        assert read(theme, f"space{step}") == size


def test_the_shipped_fonts_are_there(stage: Stage) -> None:
    assert stage.engine is not None
    assert {tokens().families[one] for one in ("ui", "display", "mono")} <= set(
        QFontDatabase.families()
    )


def test_text_grows_between_ninety_and_two_hundred_per_cent(stage: Stage) -> None:
    window = stage.show("  property var it: Theme")
    look = stage.appearance
    for _ in range(20):
        look.larger()
    assert read(read(window, "it"), "scale") == 2.0
    assert read(read(window, "it"), "bodyFont").pixelSize() == 30
    for _ in range(20):
        look.smaller()
    assert read(read(window, "it"), "scale") == pytest.approx(0.9)
    assert read(read(window, "it"), "microFont").pixelSize() == 12  # never below
    look.usual()
    assert read(read(window, "it"), "scale") == 1.0


def test_less_motion_stops_all_of_it(stage: Stage) -> None:
    window = stage.show("  property var it: Theme")
    stage.appearance.move_less(less=True)
    assert [read(read(window, "it"), name) for name in ("fast", "base", "slow", "panel")] == [0] * 4


def test_a_theme_that_does_not_exist_is_refused(stage: Stage) -> None:
    with pytest.raises(ValueError, match="pink"):
        stage.appearance.choose("pink")


def test_icons_take_the_colour_beside_them() -> None:
    image = draw("hand-heart", QSize(48, 48), QColor("#24614f"), fill=True)
    seen = {image.pixelColor(x, y).name() for x in range(48) for y in range(48)
            if image.pixelColor(x, y).alpha() == 255}  # fmt: skip
    assert seen == {"#24614f"}


def test_icons_are_drawn_at_the_size_of_the_screen() -> None:
    size = QSize()
    image = IconProvider().requestImage("regular/heart/112233", size, QSize(40, 40))
    assert (image.width(), size.width()) == (40, 40)


@pytest.mark.parametrize("name", ["../tokens", "/etc/passwd", "..", "no-such-icon"])
def test_an_icon_is_never_a_path(name: str) -> None:
    with pytest.raises(FileNotFoundError):
        draw(name, QSize(16, 16), QColor("black"), fill=False)


def test_a_flower_is_the_same_everywhere() -> None:
    """The picture is a promise between computers: the same key, the same flower."""
    flower = flower_of("a" * 64)
    assert flower == flower_of("a" * 64)
    assert (flower.hue, flower.petals) == (7, 5)
    assert 5 <= flower.petals <= 8


def test_people_of_a_circle_are_told_apart() -> None:
    """As long as there are hues, no two members have the same."""
    people = [f"{one:064x}" for one in range(HUES)]
    given = hues_by_joining(people)
    assert sorted(given.values()) == list(range(HUES))


def test_a_newcomer_changes_nobodys_flower() -> None:
    people = [f"{one:064x}" for one in range(12)]
    before = hues_by_joining(people[:5])
    after = hues_by_joining(people)
    assert {one: after[one] for one in before} == before


def test_pictures_of_people_are_round_and_of_circles_square() -> None:
    size = QSize()
    person = PictureProvider().requestImage("person/-/juniper", size, QSize(40, 40))
    circle = PictureProvider().requestImage("circle/3/table", size, QSize(40, 40))
    assert person.pixelColor(3, 3).alpha() < 128
    assert circle.pixelColor(4, 4).alpha() == 255
    assert circle.pixelColor(20, 2).name() == QColor(tokens().avatar[3][0]).name()


def test_words_fetch_nothing(qtbot: QtBot) -> None:  # noqa: ARG001 - it brings the application
    """A picture in somebody's words must not tell a stranger's server that they were read."""
    asked: list[str] = []

    class Server(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_args: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    there = f"http://127.0.0.1:{server.server_port}/spy.png"
    stage = Stage()  # not the fixture: here Qt has something to complain of
    stage.show(
        f"""
        Label {{ objectName: "words"; text: '<img src="{there}">' }}
        Text {{ textFormat: Text.RichText; text: '<img src="{there}">' }}
        Image {{ source: "{there}" }}
        """
    )
    wait(300)
    server.shutdown()
    thread.join()
    server.server_close()
    assert asked == []
    assert read(stage.find("words"), "text") == f'<img src="{there}">'
    stage.close()


@pytest.mark.parametrize(
    ("address", "stays"),
    [
        ("file:///home/x.png", True),
        ("image://icon/regular/x/000000", True),
        ("qrc:/x", True),
        ("file://server/share/x.png", False),
        ("http://x.org", False),
        ("https://x.org", False),
        ("ftp://x.org", False),
        ("ws://x.org", False),
    ],
)
def test_only_what_is_here_may_be_read(address: str, *, stays: bool) -> None:
    assert stays_here(QUrl(address)) is stays
