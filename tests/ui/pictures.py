"""Pictures out of nothing: one colour, or noise, as a file of this or that form."""

import random

from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QColor, QImage


def plain(colour: str, width: int, height: int) -> QImage:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    return image


def noise(width: int, height: int, seed: int = 1) -> QImage:
    """The hardest picture to make small."""
    raw = random.Random(seed).randbytes(width * height * 4)
    return QImage(raw, width, height, QImage.Format.Format_RGB32).copy()


def file_of(image: QImage, form: str) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(buffer, form)  # type: ignore[call-overload]  # its stubs know no str
    return bytes(buffer.data().data())
