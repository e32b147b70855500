"""One post with its replies as a Qt list, and the reply that is being written."""

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

from app.circle.state import Post, Thread
from app.commands import ReadThread
from app.events import (
    MemberChanged,
    PostArrived,
    PostChanged,
    PostReached,
    PostsArrived,
    PostsGone,
    PostsReached,
)
from app.refused import Refused, Why
from ui.asking import Asks, hear
from ui.faces import Faces
from ui.telling import Clock, local_now, until_next_minute
from ui.thread.item import ADRIFT, ADRIFT_GONE, ADRIFT_LATE, Answer, answers, root_words
from ui.thread.reply import ReplyDraft
from ui.thread.roles import NAMES, TIMELY, VALUES, Role
from ui.wording import replies, who_can_read

QML_IMPORT_NAME = "Hearthside"
QML_IMPORT_MAJOR_VERSION = 1

NOWHERE = QModelIndex()
Index = QModelIndex | QPersistentModelIndex


@QmlElement
@QmlUncreatable("The shell makes one for each post that is opened.")
class ThreadModel(QAbstractListModel):  # type: ignore[operator]
    """A post that was opened, or a reply whose thread has no beginning here yet.

    `reply` is the box below: it answers what was opened.
    """

    rootChanged = Signal()
    troubleChanged = Signal()
    peopleChanged = Signal()
    countChanged = Signal()
    lookingChanged = Signal()
    arrived = Signal(str)  # a sentence for screen readers

    def __init__(
        self,
        bridge: Asks,
        circle: str,
        post: str,
        parent: QObject | None = None,
        *,
        clock: Clock = local_now,
    ) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._circle = circle
        self._id = post
        self._clock = clock
        self._thread = post  # the first post of the thread, also where that has not arrived
        self._root: Post | None = None
        self._opened: Post | None = None
        self._root_opened = False
        self._rows: list[Answer] = []
        self._trouble = ""
        self._looking = False
        self._open = True
        self._minute = QTimer(self, singleShot=True)
        self._minute.timeout.connect(self._minute_passed)
        self._faces = Faces(bridge, circle, self)
        self._faces.changed.connect(self._faces_changed)
        self._reply = ReplyDraft(bridge, circle, post, self)
        self._said = hear(bridge, self._hear)
        self._read()

    # ---- replies ----------------------------------------------------------------------------

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
            case Role.SPOKEN:
                return row.name(self._clock())
            case Role.PLACE:
                return f"{row.body} Reply {index.row() + 1} of {len(self._rows)}".strip()
            case _:
                return None

    # ---- the post itself --------------------------------------------------------------------

    @Property(str, constant=True)
    def post(self) -> str:
        """The id of the post that was opened."""
        return self._id

    @Property(dict, notify=rootChanged)
    def root(self) -> dict[str, Any]:
        """The post in words; empty until it was read."""
        post = self._root
        if post is None:
            return {}
        words = root_words(post, self._clock(), opened=self._root_opened)
        return {**words, "hue": self._faces.hue(post.author)}

    @Property(str, notify=rootChanged)
    def adrift(self) -> str:
        """What to say where the first post would stand and has not arrived; else empty."""
        if self._root is not None or self._opened is None:
            return ""
        if self._faces.lapses:
            return ADRIFT_GONE
        return ADRIFT_LATE if self._faces.came_late else ADRIFT

    @Property(str, notify=rootChanged)
    def heading(self) -> str:
        """What the panel is called."""
        if self._root is None:
            return "Replies"
        return "Replies to you" if self._root.mine else f"Replies to {self._root.author_name}"

    @Property(str, notify=countChanged)
    def countLine(self) -> str:
        """How many replies there are, in words."""
        return replies(len(self._rows))

    @Property(str, notify=rootChanged)
    def target(self) -> str:
        """What stands in the empty box: it names whom one writes to."""
        if self._opened is None:
            return ""
        if self._opened.mine:
            return "Add to what you wrote…"
        return f"Write back to {self._opened.author_name}…"

    @Property(str, notify=peopleChanged)
    def readers(self) -> str:
        """Who can read a reply."""
        return who_can_read(self._faces.count)

    @Property(QObject, constant=True)
    def reply(self) -> QObject:
        """The reply that is being written."""
        return self._reply

    @Property(str, notify=troubleChanged)
    def trouble(self) -> str:
        """Why the replies could not be read, in a sentence."""
        return self._trouble

    @Property(bool, notify=lookingChanged)
    def looking(self) -> bool:
        """Whether somebody sees this now; times are told anew only then."""
        return self._looking

    @looking.setter  # type: ignore[no-redef]
    def looking(self, looking: bool) -> None:
        if looking == self._looking:
            return
        self._looking = looking
        if looking:
            self._minute_passed()
        else:
            self._minute.stop()
        self.lookingChanged.emit()

    @Slot()
    def showRoot(self) -> None:
        """Open the content note of the post itself."""
        self._root_opened = True
        self.rootChanged.emit()

    @Slot(str)
    def show(self, post: str) -> None:
        """Open the content note of a reply."""
        for place, row in enumerate(self._rows):
            if row.post.post == post:
                self._set(place, Answer(row.post, row.to, opened=True))

    @Slot()
    def tryAgain(self) -> None:
        """After a refusal."""
        self._read()

    @Slot()
    def close(self) -> None:
        """Keep the draft, listen no more. To be called before the home is locked."""
        if self._open:
            self._open = False
            self._reply.close()
            self._minute.stop()
            self._said.disconnect(self._hear)
            self._faces.close()

    # ---- what the home answers and says -----------------------------------------------------

    def _read(self) -> None:
        self._bridge.ask(ReadThread(circle=self._circle, post=self._id), self._take, self._refused)

    def _take(self, thread: Thread) -> None:
        if not self._open:
            return
        self._tell_trouble("")
        opened = {row.post.post for row in self._rows if row.opened}
        self._root = thread.post
        here = [*thread.replies, *([thread.post] if thread.post is not None else [])]
        self._opened = next((one for one in here if one.post == self._id), None)
        self._thread = self._opened.thread if self._opened is not None else self._id
        self.beginResetModel()
        self._rows = [
            Answer(row.post, row.to, row.post.post in opened)
            for row in answers(thread.replies, self._thread)
        ]
        self.endResetModel()
        self.rootChanged.emit()
        self.countChanged.emit()

    def _refused(self, refused: Refused) -> None:
        if not self._open:
            return
        if refused.kind is Why.NO_SUCH_POST:
            self._take(Thread(post=None, replies=[]))  # what was shown is not here any more
        self._tell_trouble(refused.message)

    @Slot(object)
    def _hear(self, said: list[Any]) -> None:
        for event in said:
            match event:
                case PostArrived(circle=self._circle, content=post) if post.thread == self._thread:
                    self._arrive(post)
                case PostsArrived(circle=self._circle) | PostsGone(circle=self._circle):
                    self._read()
                case (
                    PostChanged(circle=self._circle, content=post)
                    | PostReached(circle=self._circle, content=post)
                ):
                    self._change(post)
                case PostsReached(circle=self._circle) | MemberChanged(circle=self._circle):
                    if self._any_mine():
                        self._read()  # whom they are to reach may be others now
                case _:
                    pass

    def _arrive(self, post: Post) -> None:
        """A reply takes its place by time; one that was late does not jump to the end."""
        if self._opened is None or any(row.post.post == post.post for row in self._rows):
            return
        if post.post == self._thread:
            if self._root is None:
                self._read()  # what was answered is here
            return
        everyone = [*(row.post for row in self._rows), post]
        row = answers(everyone, self._thread)[-1]
        at = sum(one.post.written_at <= post.written_at for one in self._rows)
        self.beginInsertRows(NOWHERE, at, at)
        self._rows.insert(at, row)
        self.endInsertRows()
        self.countChanged.emit()
        if not post.mine:
            self.arrived.emit(row.name(self._clock()))

    def _any_mine(self) -> bool:
        shown = [row.post for row in self._rows]
        return any(one.mine for one in [*shown, *([self._root] if self._root is not None else [])])

    def _change(self, post: Post) -> None:
        if post.post == self._thread:
            self._root = post
            self.rootChanged.emit()
            return
        for place, row in enumerate(self._rows):
            if row.post.post == post.post:
                self._set(place, Answer(post, row.to, row.opened))

    def _set(self, place: int, row: Answer) -> None:
        self._rows[place] = row
        self.dataChanged.emit(self.index(place), self.index(place))

    def _tell_trouble(self, sentence: str) -> None:
        if sentence != self._trouble:
            self._trouble = sentence
            self.troubleChanged.emit()

    def _all_changed(self, roles: list[int]) -> None:
        if self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1), roles)
        self.rootChanged.emit()

    @Slot()
    def _faces_changed(self) -> None:
        self._all_changed([int(Role.HUE)])
        self.peopleChanged.emit()

    @Slot()
    def _minute_passed(self) -> None:
        self._all_changed(TIMELY)
        self._minute.start(until_next_minute(self._clock()))
