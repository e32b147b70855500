"""The feed of one circle as a Qt list: pages of twenty, events in place, an end that is an end."""

from datetime import timedelta
from typing import Any

from PySide6.QtCore import Property, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtQml import QmlElement, QmlUncreatable

from app import events as e
from app.circle.state import Post
from app.commands import MAX_PAGE, ListPosts
from app.refused import Refused
from ui.asking import Asks, hear
from ui.faces import Faces
from ui.feed.catching_up import CatchingUp
from ui.feed.item import Row
from ui.feed.listing import Index, Listing
from ui.feed.roles import PLACED, TIMELY, VALUES, Role
from ui.feed.rows import Remove, arrival, divider, fresh_page, place_of
from ui.feed.seen import Seen
from ui.telling import Clock, local_now, told_roughly, until_next_minute
from ui.wording import ADRIFT, ADRIFT_GONE, ADRIFT_LATE

QML_IMPORT_NAME = "Hearthside"
QML_IMPORT_MAJOR_VERSION = 1

PAGE = 20
# Screen readers are told of arrivals politely: at most this often.
QUIET = timedelta(seconds=5)


@QmlElement
@QmlUncreatable("The shell makes one for each visit to a circle.")
class FeedModel(Listing):  # type: ignore[operator]
    """One visit to a circle. What was new when the visit began stays marked until it ends.

    Besides the posts it holds the replies whose thread begins with something that has not arrived.
    """

    loadedChanged = Signal()
    moreChanged = Signal()
    troubleChanged = Signal()
    aboveChanged = Signal()
    countChanged = Signal()
    lookingChanged = Signal()
    meChanged = Signal()
    catchingUpChanged = Signal()
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
        self._behind = False
        self._coming = 0
        self._size = PAGE
        self._looking = False
        self._open = True
        self._announced = clock() - QUIET
        self._seen = Seen(bridge, circle, self)
        self._catching_up = CatchingUp(self)
        self._catching_up.changed.connect(self.catchingUpChanged)
        self._catching_up.told.connect(self.arrived)
        self._minute = QTimer(self, singleShot=True)
        self._minute.timeout.connect(self._minute_passed)
        self._faces = Faces(bridge, circle, self)
        self._faces.changed.connect(self._faces_changed)
        self._said = hear(bridge, self._hear)
        self._read_first()

    # ---- what QML reads ---------------------------------------------------------------------

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
                return divider(self._rows, self._new, index.row(), self._since)
            case Role.ADRIFT:
                return self._adrift(row)
            case Role.SPOKEN:
                return row.name(self._clock(), self._adrift(row))
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

    @Property(str, notify=catchingUpChanged)
    def catchingUp(self) -> str:
        """How much has come so far, while a great deal comes in; else empty."""
        return self._catching_up.words

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
            self._seen.away()
        self.lookingChanged.emit()

    @Slot(bool)
    def setAtTop(self, at_top: bool) -> None:
        """The view says whether the newest post is in sight."""
        self._at_top = at_top
        if at_top:
            self._set_above(0)
            if self._behind:
                self._behind = False
                self._read_first()
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
            self._seen.away()
            self._catching_up.close()
            self._minute.stop()
            self._said.disconnect(self._hear)
            self._faces.close()

    # ---- what the home answers --------------------------------------------------------------

    def _read_first(self) -> None:
        if self._asking:
            self._again = True  # what was asked before may miss what has just come
            return
        # All that is shown, with what has come in between; at the top nobody looks further down.
        shown = 0 if self._at_top else len(self._rows) + self._coming
        if shown >= MAX_PAGE:
            self._behind = True
            self._set_above(self._above + self._coming)
            self._coming = 0
        else:
            self._ask(None, max(PAGE, shown))

    def _ask(self, before: str | None, size: int = PAGE) -> None:
        self._asking = True
        self._size = size
        # One more than is shown tells whether there is more, without a second question.
        self._bridge.ask(
            ListPosts(circle=self._circle, before=before, limit=size + 1, orphans=True),
            self._take_first if before is None else self._take_earlier,
            self._refused,
        )

    def _take_first(self, posts: list[Post]) -> None:
        self._asking = False
        if not self._open:
            return
        self._tell_trouble("")
        page = posts[: self._size]
        self._coming = 0
        if not self._loaded:
            self._begin_visit(page)
            self._begin_anew(page)
            self._loaded = True
            self.loadedChanged.emit()
        else:
            self._apply(fresh_page(self._rows, page))
        self._set_more(len(posts) > self._size)
        self._placed()
        self._consider_marking()
        if self._again:
            self._again = False
            self._read_first()

    def _take_earlier(self, posts: list[Post]) -> None:
        self._asking = False
        if not self._open:
            return
        self._tell_trouble("")
        known = {row.post.post for row in self._rows}
        page = [post for post in posts[:PAGE] if post.post not in known]
        self._new.update(post.post for post in page if post.unread)
        if page:
            self._append(page)
        self._set_more(len(posts) > PAGE)
        self._placed()
        if self._again:
            self._again = False
            self._read_first()

    def _refused(self, refused: Refused) -> None:
        self._asking = False
        if self._open:
            self._tell_trouble(refused.message)

    def _begin_visit(self, page: list[Post]) -> None:
        self._new = {post.post for post in page if post.unread}
        if self._new:
            self._seen.new()
        seen = [post.written_at for post in page if not post.unread and not post.mine]
        self._since = told_roughly(max(seen), self._clock()) if seen else ""

    # ---- what has happened ------------------------------------------------------------------

    @Slot(object)
    def _hear(self, said: list[Any]) -> None:
        for event in said:
            match event:
                case e.PostArrived(circle=self._circle, content=post):
                    if post.reply_to is None or post.thread_missing:
                        self._arrive(post)
                case e.PostsArrived(circle=self._circle, count=count):
                    self._catching_up.came(count)
                    self._coming += count
                    self._read_first()
                case e.PostsGone(circle=self._circle, posts=posts):
                    self._go(set(posts))
                    self._read_first()  # what answered them may begin with nothing now
                case (
                    e.PostChanged(circle=self._circle, content=post)
                    | e.PostReached(circle=self._circle, content=post)
                ):
                    self._change(post)
                case e.PostsReached(circle=self._circle) | e.MemberChanged(circle=self._circle):
                    if any(row.delivery.words for row in self._rows):
                        self._read_first()  # whom it is to reach may be others now
                case _:
                    pass

    def _arrive(self, post: Post) -> None:
        if not self._loaded:
            self._again = self._asking
            return
        if place_of(self._rows, post.post) is not None:
            return
        self._apply(arrival(self._rows, post, more=self._more))
        self._placed()
        if not post.mine and self._clock() - self._announced >= QUIET:
            self._announced = self._clock()
            row = Row(post)
            self.arrived.emit(row.name(self._clock(), self._adrift(row)))
        self._consider_marking()

    def _go(self, posts: set[str]) -> None:
        places = [at for at, row in enumerate(self._rows) if row.post.post in posts]
        if places:
            self._apply([Remove(at) for at in reversed(places)])
            self._placed()

    def _change(self, post: Post) -> None:
        place = place_of(self._rows, post.post)
        if place is None:
            return
        if post.reply_to is not None and not post.thread_missing:
            self._apply([Remove(place)])  # its thread begins here now
            self._placed()
        else:
            self._set(place, Row(post, self._rows[place].opened))

    def _adrift(self, row: Row) -> str:
        """What is to be said of a reply to something that is not here."""
        if not row.adrift:
            return ""
        if self._faces.lapses:
            return ADRIFT_GONE
        return ADRIFT_LATE if self._faces.came_late else ADRIFT

    def _came(self, post: Post) -> None:
        if post.unread and not post.mine:
            self._new.add(post.post)
            self._seen.new()
            if not self._at_top:
                self._set_above(self._above + 1)

    def _placed(self) -> None:
        """Dividers and "Post 4 of 37" depend on the rows around."""
        self.countChanged.emit()
        self._all_changed(PLACED)

    @Slot()
    def _faces_changed(self) -> None:
        self._all_changed([int(Role.HUE), int(Role.ADRIFT), int(Role.SPOKEN)])
        self.meChanged.emit()

    def _set_more(self, more: bool) -> None:
        if more != self._more:
            self._more = more
            self.moreChanged.emit()

    def _set_above(self, above: int) -> None:
        if above != self._above:
            self._above = above
            self.aboveChanged.emit()

    def _tell_trouble(self, sentence: str) -> None:
        if sentence != self._trouble:
            self._trouble = sentence
            self.troubleChanged.emit()

    def _consider_marking(self) -> None:
        if self._looking and self._at_top and self._loaded:
            self._seen.looked_at()

    @Slot()
    def _minute_passed(self) -> None:
        """Times are told anew when the minute changes, and only while somebody sees them."""
        self._all_changed(TIMELY)
        self._minute.start(until_next_minute(self._clock()))
