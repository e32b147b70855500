"""The feed of one circle as a Qt list: pages of twenty, events in place, an end that is an end."""

from datetime import timedelta
from typing import Any

from PySide6.QtCore import (
    Property,
    QAbstractListModel,
    QByteArray,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtQml import QmlElement, QmlUncreatable

from app.circle.state import Post
from app.commands import ListPosts, MarkRead
from app.events import PostArrived, PostChanged, PostsArrived
from app.refused import Refused
from ui.asking import Asks, hear
from ui.faces import Faces
from ui.feed.item import Row
from ui.feed.roles import NAMES, PLACED, TIMELY, VALUES, Role
from ui.feed.rows import Change, Insert, Move, Replace, fresh_page, place_of
from ui.telling import Clock, local_now, told_roughly, until_next_minute

QML_IMPORT_NAME = "Hearthside"
QML_IMPORT_MAJOR_VERSION = 1

PAGE = 20
# What is looked at for this long has been seen; a glance while passing through marks nothing.
DWELL = 1500  # ms
# Screen readers are told of arrivals politely: at most this often (guide §9.5).
QUIET = timedelta(seconds=5)

SEEN_BELOW = "You've seen everything below"

NOWHERE = QModelIndex()
Index = QModelIndex | QPersistentModelIndex


@QmlElement
@QmlUncreatable("The shell makes one for each visit to a circle.")
class FeedModel(QAbstractListModel):  # type: ignore[operator]
    """One visit to a circle. What was new when the visit began stays marked until it ends."""

    loadedChanged = Signal()
    moreChanged = Signal()
    troubleChanged = Signal()
    aboveChanged = Signal()
    countChanged = Signal()
    lookingChanged = Signal()
    meChanged = Signal()
    arrived = Signal(str)  # a sentence for screen readers

    def __init__(
        self, bridge: Asks, circle: str, parent: QObject | None = None, *, clock: Clock = local_now
    ) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._circle = circle
        self._clock = clock
        self._rows: list[Row] = []
        self._new: set[str] = set()
        self._since = ""
        self._loaded = False
        self._more = False
        self._asking = False
        self._again = False
        self._trouble = ""
        self._above = 0
        self._at_top = True
        self._looking = False
        self._unmarked = False
        self._open = True
        self._announced = clock() - QUIET
        self._dwell = QTimer(self, singleShot=True, interval=DWELL)
        self._dwell.timeout.connect(self._mark_read)
        self._minute = QTimer(self, singleShot=True)
        self._minute.timeout.connect(self._minute_passed)
        self._faces = Faces(bridge, circle, self)
        self._faces.changed.connect(self._faces_changed)
        self._said = hear(bridge, self._hear)
        self._read_first()

    # ---- what QML reads ---------------------------------------------------------------------

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def roleNames(self) -> dict[int, QByteArray]:
        return NAMES

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401
        """The value of a role; None for what is not there."""
        if not index.isValid() or not 0 <= index.row() < len(self._rows):
            return None
        row = self._rows[index.row()]
        if role in VALUES:
            return VALUES[role](row)
        match role:
            case Role.HUE:
                return self._faces.hue(row.post.author)
            case Role.TIME:
                return row.time(self._clock())
            case Role.ABOVE:
                return self._divider(index.row())
            case Role.SPOKEN:
                return row.name(self._clock())
            case Role.DESCRIPTION:
                return row.description(index.row() + 1, len(self._rows), more=self._more)
            case _:
                return None

    @Property(bool, notify=loadedChanged)
    def loaded(self) -> bool:
        """Whether the first page is here; until then the screen shows shapes."""
        return self._loaded

    @Property(bool, notify=moreChanged)
    def more(self) -> bool:
        """Whether there are earlier posts to show."""
        return self._more

    @Property(int, notify=countChanged)
    def count(self) -> int:
        """How many posts are shown."""
        return len(self._rows)

    @Property(str, notify=meChanged)
    def me(self) -> str:
        """The reader's own key in this circle."""
        return self._faces.me

    @Property(int, notify=meChanged)
    def myHue(self) -> int:
        """The hue of the reader's flower."""
        return self._faces.hue(self._faces.me)

    @Property(str, notify=troubleChanged)
    def trouble(self) -> str:
        """Why the posts could not be read, in a sentence; empty while all is well."""
        return self._trouble

    @Property(int, notify=aboveChanged)
    def above(self) -> int:
        """How many posts have come in above what is being read."""
        return self._above

    @Property(bool, notify=lookingChanged)
    def looking(self) -> bool:
        """Whether somebody sees this feed now; the view says so."""
        return self._looking

    @looking.setter  # type: ignore[no-redef]
    def looking(self, looking: bool) -> None:
        if looking == self._looking:
            return
        self._looking = looking
        if looking:
            self._minute_passed()
            self._consider_marking()
        else:
            self._minute.stop()
            self._dwell.stop()
        self.lookingChanged.emit()

    @Slot(bool)
    def setAtTop(self, at_top: bool) -> None:
        """The view says whether the newest post is in sight."""
        self._at_top = at_top
        if at_top:
            if self._above:
                self._above = 0
                self.aboveChanged.emit()
            self._consider_marking()

    @Slot()
    def showEarlier(self) -> None:
        """Read the next page."""
        if self._more and not self._asking and self._rows:
            self._ask(self._rows[-1].post.post)

    @Slot()
    def tryAgain(self) -> None:
        """After a refusal."""
        self._read_first()

    @Slot(str)
    def show(self, post: str) -> None:
        """Open a content note."""
        place = place_of(self._rows, post)
        if place is not None:
            self._set(place, Row(self._rows[place].post, opened=True))

    @Slot(int, result=int)
    def nextNew(self, after: int) -> int:
        """The next row that is new in this visit, or -1."""
        for place in range(after + 1, len(self._rows)):
            if self._rows[place].post.post in self._new:
                return place
        return -1

    @Slot(str, result=int)
    def placeOf(self, post: str) -> int:
        """Where a post is, or -1."""
        place = place_of(self._rows, post)
        return -1 if place is None else place

    @Slot()
    def close(self) -> None:
        """The visit is over: listen no more, ask no more."""
        if self._open:
            self._open = False
            self._dwell.stop()
            self._minute.stop()
            self._said.disconnect(self._hear)
            self._faces.close()

    # ---- what the home answers --------------------------------------------------------------

    def _read_first(self) -> None:
        if self._asking:
            self._again = True  # what was asked before may miss what has just come
            return
        self._ask(None)

    def _ask(self, before: str | None) -> None:
        self._asking = True
        # One more than is shown tells whether there is more, without a second question.
        self._bridge.ask(
            ListPosts(circle=self._circle, before=before, limit=PAGE + 1),
            self._take_first if before is None else self._take_earlier,
            self._refused,
        )

    def _take_first(self, posts: list[Post]) -> None:
        self._asking = False
        if not self._open:
            return
        self._tell_trouble("")
        page = posts[:PAGE]
        if not self._loaded:
            self._begin_visit(page)
            self.beginResetModel()
            self._rows = [Row(post) for post in page]
            self.endResetModel()
            self._loaded = True
            self.loadedChanged.emit()
        else:
            self._apply(fresh_page(self._rows, page))
        if len(self._rows) <= PAGE:
            self._set_more(len(posts) > PAGE)
        self._placed()
        self._consider_marking()
        if self._again:
            self._again = False
            self._ask(None)

    def _take_earlier(self, posts: list[Post]) -> None:
        self._asking = False
        if not self._open:
            return
        self._tell_trouble("")
        known = {row.post.post for row in self._rows}
        page = [post for post in posts[:PAGE] if post.post not in known]
        self._new.update(post.post for post in page if post.unread)
        if page:
            end = len(self._rows)
            self.beginInsertRows(NOWHERE, end, end + len(page) - 1)
            self._rows += [Row(post) for post in page]
            self.endInsertRows()
        self._set_more(len(posts) > PAGE)
        self._placed()
        if self._again:
            self._again = False
            self._ask(None)

    def _refused(self, refused: Refused) -> None:
        self._asking = False
        if self._open:
            self._tell_trouble(refused.message)

    def _begin_visit(self, page: list[Post]) -> None:
        self._new = {post.post for post in page if post.unread}
        self._unmarked = bool(self._new)
        seen = [post.written_at for post in page if not post.unread and not post.mine]
        self._since = told_roughly(max(seen), self._clock()) if seen else ""

    # ---- what has happened ------------------------------------------------------------------

    def _hear(self, said: list[Any]) -> None:
        for event in said:
            match event:
                case PostArrived(circle=self._circle, content=post) if post.reply_to is None:
                    self._arrive(post)
                case PostsArrived(circle=self._circle):
                    self._read_first()
                case PostChanged(circle=self._circle, content=post):
                    place = place_of(self._rows, post.post)
                    if place is not None:
                        self._set(place, Row(post, self._rows[place].opened))
                case _:
                    pass

    def _arrive(self, post: Post) -> None:
        if not self._loaded:
            self._again = self._asking
            return
        if place_of(self._rows, post.post) is not None:
            return
        self._apply([Insert(0, Row(post))])
        self._placed()
        if not post.mine and self._clock() - self._announced >= QUIET:
            self._announced = self._clock()
            self.arrived.emit(Row(post).name(self._clock()))
        self._consider_marking()

    def _apply(self, changes: list[Change]) -> None:
        for change in changes:
            match change:
                case Insert(place, row):
                    self.beginInsertRows(NOWHERE, place, place)
                    self._rows.insert(place, row)
                    self.endInsertRows()
                    self._came(row.post)
                case Move(old, new):
                    self.beginMoveRows(NOWHERE, old, old, NOWHERE, new)
                    self._rows.insert(new, self._rows.pop(old))
                    self.endMoveRows()
                case Replace(place, row):
                    self._set(place, row)

    def _came(self, post: Post) -> None:
        if post.unread and not post.mine:
            self._new.add(post.post)
            self._unmarked = True
            if not self._at_top:
                self._above += 1
                self.aboveChanged.emit()

    def _set(self, place: int, row: Row) -> None:
        if self._rows[place] != row:
            self._rows[place] = row
            self.dataChanged.emit(self.index(place), self.index(place))

    def _placed(self) -> None:
        """Dividers and "Post 4 of 37" depend on the rows around."""
        self.countChanged.emit()
        self._all_changed(PLACED)

    def _all_changed(self, roles: list[int]) -> None:
        if self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1), roles)

    def _faces_changed(self) -> None:
        self._all_changed([int(Role.HUE)])
        self.meChanged.emit()

    def _divider(self, place: int) -> str:
        """The words above a row: where the new begins, and where the known begins."""
        fresh = [at for at, row in enumerate(self._rows) if row.post.post in self._new]
        if not fresh:
            return ""
        if place == fresh[0]:
            return f"New since {self._since}" if self._since else "New"
        return SEEN_BELOW if place == fresh[-1] + 1 else ""

    def _set_more(self, more: bool) -> None:
        if more != self._more:
            self._more = more
            self.moreChanged.emit()

    def _tell_trouble(self, sentence: str) -> None:
        if sentence != self._trouble:
            self._trouble = sentence
            self.troubleChanged.emit()

    def _consider_marking(self) -> None:
        if self._unmarked and self._looking and self._at_top and self._loaded:
            self._dwell.start()

    def _mark_read(self) -> None:
        self._unmarked = False
        self._bridge.ask(MarkRead(circle=self._circle), otherwise=self._not_marked)

    def _not_marked(self, _refused: Refused) -> None:
        self._unmarked = True  # the next look marks it

    def _minute_passed(self) -> None:
        """Times are told anew when the minute changes, and only while somebody sees them."""
        self._all_changed(TIMELY)
        self._minute.start(until_next_minute(self._clock()))
