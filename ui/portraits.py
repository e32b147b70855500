"""Small pictures of people: made from a file of one's own, and shown from bytes of anybody's.

What others send is never trusted: only JPEG is read, its size is looked at before a pixel is
decoded, and a decoder that gives up gives no picture. A file of one's own may come from anybody,
too: what it is, is read from its first bytes, and it is bounded before it is opened. Nothing is
fetched, nothing is written.
"""

import os
import stat

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QColorSpace, QImage, QImageReader, QPainter

from app.commands import MAX_PICTURE
from app.refused import Refused, Why

SIDE = 192  # pixels of a picture as it is made
WIDEST = 512  # pixels a side that are shown of anybody's
LARGEST_FILE = 40 * 1024 * 1024  # bytes of a file of one's own
LARGEST_SIDE = 16_384  # pixels of it
MOST_PIXELS = 2**26  # of it in all: 256 MB while it is decoded, more than any camera at hand gives
MEMORY = 256  # MB that Qt may take for one picture, whatever its head says
SCANS = 64  # of a JPEG: cameras make one, progressive ones about ten
DENSITY = 2835  # pixels a metre, 72 an inch: Qt would write down that of this computer's screen
QUALITIES = (88, 75, 60, 45, 30, 15)
START, SCAN, END = b"\xff\xd8\xff", b"\xff\xda", b"\xff\xd9"
# By their first bytes, not by a name. Qt could read more; SVG, for one, names other files.
FORMS = ((START, "jpeg"), (b"\x89PNG\r\n\x1a\n", "png"), (b"RIFF", "webp"), (b"GIF8", "gif"),
         (b"BM", "bmp"))  # fmt: skip

UNREADABLE = "This file can't be opened. Choose another one."
TOO_LARGE = "This file is larger than 40 MB. Choose a smaller one."
NO_PICTURE = (
    "This is no picture that can be read here. JPEG, PNG, WebP, GIF and BMP can be. Choose another "
    "file, or save this one as JPEG first."
)
TOO_WIDE = "This picture has too many pixels to be opened safely. Make it smaller first."
BROKEN = "A part of this picture is missing or damaged. Choose another one."


def bound_memory() -> None:
    """Once, before anything is decoded: no picture takes more, also where a head says too little.

    `shown` and `made` look at the head before; this holds where a decoder believes another one.
    """
    QImageReader.setAllocationLimit(MEMORY)


def shown(picture: bytes) -> QImage | None:
    """A picture that somebody sent; None where it is not one that can be shown."""
    if not picture.startswith(START) or len(picture) > MAX_PICTURE:
        return None
    buffer = _buffer(picture)
    reader = _reader(buffer, "jpeg")
    if not _fits(reader.size(), WIDEST) or not _whole(picture, "jpeg"):
        return None
    image = reader.read()
    return None if image.isNull() else image


def content_of(path: str) -> bytes:
    """The bytes of a file of one's own; `Refused` says why there are none."""
    # Not waiting: what looks like a file may be a pipe that nobody writes into.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        with open(os.open(path, flags), "rb") as file:  # noqa: PTH123 - of a handle, not a path
            plain = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
            content = file.read(LARGEST_FILE + 1) if plain else b""
    except (OSError, ValueError) as fault:
        raise Refused(Why.BAD_REQUEST, UNREADABLE) from fault
    if not plain:
        raise Refused(Why.BAD_REQUEST, UNREADABLE)
    return content


def made(file: bytes) -> bytes:
    """A picture to send, out of a file: the middle square, small, nothing but pixels.

    Drawn anew on an opaque ground, so that neither place nor time nor camera nor anything else in
    the file comes along; of one that moves it is the first picture. The same file gives the same
    bytes. `Refused` says in a sentence what is wrong with a file that gives none.
    """
    if len(file) > LARGEST_FILE:
        raise Refused(Why.TOO_LARGE, TOO_LARGE)
    image = _opened(file)
    side = min(image.width(), image.height())
    middle = image.copy((image.width() - side) // 2, (image.height() - side) // 2, side, side)
    small = middle.scaled(
        QSize(SIDE, SIDE),
        Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )
    if small.colorSpace().isValid():
        small.convertToColorSpace(QColorSpace(QColorSpace.NamedColorSpace.SRgb))
    drawn = QImage(SIDE, SIDE, QImage.Format.Format_RGB32)
    drawn.setDotsPerMeterX(DENSITY)
    drawn.setDotsPerMeterY(DENSITY)
    drawn.fill(Qt.GlobalColor.white)
    painter = QPainter(drawn)
    painter.drawImage(0, 0, small)
    painter.end()
    sizes = (_jpeg(drawn, quality) for quality in QUALITIES)
    found = next((one for one in sizes if 0 < len(one) <= MAX_PICTURE), None)
    if found is None:
        raise Refused(Why.BAD_REQUEST, BROKEN)
    return found


def _opened(file: bytes) -> QImage:
    """The pixels of a file of one's own, about as many as are needed."""
    form = next((name for first, name in FORMS if file.startswith(first)), "")
    buffer = _buffer(file)
    reader = _reader(buffer, form)
    size = reader.size() if form else QSize()
    if size.width() <= 0 or size.height() <= 0:
        raise Refused(Why.BAD_REQUEST, NO_PICTURE)
    if not _fits(size, LARGEST_SIDE) or size.width() * size.height() > MOST_PIXELS:
        raise Refused(Why.TOO_LARGE, TOO_WIDE)
    if min(size.width(), size.height()) > 4 * SIDE:
        # A JPEG is then decoded small, in a tenth of the time and of the room.
        short = QSize(2 * SIDE, 2 * SIDE)
        reader.setScaledSize(size.scaled(short, Qt.AspectRatioMode.KeepAspectRatioByExpanding))
    image = reader.read() if _whole(file, form) else QImage()
    if image.isNull():
        raise Refused(Why.BAD_REQUEST, BROKEN)
    return image


def _buffer(content: bytes) -> QBuffer:
    buffer = QBuffer()
    buffer.setData(QByteArray(content))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    return buffer


def _reader(buffer: QBuffer, form: str) -> QImageReader:
    """Of this form and no other, whatever is in it. Whoever reads holds the buffer: Qt does not."""
    reader = QImageReader(buffer, QByteArray(form.encode()))
    reader.setAutoDetectImageFormat(False)
    reader.setAutoTransform(True)  # as the camera was held
    return reader


def _fits(size: QSize, widest: int) -> bool:
    return 0 < size.width() <= widest and 0 < size.height() <= widest


def _whole(content: bytes, form: str) -> bool:
    """Whether its end is there: of these two Qt shows what there is, and grey or black below it."""
    match form:
        case "jpeg":
            return _jpeg_is_whole(content)
        case "bmp":
            return int.from_bytes(content[2:6], "little") <= len(content)
        case _:
            return True


def _jpeg_is_whole(jpeg: bytes) -> bool:
    """Its end comes behind its head, and not after so many scans that reading them takes for ever.

    Bytes behind the end are nothing: some cameras put a film there.
    """
    at = len(START) - 1
    while len(jpeg) >= at + 4 and jpeg[at] == END[0]:
        if jpeg[at : at + 2] == SCAN:
            end = jpeg.find(END, at)
            return end > 0 and jpeg.count(SCAN, at, end) <= SCANS
        if jpeg[at + 1] == END[0]:
            at += 1  # filled up
        else:
            at += 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
    return False


def _jpeg(image: QImage, quality: int) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "JPEG", quality)  # type: ignore[call-overload]  # its stubs know str only
    return bytes(buffer.data().data())
