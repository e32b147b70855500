"""How a village stands when its story begins: some people, all in, all with everything.

Made once for each number of people and then copied, because coming in costs more than everything
else in a story. Newcomers in the story itself come in at a real door.
"""

import shutil
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from app.circle.state import CircleState, History, JoinState
from app.store import circles, joins
from app.store.db import open_store
from p2p.host.addresses import peer_text
from tests.p2p.village import KEY, Person, Village, settle

NAMES = ("Anna", "Ben", "Cleo", "Dora", "Emil", "Fay", "Gus", "Hana", "Ivo", "June", "Kim", "Lea",
         "Max", "Nora", "Otto", "Pia", "Quin", "Rosa")  # fmt: skip
MOST = 5

_RAM = Path("/dev/shm")
DISK = str(_RAM) if _RAM.is_dir() else None
"""Where the simulated disks lie: power fails between statements here, so no real disk is needed."""


class Towns:
    """Copies of villages that everybody has moved into."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="hearthside-towns-", dir=DISK)
        self._path = Path(self._folder.name)

    def close(self) -> None:
        """Forget them all."""
        self._folder.cleanup()

    def build(self) -> None:
        """All of them now: before a bug is planted, or the story would begin with what it did."""
        for kind in ("open", "fresh"):
            if not (self._path / kind).exists():
                self._build(kind)

    def empty(self, into: Path) -> None:
        """A store without any circle."""
        template = self._path / "empty.db"
        if not template.exists():
            open_store(template, KEY, create=True).close()
        shutil.copyfile(template, into)

    def copy(self, people: int, number: int, into: Path, *, fresh: bool) -> None:
        """The store of one person of a village of so many."""
        kind = "fresh" if fresh else "open"
        template = self._path / f"{kind}-{people}-{number}.db"
        if not template.exists():
            self._build(kind)
        shutil.copyfile(template, into)

    def _build(self, kind: str) -> None:
        folder = self._path / kind
        folder.mkdir()
        with Village(folder) as village:
            founder = village.founder(NAMES[0], history=History(kind))
            _with_card(founder, 1)
            for number in range(1, MOST):
                guest = village.joined(founder, NAMES[number])
                _came_by(guest, founder)
                _with_card(guest, number + 1)
                settle(*village.people, rounds=1)
                for place, person in enumerate(village.people):
                    _acquainted(person, village.people)
                    photo = village.photograph(person)
                    photo.rename(self._path / f"{kind}-{number + 1}-{place}.db")


def _with_card(person: Person, number: int) -> None:
    person.shelf.own_card([f"/ip4/10.0.0.{number}/tcp/4001/p2p/{peer_text(person.door)}"])
    with person.db.write():
        circles.set_port(person.db, person.room.row.circle_no, 4001)


def _came_by(guest: Person, host: Person) -> None:
    """The join that an invite began, over by now."""
    address = f"/ip4/10.0.0.1/tcp/4001/p2p/{peer_text(host.door)}"
    with guest.db.write():
        row = joins.add_join(
            guest.db, join=bytes(32), secret=bytes(16), display_name=guest.name,
            seeds=(bytes(32), bytes(32), bytes(32), bytes(96)), nonce=bytes(16),
            addresses=[address], now=guest.watch.now(),
        )  # fmt: skip
        joins.set_state(guest.db, row.join_no, JoinState.JOINED, circle=guest.circle)


def _acquainted(person: Person, people: list[Person]) -> None:
    """They have met, so nobody has to prove an admission."""
    assert person.room.row.state is CircleState.MEMBER
    with person.db.write():
        for other in people:
            if other is not person:
                circles.keep_meeting(
                    person.db, person.room.row.circle_no, other.device, person.watch.now()
                )


@cache
def towns() -> Towns:
    """Those of this process."""
    return Towns()
