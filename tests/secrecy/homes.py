"""Homes that are watched: a `Person` of the villages, whose dice and whose sealing are looked at.

All parts are real. What is added looks on: dice that remember what they gave, an outbox that tells
what it is about to seal, and lines of which every box is taken down.
"""

import random
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from app import epochs, founding, invite
from app.circle.state import CircleState, History
from app.circle.view import View
from app.founding import Keys, Wish
from app.inbox import Inbox
from app.outbox import Outbox
from app.refused import Refused
from app.room import Change, Room
from app.shelf import RoomShelf
from app.store import circles, ops
from app.store.circles import CircleRow
from app.store.db import open_store
from app.store.ops import OpState
from p2p import wire
from p2p.crypto import seal_public
from p2p.door import LetIn
from p2p.errors import OurFault, PeerFault
from p2p.ids import CircleId, DeviceId, EnvelopeId, EpochId, OpId
from p2p.op import Log, SignedOp
from tests.p2p.village import KEY, PATIENCE, Line, Person, Village, Watch, knock
from tests.secrecy.knowledge import Archive, Device

SECRET = 32  # bytes

Sealing = Callable[["Home", SignedOp], None]


class Dice:
    """The chance of one computer; remembers all that may have become a secret."""

    def __init__(self, story: str) -> None:
        self._chance = random.Random(story)
        self.drawn: list[bytes] = []

    def __call__(self, size: int) -> bytes:
        given = self._chance.randbytes(size)
        if size == SECRET:
            self.drawn.append(given)
        return given


class _Outbox(Outbox):
    """The real one; says what it is about to seal, while the view is as it is by then."""

    def __init__(self, room: Room, home: "Home") -> None:
        super().__init__(room)
        self._home = home

    def _keep(self, signed: Sequence[SignedOp], state: OpState, change: Change) -> range:
        for op in signed:
            self._home.seals_now(op)
        return super()._keep(signed, state, change)


class Home(Person):
    """Somebody's computer in a story. `turned`: it does not keep to the rules."""

    turned: bool = False
    sealing: Sealing | None = None
    dice: Dice

    def move_in(self, row: CircleRow) -> None:
        self.room = Room(self.db, row, self.watch, self.entropy, self.heard.append)
        self.inbox, self.outbox = Inbox(self.room), _Outbox(self.room, self)
        self.shelf = RoomShelf(self.room, self.inbox, self.outbox)
        self.room.neighbour = self
        if not hasattr(self, "_keys"):
            self._keys = super().keys
            self._door = self._keys.public().door

    @property
    def keys(self) -> Keys:
        return self._keys  # made again each time they would cost most of a story

    @property
    def door(self) -> bytes:
        return self._door

    def seals_now(self, op: SignedOp) -> None:
        if self.sealing is not None:
            self.sealing(self, op)

    @property
    def view(self) -> View:
        return self.room.ledger.view

    @property
    def inside(self) -> bool:
        """Whether this person is in, as far as this home knows."""
        myself = self.room.ledger.myself()
        member = self.room.row.state is CircleState.MEMBER
        return member and myself is not None and not myself.left

    def epoch(self) -> EpochId:
        """What somebody who turned seals under: what is right, or what they still have."""
        ledger = self.room.ledger
        every = epochs.deepest_first(self.view, ledger.keyring.readable())
        held = [e for e in every if e in self.view.epochs]
        if not held:
            raise OurFault("nothing to seal under")
        return epochs.usable(self.view, ledger.keyring) or held[0]

    def authority(self) -> dict[OpId, SignedOp]:
        """Every authority op that this home has taken in."""
        row = self.room.row
        return {op.op_id: op for op in ops.authority_ops(self.db, row.circle_no, row.circle)}

    def accepted_words(self) -> list[tuple[int, DeviceId]]:
        """(seq, device) of all words that count here."""
        rows = self.db.read(
            "SELECT seq, device FROM ops JOIN devices USING (device_no)"
            " WHERE log = 1 AND state = ?",
            (int(OpState.ACCEPTED),),
        )
        return [(int(seq), DeviceId(device)) for seq, device in rows]


class Hamlet(Village):
    """The homes of one story and what goes by between them."""

    def __init__(self, folder: Path, seed: int, empty: Path) -> None:
        """`empty`: a store with nothing in it, to be copied."""
        super().__init__(folder)
        self._empty = empty
        self.watch = Watch()
        self.seed = seed
        self.homes: list[Home] = []  # of all who came in
        self.archive = Archive(CircleId(bytes(32)))
        self._devices: dict[DeviceId, Device] = {}

    def home(self, name: str) -> Home:
        """A computer with nothing on it."""
        path = self.folder / f"{name}-{len(self.people)}.db"
        shutil.copyfile(self._empty, path)
        db = open_store(path, KEY, create=False)
        db.read("PRAGMA synchronous=OFF")
        dice = Dice(f"{self.seed} {name}")
        home = Home(name, path, db, self.watch, dice)
        home.dice = dice
        self.people.append(home)
        return home

    def begins(self, name: str, history: History) -> Home:
        """Somebody begins the circle."""
        home = self.home(name)
        wish = Wish("Evenings", "", name, history)
        with home.db.write():
            row, op, root = founding.found_circle(home.db, wish, self.watch, home.entropy)
        self.archive = Archive(row.circle, self._devices)
        home.move_in(row)
        self._known(home, home.keys)
        founding.furnish(home.room, op, root, wish)
        self.homes.append(home)
        return home

    def knocks(self, home: Home, keys: Keys, host: Home, code: invite.Code) -> LetIn | None:
        """Somebody asks at a door. What they were given has gone by, whether or not it arrives."""
        self._known(home, keys)
        try:
            _, said = knock(host, code, keys, home.name, home.entropy(16))
        except (PeerFault, OurFault, Refused):
            return None
        if not isinstance(said, LetIn):
            return None
        for grant in said.grants:
            self.archive.box(grant, DeviceId(keys.public().device))
        return said

    def moves_in(self, home: Home, keys: Keys, host: Home, let_in: LetIn) -> bool:
        """Whoever was let in puts down what they were given, as a home does."""
        device = DeviceId(keys.public().device)
        circle = self.archive.circle
        opened = [
            (EpochId(g.epoch), epochs.open_grant(circle, g, device, [keys.seal]))
            for g in let_in.grants
        ]
        with home.db.write():
            row = circles.add_circle(
                home.db, circle=circle, name="Evenings", about="", display_name=home.name,
                seeds=keys.seeds(), seal=(seal_public(keys.seal), keys.seal), port=0,
                now=self.watch.now(),
            )  # fmt: skip
            for epoch, secrets in opened:
                if secrets is not None:
                    circles.keep_secret(home.db, row.circle_no, epoch, *secrets)
        home.move_in(row)
        home.shelf.sponsors = {host.door: DeviceId(host.door)}
        self.homes.append(home)
        return any(secrets is not None for _, secrets in opened)

    def meet(self, one: Home, other: Home, *, most: int | None = None) -> None:
        """They talk, to the end or until the line breaks."""
        try:
            line = Line(one, other, chain=True)
        except PeerFault:
            return
        with suppress(PeerFault, OurFault):
            line.carry(most=PATIENCE if most is None else most)
        self._seals(one)
        self._seals(other)
        self._goes_by(line)
        line.hang_up()
        for left, right in ((one, other), (other, one)):
            told = left.shelf.farewell(right.door)
            if told is not None and most is None:
                with suppress(PeerFault, OurFault):
                    right.shelf.take_farewell(told)

    def share(self, one: Home, other: Home) -> None:
        """One gives the other all its authority has, in one go."""
        for left, right in ((one, other), (other, one)):
            with suppress(PeerFault, OurFault):
                right.takes(*left.gives())
            with suppress(PeerFault, OurFault):
                right.shelf.authority_settled()

    def hand(self, to: Home, *envelopes: bytes, log: Log = Log.AUTHORITY) -> None:
        """Envelopes of somebody who turned come to somebody, each by itself."""
        for envelope in envelopes:
            if log is Log.AUTHORITY:
                self.archive.envelope(envelope)
            with suppress(PeerFault, OurFault):
                to.takes(envelope, log=log)

    def grant(self, to: Home, grants: Sequence[wire.Grant]) -> None:
        """Boxes come to somebody."""
        self._seals(to)
        for grant in grants:
            self.archive.box(grant, to.device)
            with suppress(PeerFault, OurFault):
                to.shelf.take_grant(grant)

    def collect(self) -> None:
        """Take down all authority ops and envelopes that anybody has."""
        for home in self.homes:
            names = [EnvelopeId(i) for _, i in home.items(Log.AUTHORITY)]
            new = [name for name in names if not self.archive.holds(name)]
            for _, envelope in home.shelf.envelopes(new):
                if envelope:
                    self.archive.envelope(envelope)
            for op in home.authority().values():
                self.archive.op(op)

    def _goes_by(self, line: Line) -> None:
        for who, frame in line.said:
            to = line.right.person if who is line.left.person else line.left.person
            match frame:
                case wire.Grants(grants):
                    boxes = grants
                case wire.Chain(_, keys):
                    boxes = keys
                case _:
                    continue
            for grant in boxes:
                self.archive.box(grant, to.device)

    def _seals(self, home: Home) -> None:
        """Its seal keys as they are now; those before stay known."""
        known = self._devices[home.device].seals
        for _, seed in circles.seal_seeds(home.db, home.room.row.circle_no):
            if seed not in known:
                known.append(seed)

    def _known(self, home: Home, keys: Keys) -> None:
        device = DeviceId(keys.public().device)
        self._devices.setdefault(device, Device(home.name, [keys.seal], home.dice.drawn))
