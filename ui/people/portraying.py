"""One's own picture in this circle: chosen, looked at, used, taken away."""

import logging
from threading import Thread

from PySide6.QtCore import Property, QObject, Qt, QUrl, Signal, Slot
from PySide6.QtQml import QmlElement

from app.commands import Nothing, SetProfile
from app.refused import Refused
from ui.album import Album
from ui.asking import Asks
from ui.people.model import People
from ui.portraits import BROKEN, UNREADABLE, content_of, made
from ui.theme.local_only import stays_here

QML_IMPORT_NAME = "Hearthside"
QML_IMPORT_MAJOR_VERSION = 1

HERE_ONLY = (
    "Only this circle sees it. It is cut to a square and made small. Nothing else in the file "
    "comes along, such as where it was taken."
)
STAYS = (
    "Everyone here reads in the open log that you changed it. Earlier pictures stay with those who "
    "have them."
)
# That two circles know the same person is for nobody to see.
ELSEWHERE = (
    "Take one that you use nowhere else, or whoever is in two of your circles knows you by it."
)
USED = "This circle sees you with this picture now."
GONE = "This circle sees your flower again."

log = logging.getLogger("hearthside.ui")


@QmlElement
class Portraying(QObject):
    """Nothing is sent before it was looked at. The file is read and decoded on a thread of its own.

    A large picture takes a second; a window that stands still for that long looks broken.
    """

    changed = Signal()
    told = Signal(str)  # a sentence for the toast
    _done = Signal(int, object)  # which attempt, and its picture or its sentence

    def __init__(
        self, bridge: Asks, people: People, album: Album, parent: QObject | None = None
    ) -> None:
        """Nothing chosen."""
        super().__init__(parent)
        self._bridge = bridge
        self._people = people
        self._album = album
        self._circle = people.circle
        self._attempt = 0
        self._reading = self._working = False
        self._picture = b""
        self._mark = ""
        self._problem = ""
        self._done.connect(self._take, Qt.ConnectionType.QueuedConnection)
        people.read.connect(self._look)

    # ---- what QML reads ---------------------------------------------------------------------

    reading = Property(bool, lambda self: self._reading, notify=changed)
    working = Property(bool, lambda self: self._working, notify=changed)
    problem = Property(str, lambda self: self._problem, notify=changed)
    hereOnly = Property(str, lambda _self: HERE_ONLY, constant=True)
    stays = Property(str, lambda _self: STAYS, constant=True)
    elsewhere = Property(str, lambda _self: ELSEWHERE, constant=True)

    @Property(str, notify=changed)
    def trial(self) -> str:
        """What stands for the picture that was chosen and is not used yet; empty for none."""
        return self._mark

    @Property(bool, notify=changed)
    def has(self) -> bool:
        """Whether this circle has a picture of the reader."""
        myself = self._people.myself()
        return myself is not None and myself.one.picture != ""

    # ---- what the person does ---------------------------------------------------------------

    @Slot(QUrl)
    def take(self, file: QUrl) -> None:
        """This file was chosen. What was chosen before stays until it is known to be one."""
        if self._reading or self._working or not self._people.circle:
            return
        if file.scheme() != "file" or not stays_here(file):
            self._say(UNREADABLE)
            return
        self._attempt += 1
        self._reading, self._problem = True, ""
        self.changed.emit()
        work = (self._attempt, file.toLocalFile())
        # It holds no lock of ours, and may be left behind by a window that closes.
        Thread(target=self._make, args=work, name="picture", daemon=True).start()

    @Slot()
    def use(self) -> None:
        """Be seen by it in this circle."""
        if self._picture:
            self._set(self._picture, USED)

    @Slot()
    def discard(self) -> None:
        """Not this one: nothing has changed."""
        if not self._working:
            self._forget()

    @Slot()
    def takeAway(self) -> None:
        """Be seen by the flower again."""
        if self._is_seen():
            self._set(None, GONE)

    # ---- what the shell does ----------------------------------------------------------------

    def close(self) -> None:
        """Nobody looks: nothing chosen is left."""
        self._working = False
        self._forget()

    # ---- inside -----------------------------------------------------------------------------

    def _make(self, attempt: int, path: str) -> None:
        """On a thread of its own. Whatever is in the file, it ends with a picture or a sentence."""
        found: bytes | str
        try:
            found = made(content_of(path))
        except Refused as refused:
            found = refused.message
        except Exception as fault:  # noqa: BLE001 - told below; a decoder may fail in its own ways
            log.error("a picture could not be made: %s", type(fault).__name__)  # noqa: TRY400
            found = BROKEN
        try:
            self._done.emit(attempt, found)
        except RuntimeError:  # Qt has gone before us: nobody is left to tell
            log.info("made after the window was gone")

    @Slot(int, object)
    def _take(self, attempt: int, found: bytes | str) -> None:
        if attempt != self._attempt or not self._reading:
            return
        self._reading = False
        if isinstance(found, str):
            self._problem = found
        else:
            self._picture, self._mark = found, f"trial{attempt}"
            self._album.try_out(self._mark, found)
        self.changed.emit()

    def _set(self, picture: bytes | None, sentence: str) -> None:
        if self._working or self._reading:
            return
        self._working, self._problem = True, ""
        self.changed.emit()
        asked = self._people.circle

        def taken(_nothing: Nothing) -> None:
            if asked == self._circle:
                self.close()
            self.told.emit(sentence)

        def refused(why: Refused) -> None:
            if asked == self._circle:
                self._working = False
                self._say(why.message)

        self._bridge.ask(SetProfile(circle=asked, picture=picture), taken, refused)

    def _forget(self) -> None:
        self._attempt += 1
        self._reading = False
        self._picture, self._mark, self._problem = b"", "", ""
        self._album.put_away()
        self.changed.emit()

    def _is_seen(self) -> bool:
        return bool(self.property("has"))

    def _say(self, problem: str) -> None:
        self._problem = problem
        self.changed.emit()

    @Slot()
    def _look(self) -> None:
        if self._people.circle != self._circle:
            self._circle = self._people.circle
            self.close()
        self.changed.emit()
