"""Photographs of nobody: what people of a play might use as their picture."""

import random

from PySide6.QtCore import QBuffer, QIODevice, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter, QPolygonF

WIDE, HIGH = 640, 480


def photograph(name: str) -> bytes:
    """Hills, a sky, and the sun or the moon over them; another for each name. A PNG."""
    chance = random.Random(name)  # noqa: S311 - the same pictures each time
    hue = chance.randrange(360)
    image = QImage(WIDE, HIGH, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    sky = QLinearGradient(0, 0, 0, HIGH)
    sky.setColorAt(0, QColor.fromHsv(hue, 110, 170))
    sky.setColorAt(1, QColor.fromHsv((hue + 50) % 360, 60, 250))
    painter.fillRect(image.rect(), sky)
    painter.setBrush(QColor.fromHsv((hue + 60) % 360, 40, 255))
    painter.drawEllipse(QPointF(WIDE * chance.uniform(0.4, 0.6), HIGH * 0.35), 55, 55)
    for depth in (0.55, 0.68, 0.82):
        painter.setBrush(QColor.fromHsv((hue + 30) % 360, 120, round(255 * (1.05 - depth))))
        top = [QPointF(WIDE * step / 6, HIGH * (depth + chance.uniform(-0.1, 0.06)))
               for step in range(7)]  # fmt: skip
        painter.drawPolygon(QPolygonF([QPointF(0, HIGH), *top, QPointF(WIDE, HIGH)]))
        painter.drawRect(QRectF(0, HIGH * 0.95, WIDE, HIGH))
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # its stubs know no str
    return bytes(buffer.data().data())
