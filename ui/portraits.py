"""Small pictures of people: made from a file of one's own, and shown from bytes of anybody's.

What others send is never trusted: only JPEG is read, its size is looked at before a pixel is
decoded, and a decoder that gives up gives no picture. Nothing is fetched, nothing is written.
"""

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QImage, QImageReader, QPainter

from app.commands import MAX_PICTURE

SIDE = 192  # pixels of a picture as it is made
WIDEST = 512  # pixels a side that are shown of anybody's
LARGEST_FILE = 40 * 1024 * 1024  # bytes of a file of one's own
LARGEST_SIDE = 16_384  # pixels of it
QUALITIES = (88, 75, 60, 45, 30, 15)


def shown(picture: bytes) -> QImage | None:
    """A picture that somebody sent; None where it is not one that can be shown."""
    if not picture or len(picture) > MAX_PICTURE:
        return None
    return _read(picture, b"jpeg", WIDEST)


def made(file: bytes) -> bytes | None:
    """A picture to send, out of a file: the middle square, small, nothing but pixels.

    None where the file is no picture, or none that fits. Drawn anew on an opaque ground, so that
    neither place nor time nor camera nor anything else in the file comes along.
    """
    image = _read(file, b"", LARGEST_SIDE) if len(file) <= LARGEST_FILE else None
    if image is None:
        return None
    side = min(image.width(), image.height())
    middle = image.copy((image.width() - side) // 2, (image.height() - side) // 2, side, side)
    small = middle.scaled(
        QSize(SIDE, SIDE),
        Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )
    drawn = QImage(SIDE, SIDE, QImage.Format.Format_RGB32)
    drawn.fill(Qt.GlobalColor.white)
    painter = QPainter(drawn)
    painter.drawImage(0, 0, small)
    painter.end()
    sizes = (_jpeg(drawn, quality) for quality in QUALITIES)
    return next((found for found in sizes if 0 < len(found) <= MAX_PICTURE), None)


def _read(content: bytes, form: bytes, widest: int) -> QImage | None:
    """Pixels, where there are any. `form`: the only one that is tried, or empty for any."""
    buffer = QBuffer()
    buffer.setData(QByteArray(content))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(form))
    reader.setAutoDetectImageFormat(not form)
    reader.setAutoTransform(True)  # as the camera was held
    size = reader.size()
    if not (0 < size.width() <= widest and 0 < size.height() <= widest):
        return None
    image = reader.read()
    return None if image.isNull() else image


def _jpeg(image: QImage, quality: int) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "JPEG", quality)  # type: ignore[call-overload]  # its stubs know str only
    return bytes(buffer.data().data())
