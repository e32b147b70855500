"""Pictures of people: made without a trace of whence they come, read from anybody's bytes."""

import os
import random
import struct
import zlib
from pathlib import Path

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QColor, QColorSpace, QImage, QImageReader, QImageWriter

from app.persona_commands import MAX_PICTURE
from app.portraits import JPEG
from app.refused import Refused
from tests.ui.pictures import file_of, noise, plain
from ui.portraits import (
    BROKEN,
    LARGEST_FILE,
    LARGEST_SIDE,
    MEMORY,
    MOST_PIXELS,
    NO_PICTURE,
    SCANS,
    SIDE,
    TOO_LARGE,
    TOO_WIDE,
    UNREADABLE,
    WIDEST,
    bound_memory,
    content_of,
    made,
    shown,
)

pytestmark = pytest.mark.usefixtures("qtbot")

SECRET = "Quittenbaumgarten 48.2082 N"


def told(image: QImage, form: str) -> bytes:
    """A file that says more than its pixels."""
    image.setText("Comment", SECRET)
    return file_of(image, form)


def refusal(file: bytes) -> str:
    """What somebody reads who chose this."""
    with pytest.raises(Refused) as caught:
        made(file)
    return caught.value.message


@pytest.mark.parametrize("form", ["PNG", "JPEG", "BMP"])
@pytest.mark.parametrize("size", [(700, 300), (300, 700), (40, 40), (1, 1)])
def test_a_picture_is_square_small_and_nothing_but_pixels(form: str, size: tuple[int, int]) -> None:
    file = told(noise(*size), form)
    assert form == "BMP" or SECRET.encode() in file
    picture = made(file)
    assert len(picture) <= MAX_PICTURE
    assert picture.startswith(JPEG)
    assert SECRET.encode() not in picture
    assert b"Exif" not in picture
    image = shown(picture)
    assert image is not None
    assert (image.width(), image.height()) == (SIDE, SIDE)
    assert image.textKeys() == []


def test_it_is_the_middle_of_the_file() -> None:
    wide = plain("red", 300, 100)
    for x in range(100, 200):
        for y in range(100):
            wide.setPixelColor(x, y, QColor("blue"))
    image = shown(made(file_of(wide, "PNG")))
    assert image is not None
    for x in (5, SIDE - 5):
        assert image.pixelColor(x, SIDE // 2).blue() > 200


def test_what_is_none_makes_none() -> None:
    for file in (b"", b"words", JPEG, b"<svg xmlns='http://www.w3.org/2000/svg'/>"):
        assert refusal(file) == NO_PICTURE


def test_only_small_jpegs_of_others_are_shown() -> None:
    """Not by their name or their first bytes, but by what reads them."""
    fits = noise(64, 64)
    assert shown(file_of(fits, "JPEG")) is not None
    for form in ("PNG", "BMP"):
        small = noise(16, 16)
        assert shown(file_of(small, form)) is None
    wide = plain("red", WIDEST + 1, 8)
    assert shown(file_of(wide, "JPEG")) is None
    assert shown(file_of(wide.copy(0, 0, WIDEST, 8), "JPEG")) is not None
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


# ---- a file of one's own ------------------------------------------------------------------------


def segments(jpeg: bytes) -> list[tuple[int, bytes]]:
    """What stands before the pixels: marker, content."""
    found, at = [], 2
    while jpeg[at + 1] != 0xDA:
        size = int.from_bytes(jpeg[at + 2 : at + 4], "big")
        found.append((jpeg[at + 1], jpeg[at + 4 : at + 2 + size]))
        at += 2 + size
    return found


def camera(jpeg: bytes, orientation: int = 1) -> bytes:
    """The same with what a telephone writes: where, when, by which, how it was held."""
    place = b"48 deg 12 min N\0"
    entries = [
        (0x010F, 2, len(SECRET) + 1, 8 + 2 + 3 * 12 + 4),  # maker
        (0x0112, 3, 1, orientation),
        (0x8825, 4, 1, 8 + 2 + 3 * 12 + 4 + len(SECRET) + 1),  # GPS
    ]
    tiff = b"II*\0" + struct.pack("<IH", 8, len(entries))
    for entry in entries:
        tiff += struct.pack("<HHII", *entry)
    tiff += bytes(4) + SECRET.encode() + b"\0"
    tiff += struct.pack("<HHHII", 1, 0x0002, 2, len(place), len(tiff) + 18) + bytes(4) + place
    exif = b"Exif\0\0" + tiff
    comment = SECRET.encode()
    return (
        jpeg[:2]
        + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif
        + b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment
        + jpeg[2:]
        + b"and a film: " + SECRET.encode()
    )  # fmt: skip


def test_neither_place_nor_camera_leaves_and_it_stands_upright() -> None:
    """Four ways a telephone may be held; nothing in the result but tables and pixels."""
    half = plain("red", 200, 200)
    for x in range(200):
        for y in range(100):
            half.setPixelColor(x, y, QColor("blue"))  # above
    for orientation, spot in {1: (0.5, 0.2), 3: (0.5, 0.8), 6: (0.8, 0.5), 8: (0.2, 0.5)}.items():
        file = camera(file_of(half, "JPEG"), orientation)
        assert file.count(SECRET.encode()) == 3
        picture = made(file)
        # JFIF, tables, frame: no Exif, no ICC, no comment, and nothing behind the end.
        assert {kind for kind, _ in segments(picture)} <= {0xE0, 0xDB, 0xC0, 0xC2, 0xC4}
        assert picture.endswith(b"\xff\xd9")
        assert picture.count(b"\xff\xd9") == 1
        assert SECRET.encode() not in picture
        assert b"48 deg" not in picture
        image = shown(picture)
        assert image is not None
        assert image.pixelColor(*(int(part * SIDE) for part in spot)).blue() > 200, orientation


def test_it_does_not_tell_which_screen_it_was_made_on() -> None:
    """Qt writes the density of the screen down: one more thing two pictures could be told by."""
    head = dict(segments(made(file_of(plain("red", 9, 9), "PNG"))))[0xE0]
    assert head == b"JFIF\0" + bytes((1, 1, 1, 0, 72, 0, 72, 0, 0))


def test_the_same_file_gives_the_same_bytes() -> None:
    """By them a home notices that one picture would be used in two circles."""
    file = file_of(noise(500, 400), "PNG")
    assert made(file) == made(file)


def test_colours_are_those_that_were_seen() -> None:
    """A file in the colours of a telephone's screen; what is sent names no colour space."""
    wide = plain("#cc3300", 50, 50)
    wide.setColorSpace(QColorSpace(QColorSpace.NamedColorSpace.DisplayP3))
    image = shown(made(file_of(wide, "PNG")))
    assert image is not None
    assert image.pixelColor(96, 96).red() > 210  # in sRGB it is redder than its number


def test_of_a_picture_that_moves_it_is_the_first_one() -> None:
    picture = shown(made(moving("red", "blue")))
    assert picture is not None
    assert picture.pixelColor(90, 90).red() > 200


def moving(*colours: str) -> bytes:
    """A GIF of one pixel that turns from one colour into the next."""
    file = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0, 0, 0)
    for colour in colours:
        rgb = QColor(colour)
        file += b"!\xf9\x04" + struct.pack("<BHBB", 0, 10, 0, 0)
        file += b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0x80)
        file += bytes((rgb.red(), rgb.green(), rgb.blue(), 0, 0, 0)) + b"\x02\x02\x44\x01\x00"
    return file + b";"


def png_head(width: int, height: int) -> bytes:
    """A PNG that says it is so large; behind its head there is next to nothing."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        crc = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", crc)

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(4000))
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )  # fmt: skip


def test_a_head_that_says_it_is_huge_is_believed_and_put_aside() -> None:
    """50,000 pixels a side, and all that fit a side but are too many: nothing is decoded."""
    for width, height in ((50_000, 50_000), (LARGEST_SIDE + 1, 1), (LARGEST_SIDE, LARGEST_SIDE)):
        assert refusal(png_head(width, height)) == TOO_WIDE
    assert MOST_PIXELS * 4 == MEMORY * 2**20
    whole = bytearray(file_of(noise(8, 8), "JPEG"))
    at = whole.index(b"\xff\xc0")
    whole[at + 5 : at + 9] = b"\xea\x60\xea\x60"  # 60,000: beyond 65,500 it is none at all
    assert refusal(bytes(whole)) == TOO_WIDE
    assert refusal(png_head(3, 4000)) == BROKEN


def test_qt_itself_takes_no_more_memory_than_that() -> None:
    QImageReader.setAllocationLimit(0)
    bound_memory()
    assert QImageReader.allocationLimit() == MEMORY


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "BMP"])
@pytest.mark.parametrize("part", [0.99, 0.5, 0.2])
def test_a_picture_that_is_not_whole_is_none(form: str, part: float) -> None:
    """Qt would show the half of it, and grey or black below."""
    whole = file_of(noise(300, 300), form)
    made(whole)
    assert refusal(whole[: int(len(whole) * part)]) == BROKEN


def test_a_picture_of_somebody_that_is_not_whole_is_none() -> None:
    whole = made(file_of(noise(300, 300), "PNG"))
    assert shown(whole) is not None
    for part in (0.99, 0.5, 0.2):
        assert shown(whole[: int(len(whole) * part)]) is None


def progressive(image: QImage) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QImageWriter(buffer, QByteArray(b"jpeg"))
    writer.setProgressiveScanWrite(True)
    assert writer.write(image)
    return bytes(buffer.data().data())


def test_a_jpeg_of_very_many_scans_is_none() -> None:
    """Each goes over the whole picture once more: a small file could keep a computer for hours."""
    whole = progressive(plain("red", 64, 64))
    at = whole.rindex(b"\xff\xda")
    first, last = whole.count(b"\xff\xda"), whole[at:-2]
    most = whole[:-2] + last * (SCANS - first) + whole[-2:]
    made(most)
    assert shown(most) is not None
    more = whole[:-2] + last * (SCANS - first + 1) + whole[-2:]
    assert len(more) <= MAX_PICTURE
    assert refusal(more) == BROKEN
    assert shown(more) is None


def test_what_it_is_does_not_depend_on_what_it_is_called(tmp_path: Path) -> None:
    """An SVG names other files, and Qt would read them; a TIFF is not for such an errand."""
    (tmp_path / "near.png").write_bytes(file_of(plain("red", 90, 90), "PNG"))
    svg = (
        "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink' "
        f"width='90' height='90'><image xlink:href='file://{tmp_path}/near.png' width='90' "
        "height='90'/></svg>"
    )
    for file in (svg.encode(), file_of(plain("red", 90, 90), "TIFF"), b"RIFF\0\0\0\0WAVEfmt "):
        assert refusal(file) == NO_PICTURE


def test_a_file_is_read_whole_or_not_at_all(tmp_path: Path) -> None:
    """A pipe would be waited for, and a device has no end."""
    file = tmp_path / "me.png"
    file.write_bytes(b"pixels")
    assert content_of(str(file)) == b"pixels"
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", tmp_path / "gone", "/dev/zero", "a\0b", ""):
        with pytest.raises(Refused, match=UNREADABLE):
            content_of(str(path))


def test_a_file_that_is_too_large_is_not_read_to_its_end(tmp_path: Path) -> None:
    file = tmp_path / "film.jpg"
    with file.open("wb") as large:
        large.truncate(10 * LARGEST_FILE)
    content = content_of(str(file))
    assert len(content) == LARGEST_FILE + 1
    assert refusal(content) == TOO_LARGE


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "BMP", "GIF"])
def test_a_bent_file_is_a_picture_or_a_sentence(form: str, seed: int) -> None:
    chance = random.Random(seed)
    whole = moving("red", "blue") if form == "GIF" else file_of(noise(48, 48, seed), form)
    bent = bytearray(whole)
    for _ in range(chance.randint(1, 8)):
        bent[chance.randrange(3, len(bent))] = chance.randrange(256)
    try:
        picture = made(bytes(bent))
    except Refused:
        assert refusal(bytes(bent)) in {NO_PICTURE, TOO_WIDE, BROKEN}
    else:
        assert shown(picture) is not None
