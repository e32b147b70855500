"""Which of the four themes is shown, how large the text is, and whether things may move."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import Property, QObject, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtQml import QmlElement, QmlSingleton

from ui.theme.remembered import Look, keep
from ui.theme.tokens import THEMES, tokens

QML_IMPORT_NAME = "Hearthside"
QML_IMPORT_MAJOR_VERSION = 1

SMALLEST, LARGEST, STEP = 90, 200, 10  # per cent of the sizes in the tokens


@QmlElement
@QmlSingleton
class Appearance(QObject):
    """The reader's choices. `Theme.qml` holds the values that follow from them.

    QML binds to the native properties of `Theme`; only that one file reads from here, so that no
    delegate has to wait for Python to learn a colour.
    """

    changed = Signal()
    textScaleChanged = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        """Follow the system at 100 %."""
        super().__init__(parent)
        self._choice: str | None = None
        self._per_cent = 100
        self._less_motion = False
        hints = QGuiApplication.styleHints()
        self._hints = hints
        hints.colorSchemeChanged.connect(self._system_changed)
        self._access = hints.accessibility()
        self._access.contrastPreferenceChanged.connect(self._system_changed)

    def choose(self, theme: str | None) -> None:
        """Show this theme, or follow the system with `None`."""
        if theme is not None and theme not in THEMES:
            raise ValueError(theme)
        if theme != self._choice:
            self._choice = theme
            self.changed.emit()

    def set_scale(self, scale: float) -> None:
        """Show text at this many times its usual size, kept between 0.9 and 2."""
        per_cent = max(SMALLEST, min(LARGEST, round(scale * 100)))
        if per_cent != self._per_cent:
            self._per_cent = per_cent
            self.textScaleChanged.emit()

    def move_less(self, *, less: bool) -> None:
        """Let nothing slide or fade."""
        if less != self._less_motion:
            self._less_motion = less
            self.changed.emit()

    def keep_in(self, path: Path) -> None:
        """From now on keep what is chosen in this file, for the next start."""

        def now() -> None:
            keep(path, Look(theme=self._choice, text=self._per_cent))

        self.textScaleChanged.connect(now)
        self.changed.connect(now)

    @Slot()
    def _system_changed(self) -> None:
        if self._choice is None:
            self.changed.emit()

    def _shown(self) -> str:
        if self._choice is not None:
            return self._choice
        dark = self._hints.colorScheme() == Qt.ColorScheme.Dark
        strong = self._access.contrastPreference() == Qt.ContrastPreference.HighContrast
        return ("hc_" if strong else "") + ("dark" if dark else "light")

    def _colours(self) -> dict[str, str]:
        return tokens().colours[self._shown()]

    def _types(self) -> dict[str, dict[str, Any]]:
        return {
            name: {
                "size": style.size,
                "line": style.line / 100,
                "weight": style.weight,
                "family": style.family,
            }
            for name, style in tokens().types.items()
        }

    def _measures(self) -> dict[str, dict[str, int]]:
        known = tokens()
        still = dict.fromkeys(known.motion, 0) if self._less_motion else known.motion
        return {
            "space": known.space,
            "radius": known.radius,
            "size": known.size,
            "motion": still,
        }

    @Slot()
    def larger(self) -> None:
        """Ctrl+=."""
        self.set_scale((self._per_cent + STEP) / 100)

    @Slot()
    def smaller(self) -> None:
        """Ctrl+-."""
        self.set_scale((self._per_cent - STEP) / 100)

    @Slot()
    def usual(self) -> None:
        """Ctrl+0."""
        self.set_scale(1.0)

    shown = Property(str, _shown, notify=changed)
    dark = Property(bool, lambda self: self._shown().endswith("dark"), notify=changed)
    highContrast = Property(bool, lambda self: self._shown().startswith("hc_"), notify=changed)
    textScale = Property(float, lambda self: self._per_cent / 100, notify=textScaleChanged)
    colours = Property(dict, _colours, notify=changed)
    measures = Property(dict, _measures, notify=changed)
    types = Property(dict, _types, constant=True)
    mono = Property(str, lambda _self: tokens().families["mono"], constant=True)
