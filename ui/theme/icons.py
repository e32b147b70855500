"""Phosphor icons as `image://icon/<weight>/<name>/<rrggbb>`, drawn sharp at any pixel ratio."""

import re
from functools import lru_cache

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtQuick import QQuickImageProvider
from PySide6.QtSvg import QSvgRenderer

import resources

NAME = re.compile(r"[a-z][a-z0-9-]*\Z")  # a name is never a path
USUAL = 24


@lru_cache(maxsize=128)
def shape(name: str, *, fill: bool) -> bytes:
    """The SVG of an icon; raises `FileNotFoundError` where it is not shipped."""
    if not NAME.match(name):
        raise FileNotFoundError(name)
    return resources.path(f"icons/{name}{'-fill' if fill else ''}.svg").read_bytes()


def draw(name: str, size: QSize, colour: QColor, *, fill: bool) -> QImage:
    """The icon in one colour on nothing."""
    image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(shape(name, fill=fill)).render(painter)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.fillRect(image.rect(), colour)
    painter.end()
    return image


class IconProvider(QQuickImageProvider):
    """Draws on demand; QML's own pixmap cache remembers by address and size."""

    def __init__(self) -> None:
        """For images, not pixmaps: those need no window."""
        super().__init__(QQuickImageProvider.ImageType.Image)

    def requestImage(self, key: str, size: QSize, requested: QSize) -> QImage:
        """`key` is `<weight>/<name>/<rrggbb>`; `requested` is in device pixels."""
        weight, name, colour = key.split("/")
        wanted = requested if requested.width() > 0 else QSize(USUAL, USUAL)
        size.setWidth(wanted.width())
        size.setHeight(wanted.height())
        return draw(name, wanted, QColor("#" + colour), fill=weight == "fill")
