"""Putting the look into a QML engine: fonts, pictures, import path, and no way out to the net."""

from pathlib import Path
from typing import cast

from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication
from PySide6.QtQml import QQmlEngine

import resources
from ui.portraits import bound_memory
from ui.theme.appearance import Appearance
from ui.theme.icons import IconProvider
from ui.theme.local_only import LocalOnlyFactory
from ui.theme.pictures import PictureProvider
from ui.theme.portraits import PortraitProvider, Portraits
from ui.theme.tokens import tokens

UI = Path(__file__).resolve().parent.parent


def load_fonts() -> list[str]:
    """Make the shipped fonts known to Qt; the families that can be used now."""
    families: list[str] = []
    for file in sorted(resources.path("fonts").glob("*.ttf")):
        number = QFontDatabase.addApplicationFont(str(file))
        families += QFontDatabase.applicationFontFamilies(number)
    return families


def install(engine: QQmlEngine, *, theme: str | None, text_scale: float) -> Appearance:
    """Make `import theme`, `import components` and the features' modules work in this engine.

    `theme` is one of `ui.theme.tokens.THEMES` or `None` to follow the system. Call once, after the
    application object is there and before anything is loaded.
    """
    load_fonts()
    QGuiApplication.setFont(QFont(tokens().families["ui"]))
    bound_memory()
    people = cast("Portraits", engine.singletonInstance("Hearthside", "Portraits"))
    kept = (IconProvider(), PictureProvider(), PortraitProvider(people), LocalOnlyFactory())
    icons, pictures, portraits, local_only = kept
    engine.addImageProvider("icon", icons)
    engine.addImageProvider("picture", pictures)
    engine.addImageProvider("portrait", portraits)
    engine.setNetworkAccessManagerFactory(local_only)
    # Qt does not keep them alive on Python's side, and without them icons quietly vanish.
    engine._hearthside = kept  # type: ignore[attr-defined]  # noqa: SLF001
    engine.addImportPath(str(UI))
    appearance = cast("Appearance", engine.singletonInstance("Hearthside", "Appearance"))
    appearance.choose(theme)
    appearance.set_scale(text_scale)
    return appearance
