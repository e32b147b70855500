"""The pictures of the people of the open circle, decoded once somebody is to be seen."""

from collections.abc import Mapping

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from app.commands import Picture, ReadPicture
from ui.asking import Asks
from ui.portraits import SIDE, shown

MOST = 128  # pictures in hand: some 20 MB, and more than a window shows at once


class Album(QObject):
    """Asks the home for a picture when it is to be shown, and never anybody else.

    A picture is known by its mark, which is another for each. It is of one circle; in another
    circle, or locked, nothing of it is left here.
    """

    changed = Signal()

    def __init__(self, bridge: Asks, parent: QObject | None = None) -> None:
        """Of no circle."""
        super().__init__(parent)
        self._bridge = bridge
        self._circle = ""
        self._marks: dict[str, str] = {}  # member -> the mark of their picture
        self._last: dict[str, str] = {}  # member -> the mark that was shown last
        self._asked: dict[str, str] = {}
        self._images: dict[str, QImage] = {}  # what was looked at last stands last
        self._broken: set[str] = set()
        self._tried = ""  # the mark of what its maker looks at before using it
        self._trial: QImage | None = None

    # ---- who shows pictures -----------------------------------------------------------------

    def mark(self, member: str) -> str:
        """What stands for the picture to show of a member now; empty for none.

        A picture that is not in hand is asked for; `changed` tells when it is.
        """
        wanted = self._marks.get(member, "")
        if not wanted or wanted in self._broken:
            return ""
        if wanted in self._images:
            self._images[wanted] = self._images.pop(wanted)
            self._last[member] = wanted
            return wanted
        self._ask(member, wanted)
        # The one before, until then: nobody turns into a flower for a moment.
        last = self._last.get(member, "")
        return last if last in self._images else ""

    def image(self, mark: str) -> QImage | None:
        """The pixels behind a mark."""
        return self._trial if mark and mark == self._tried else self._images.get(mark)

    # ---- what the shell does ----------------------------------------------------------------

    def show(self, circle: str, marks: Mapping[str, str]) -> None:
        """The people of this circle have these pictures. `marks`: of members who have one."""
        if circle != self._circle:
            self.close()
            self._circle = circle
        new = dict(marks)
        if new != self._marks:
            self._marks = new
            self._broken &= set(new.values())
            self.changed.emit()

    def close(self) -> None:
        """Of no circle: nobody looks, or the home is locked."""
        self._circle = ""
        for known in (self._marks, self._last, self._asked, self._images, self._broken):
            known.clear()
        self.put_away()
        self.changed.emit()

    # ---- a picture that is nobody's yet -----------------------------------------------------

    def try_out(self, mark: str, picture: bytes) -> None:
        """Let this picture be seen under this mark, by whoever is about to use it."""
        self._tried, self._trial = mark, shown(picture)

    def put_away(self) -> None:
        """Of what was tried out nothing is left."""
        self._tried, self._trial = "", None

    # ---- what the home answers --------------------------------------------------------------

    def _ask(self, member: str, wanted: str) -> None:
        if self._asked.get(member) == wanted:
            return
        self._asked[member] = wanted
        circle = self._circle

        def answered(picture: bytes | None) -> None:
            if circle != self._circle or self._asked.get(member) != wanted:
                return
            del self._asked[member]
            image = shown(picture or b"")
            if image is None:
                self._broken.add(wanted)
                return
            self._images[wanted] = _small(image)
            if len(self._images) > MOST:
                del self._images[next(iter(self._images))]
            self.changed.emit()

        def take(answer: Picture) -> None:
            answered(answer.picture)

        self._bridge.ask(
            ReadPicture(circle=circle, member=member), take, lambda _refused: answered(None)
        )


def _small(image: QImage) -> QImage:
    """No more pixels in hand than are ever shown; of what is long, the middle."""
    side = min(image.width(), image.height())
    middle = image.copy((image.width() - side) // 2, (image.height() - side) // 2, side, side)
    return middle if side <= SIDE else middle.scaled(SIDE, SIDE)
