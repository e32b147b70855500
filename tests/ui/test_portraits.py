"""Pictures of people: made without a trace of whence they come, read from anybody's bytes."""

import random

import pytest
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QColor, QImage

from app.persona_commands import MAX_PICTURE
from app.portraits import JPEG
from ui.portraits import SIDE, WIDEST, made, shown

pytestmark = pytest.mark.usefixtures("qtbot")

SECRET = "Quittenbaumgarten 48.2082 N"


def noise(width: int, height: int, seed: int = 1) -> QImage:
    """The hardest picture to make small."""
    raw = random.Random(seed).randbytes(width * height * 4)
    return QImage(raw, width, height, QImage.Format.Format_RGB32).copy()


def file_of(image: QImage, form: str) -> bytes:
    image.setText("Comment", SECRET)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(buffer, form)  # type: ignore[call-overload]  # its stubs know no str
    return bytes(buffer.data().data())


@pytest.mark.parametrize("form", ["PNG", "JPEG", "BMP"])
@pytest.mark.parametrize("size", [(700, 300), (300, 700), (40, 40), (1, 1)])
def test_a_picture_is_square_small_and_nothing_but_pixels(form: str, size: tuple[int, int]) -> None:
    file = file_of(noise(*size), form)
    assert form == "BMP" or SECRET.encode() in file
    picture = made(file)
    assert picture is not None
    assert len(picture) <= MAX_PICTURE
    assert picture.startswith(JPEG)
    assert SECRET.encode() not in picture
    assert b"Exif" not in picture
    image = shown(picture)
    assert image is not None
    assert (image.width(), image.height()) == (SIDE, SIDE)
    assert image.textKeys() == []


def test_it_is_the_middle_of_the_file() -> None:
    wide = QImage(300, 100, QImage.Format.Format_RGB32)
    wide.fill(QColor("red"))
    for x in range(100, 200):
        for y in range(100):
            wide.setPixelColor(x, y, QColor("blue"))
    image = shown(made(file_of(wide, "PNG")) or b"")
    assert image is not None
    for x in (5, SIDE - 5):
        assert image.pixelColor(x, SIDE // 2).blue() > 200


def test_what_is_none_makes_none() -> None:
    for file in (b"", b"words", JPEG, b"<svg xmlns='http://www.w3.org/2000/svg'/>"):
        assert made(file) is None


def test_only_small_jpegs_of_others_are_shown() -> None:
    """Not by their name or their first bytes, but by what reads them."""
    fits = noise(64, 64)
    assert shown(file_of(fits, "JPEG")) is not None
    for form in ("PNG", "BMP"):
        small = noise(16, 16)
        assert shown(file_of(small, form)) is None
    plain = QImage(WIDEST + 1, 8, QImage.Format.Format_RGB32)
    plain.fill(QColor("red"))
    assert shown(file_of(plain, "JPEG")) is None
    assert shown(file_of(plain.copy(0, 0, WIDEST, 8), "JPEG")) is not None
    assert shown(b"") is None
    assert shown(JPEG + bytes(MAX_PICTURE)) is None


def test_a_jpeg_that_says_it_is_huge_is_not_decoded() -> None:
    """65,535 pixels a side in a few bytes: by its head alone it is put aside."""
    whole = bytearray(file_of(noise(8, 8), "JPEG"))
    at = whole.index(b"\xff\xc0")
    whole[at + 5 : at + 9] = b"\xff\xff\xff\xff"
    assert shown(bytes(whole)) is None


@pytest.mark.parametrize("seed", range(20))
def test_bent_pictures_are_a_picture_or_none(seed: int) -> None:
    chance = random.Random(seed)
    whole = file_of(noise(48, 48, seed), "JPEG")
    for _ in range(20):
        bent = bytearray(whole)
        for _ in range(chance.randint(1, 8)):
            bent[chance.randrange(3, len(bent))] = chance.randrange(256)
        cut = bytes(bent[: chance.randint(4, len(bent))])
        image = shown(cut)
        assert image is None or max(image.width(), image.height()) <= WIDEST
