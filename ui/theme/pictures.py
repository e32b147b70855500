"""Flowers and circle marks as `image://picture/<person|circle>/<hue or ->/<key>`."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath
from PySide6.QtQuick import QQuickImageProvider

from ui.theme.flower import Core, Flower, Petal, flower_of
from ui.theme.tokens import tokens

USUAL = 40
# A circle mark's corner, as a part of its side; the dots' ring is drawn a little inside.
CORNER = 0.28


def draw_flower(painter: QPainter, flower: Flower, ink: QColor, ground: QColor) -> None:
    """Petals and core on a unit square, whose ground is already painted."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    painter.save()
    painter.translate(0.5, 0.5)
    painter.rotate(flower.turn)
    for _ in range(flower.petals):
        painter.drawPath(_petal(flower))
        painter.rotate(360 / flower.petals)
    painter.restore()
    middle = QPointF(0.5, 0.5)
    match flower.core:
        case Core.OPEN:
            painter.setBrush(ground)
            painter.drawEllipse(middle, 0.075, 0.075)
        case Core.DOT:
            painter.setBrush(ground)
            painter.drawEllipse(middle, 0.11, 0.11)
            painter.setBrush(ink)
            painter.drawEllipse(middle, 0.055, 0.055)
        case Core.SEED:
            painter.setBrush(ground)
            painter.drawEllipse(middle, 0.1, 0.1)


def _petal(flower: Flower) -> QPainterPath:
    """One petal pointing up from the middle; more petals are narrower ones."""
    path = QPainterPath()
    match flower.form:
        case Petal.ROUND:
            radius = min(0.1, 0.62 / flower.petals)
            path.addEllipse(QPointF(0, -0.23), radius, radius)
        case Petal.LONG:
            width = min(0.085, 0.5 / flower.petals)
            path.addRoundedRect(QRectF(-width, -0.35, 2 * width, 0.3), width, width)
        case Petal.POINTED:
            width = min(0.12, 0.75 / flower.petals)
            path.moveTo(0, -0.06)
            path.quadTo(width * 1.6, -0.2, 0, -0.37)
            path.quadTo(-width * 1.6, -0.2, 0, -0.06)
    return path


def draw_ring(painter: QPainter, flower: Flower, ink: QColor) -> None:
    """People around a table: dots in a ring, and for some marks one in the middle."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    dots = flower.petals + 1
    radius = (0.056, 0.064, 0.072)[flower.form]
    painter.save()
    painter.translate(0.5, 0.5)
    painter.rotate(flower.turn)
    for _ in range(dots):
        painter.drawEllipse(QPointF(0, -0.23), radius, radius)
        painter.rotate(360 / dots)
    painter.restore()
    if flower.core is not Core.OPEN:
        painter.drawEllipse(QPointF(0.5, 0.5), radius, radius)


def draw(kind: str, key: str, hue: int | None, size: QSize) -> QImage:
    """A round picture of a person or a rounded square of a circle."""
    flower = flower_of(key)
    ground, ink = (QColor(name) for name in tokens().avatar[flower.hue if hue is None else hue])
    image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(size.width(), size.height())
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    if kind == "circle":
        painter.drawRoundedRect(QRectF(0, 0, 1, 1), CORNER, CORNER)
        draw_ring(painter, flower, ink)
    else:
        painter.drawEllipse(QRectF(0, 0, 1, 1))
        draw_flower(painter, flower, ink, ground)
    painter.end()
    return image


class PictureProvider(QQuickImageProvider):
    """Draws on demand; QML's own pixmap cache remembers by address and size."""

    def __init__(self) -> None:
        """For images, not pixmaps: those need no window."""
        super().__init__(QQuickImageProvider.ImageType.Image)

    def requestImage(self, key: str, size: QSize, requested: QSize) -> QImage:
        """`key` is `<person|circle>/<hue or ->/<what it stands for>`; sizes in device pixels."""
        kind, hue, whom = key.split("/", 2)
        wanted = requested if requested.width() > 0 else QSize(USUAL, USUAL)
        size.setWidth(wanted.width())
        size.setHeight(wanted.height())
        return draw(kind, whom, None if hue == "-" else int(hue), wanted)
