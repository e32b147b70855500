"""What a full disk, a fault or a lie may do to a whole home. Each was a hole once."""

# ruff: noqa: ARG001 - a clock that jumps has only to be asked for

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest
import trio
from trio.testing import MockClock

from app import commands as c
from app import founding, invite
from app.circle.state import JoinState
from app.doorkeeping import DECLINED
from app.events import Trouble
from app.home import Home, Settings
from app.joining import Joining
from app.places import Places
from app.refused import Refused, Why
from app.running import RunningCircle
from app.store import circles
from app.store.db import Database, open_store
from app.store.joins import JoinRow
from p2p import wire
from p2p.crypto import seal_public, sign_public
from p2p.door import Doorkeeper, LetIn
from p2p.errors import PeerFault
from p2p.host.addresses import peer_text
from p2p.mailbox import capability, parcel
from p2p.padding import pad
from tests.app.test_household import code_of, found, joining_of, opened, refusal, visit
from tests.p2p.village import KEY, Watch, seeded

HALF = "\ud83d"  # half of an emoji


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def dbs(tmp_path: Path) -> Iterator[tuple[Database, Database]]:
    made = [open_store(tmp_path / f"{n}.db", KEY, create=True) for n in range(2)]
    yield made[0], made[1]
    for db in made:
        db.close()


async def test_who_left_dials_whoever_does_not_know_it_and_nobody_else(
    dbs: tuple[Database, Database],
    watch: Watch,
    autojump_clock: MockClock,
) -> None:
    """Who met us since may not have heard it: the line broke, or our words came first."""
    async with opened(dbs[0], watch) as ada, opened(dbs[1], watch, "Bo") as bo:
        circle = found(ada)
        code = await code_of(ada, circle)
        join = bo.household.join_circle(c.JoinCircle(code=code, display_name="Bo")).join
        assert isinstance(visit(ada, circle, bo, join), LetIn)
        running = ada.household.circle(circle)
        (device,) = running.ways()
        running.met(device)
        ada.household.write_post(c.WritePost(circle=circle, body="Goodbye.", title=""))
        assert running.room.posts.any_unsent()
        await ada.household.leave(c.LeaveCircle(circle=circle))
        assert not running.room.posts.any_unsent()  # signed, to be handed over before the leaving
        running.met(device)
        assert set(running.ways()) == {device}
    async with opened(dbs[0], watch) as ada:
        running = ada.household.circle(circle)
        assert set(running.ways()) == {device}
        running.dismissed(device)
        assert running.ways() == {}
    async with opened(dbs[0], watch) as ada:
        assert ada.household.circle(circle).ways() == {}


@pytest.mark.parametrize(
    "error", [Refused(Why.DISK_FULL, "It is full."), PeerFault("theirs"), ValueError("ours")]
)
async def test_what_fails_in_one_circle_or_join_ends_nothing_else(
    dbs: tuple[Database, Database],
    watch: Watch,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    autojump_clock: MockClock,
) -> None:
    """It is tried again and again; a full disk is said once by each, not at every try."""
    tries: Counter[str] = Counter()

    async def serve(running: RunningCircle) -> None:
        tries[running.room.row.name] += 1
        if running.room.row.name == "Broken":
            raise error
        await trio.sleep_forever()

    async def knock_on(_: Joining) -> None:
        tries["join"] += 1
        raise error

    monkeypatch.setattr(RunningCircle, "_serve", serve)
    monkeypatch.setattr(Joining, "_knock_on", knock_on)
    async with opened(dbs[0], watch) as home:
        found(home, name="Broken")
        found(home, name="Sound")
        code = invite.new_code(seeded("code")).text()
        home.household.join_circle(c.JoinCircle(code=code, display_name="Ada"))
        home.household.network.set()
        await trio.sleep(60)
        assert tries["Sound"] == 1
        assert tries["Broken"] > 3
        assert tries["join"] > 3
        assert len(home.hears(Trouble)) == (2 if isinstance(error, Refused) else 0)
        assert len(home.household.list_circles()) == 3


@pytest.mark.parametrize("erasing_fails", [False, True])
async def test_a_circle_that_the_disk_had_no_room_for_leaves_nothing(
    dbs: tuple[Database, Database],
    watch: Watch,
    monkeypatch: pytest.MonkeyPatch,
    *,
    erasing_fails: bool,
) -> None:
    """Not even if there was no room to take its beginning back, until the home opens again."""

    def full(*_: object) -> None:
        raise Refused(Why.DISK_FULL, "It is full.")

    async with opened(dbs[0], watch) as home:
        with monkeypatch.context() as small:
            small.setattr(founding, "furnish", full)
            if erasing_fails:
                small.setattr(circles, "erase_circle", full)
            with refusal(Why.DISK_FULL):
                found(home)
        assert home.household.list_circles() == []
        assert len(circles.all_circles(home.db)) == erasing_fails
    async with opened(dbs[0], watch) as home:
        assert home.household.list_circles() == []
        assert circles.all_circles(home.db) == []
        assert found(home)


async def test_of_two_joins_to_one_circle_at_once_one_wins(
    dbs: tuple[Database, Database], watch: Watch, autojump_clock: MockClock
) -> None:
    """The other is told, and what is here already stays."""
    async with opened(dbs[0], watch) as ada, opened(dbs[1], watch, "Bo") as bo:
        circle = found(ada)
        code = await code_of(ada, circle, uses=2)
        asked = c.JoinCircle(code=code, display_name="Bo")
        first, second = (bo.household.join_circle(asked).join for _ in range(2))
        visit(ada, circle, bo, first)
        before = bo.household.circle(circle).room.row
        visit(ada, circle, bo, second)
        states = {seen.join: seen.state for seen in bo.household.list_joins()}
        assert states == {first: JoinState.JOINED, second: JoinState.REFUSED}
        assert circles.all_circles(bo.db) == [before]
        assert bo.household.circle(circle).room.row == before


async def test_a_refusal_at_one_door_does_not_end_a_join_that_another_grants(
    dbs: tuple[Database, Database], watch: Watch, autojump_clock: MockClock
) -> None:
    """The unkind door comes first; alone it would be the end."""
    async with opened(dbs[0], watch) as ada, opened(dbs[1], watch, "Bo") as bo:
        circle = found(ada)
        code = (await code_of(ada, circle, uses=2)).split("#")[0]
        shelf = ada.household.circle(circle).shelf
        doors = [b"u" * 32, b"k" * 32]
        link = [f"/ip4/192.0.2.1/tcp/1/p2p/{peer_text(door)}" for door in doors]
        for most, end in ((1, JoinState.REFUSED), (2, JoinState.JOINED)):
            asked = c.JoinCircle(code=f"{code}#{','.join(link[:most])}", display_name="Bo")
            joining = joining_of(bo, bo.household.join_circle(asked).join)
            assert joining.row.door_seed
            own = sign_public(joining.row.door_seed)
            street = Street(
                {doors[0]: Unkind(Doorkeeper(shelf, own)), doors[1]: Doorkeeper(shelf, own)}
            )
            assert await joining._try_all(street)  # type: ignore[arg-type]  # as much of a host as is asked for
            assert joining.row.state is end


@dataclass
class Unkind:
    """A door that shows the capsule and refuses everybody."""

    keeper: Doorkeeper

    def receive(self, data: bytes) -> bytes:
        refuses = isinstance(wire.decode(data), wire.Request)
        return wire.encode(wire.Sorry(DECLINED)) if refuses else self.keeper.receive(data)


@pytest.mark.parametrize("welcomed", [True, False])
async def test_a_refusal_that_lies_at_a_mailbox_does_not_hide_that_another_granted(
    dbs: tuple[Database, Database], watch: Watch, autojump_clock: MockClock, *, welcomed: bool
) -> None:
    """Two hosts answered at once, and somebody left rubbish on top: who was let in comes in."""
    async with opened(dbs[0], watch) as ada, opened(dbs[1], watch, "Bo") as bo:
        circle = found(ada)
        code = (await code_of(ada, circle)).split("#")[0]
        address = f"/ip4/192.0.2.1/tcp/1/p2p/{peer_text(b'm' * 32)}"
        asked = c.JoinCircle(code=f"{code}#{address}", display_name="Bo")
        joining = joining_of(bo, bo.household.join_circle(asked).join)
        assert joining.row.door_seed
        keeper = Doorkeeper(ada.household.circle(circle).shelf, sign_public(joining.row.door_seed))
        street = Street({b"m" * 32: PutsBy(keeper, joining.row, welcomed)})
        assert await joining._try_all(street)  # type: ignore[arg-type]  # as above
        assert joining.row.state is (JoinState.JOINED if welcomed else JoinState.REFUSED)


@dataclass
class PutsBy:
    """A mailbox at which a host's answers lie already, the newest first: of use is the last."""

    keeper: Doorkeeper
    row: JoinRow
    welcomed: bool
    left: list[bytes] = field(default_factory=list)

    def receive(self, data: bytes) -> bytes:
        match wire.decode(data):
            case wire.Request():
                told = wire.decode(self.keeper.receive(data))
                assert isinstance(told, wire.Admitted)
                welcome = wire.Welcome(told.admit, told.grants, b"b" * 32)
                sorry = [wire.encode(wire.Sorry(DECLINED)), wire.encode(wire.Wait())]
                frames = [b"rubbish", wire.encode(wire.Held()), *sorry]
                self.left = [*frames, wire.encode(welcome)] if self.welcomed else frames
                return pad(wire.encode(wire.Held()))
            case wire.Collect((tag,)):
                public = seal_public(self.row.seal_seed or b"")
                assert tag == capability.tag_first(public, self.row.nonce or b"")
                sealed = [parcel.seal(public, tag, frame) for frame in self.left]
                return pad(wire.encode(wire.Parcels([b"no parcel", *sealed])))
            case _:
                return self.keeper.receive(data)


@dataclass
class Street:
    """A host that reaches these doors; also the stream to the one that was opened last."""

    doors: dict[bytes, Any]
    said: list[bytes] = field(default_factory=list)
    at: Any = None
    peer: bytes = b""

    async def open(self, door: bytes, _: Sequence[str]) -> "Street":
        self.at, self.peer = self.doors[door], door
        return self

    async def send(self, data: bytes) -> None:
        self.said.append(self.at.receive(data))

    async def receive(self) -> bytes:
        return self.said.pop()

    async def close(self) -> None:
        self.said.clear()


async def test_half_a_character_is_refused_in_every_text(tmp_path: Path) -> None:
    """Whatever the command: a bad request, said before anything is done."""
    home = Home(Places(tmp_path), Settings())
    asked = [
        (kind, text.name)
        for kind in c.Command.__subclasses__()
        for text in msgspec.structs.fields(kind)
    ]
    assert (c.KeepDraft, "body") in asked
    for kind, name in asked:
        whole = {f.name: "x" for f in msgspec.structs.fields(kind)}
        with pytest.raises(Refused) as refused:
            await home.do(kind(**whole | {name: HALF}))
        assert refused.value.kind is Why.BAD_REQUEST
