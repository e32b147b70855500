"""What `tools/bench keys` measures is what it says: at a small size, and without a peer."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.circle.acts import Admit, Profile
from app.mailbox.card import read
from p2p.ids import MemberId
from p2p.op import Log
from tests.app.mailing import Circle
from tests.benchmarks import keys, reach, reach_ways
from tests.benchmarks.keys_circle import Crowd
from tests.benchmarks.keys_peer import beside
from tests.benchmarks.sync_peers import HERE, NoPeers
from tests.journeys.mailboxes import a_mailbox

SIZE = 6


@pytest.fixture
def crowd(tmp_path: Path) -> Iterator[Crowd]:
    crowd = Crowd.grown(tmp_path / "crowd", SIZE)
    yield crowd
    crowd.close()


def test_a_crowd_is_a_circle_of_so_many(crowd: Crowd) -> None:
    """All of them members with names, all of it with Ada and with Bo."""
    ops = crowd.authority()
    assert len(crowd.ada.room.ledger.view.devices()) == SIZE
    assert sum(isinstance(op.act, Admit) for op in ops) == SIZE - 1
    assert sum(isinstance(op.act, Profile) for op in ops) == SIZE
    assert crowd.ada.knows()["authority"] == crowd.bo.knows()["authority"]
    assert not crowd.ada.room.ledger.view.void


def test_a_measured_removal_removes_and_is_heard_of(crowd: Crowd) -> None:
    """The newest member is out for Bo too; he was sent three acts and one box, in real frames."""
    gone = crowd.keys[-1].public()
    assert gone.device in crowd.bo.room.ledger.view.devices()
    before = len(crowd.bo.items(Log.AUTHORITY))
    removed = crowd.removes()
    view = crowd.bo.room.ledger.view
    assert view.people[MemberId(gone.member)].removed is not None
    assert gone.device not in view.devices()
    assert len(crowd.bo.items(Log.AUTHORITY)) == before + 3
    assert removed.boxed == SIZE - 2
    assert 1_200 < removed.grants < 1_400
    assert 3 * 256 < removed.envelopes < 2_000
    assert min(removed.act, removed.boxes) > 0


def test_an_op_folded_by_itself_is_one_of_those_counted(crowd: Crowd) -> None:
    """As many as were asked for, each with a time."""
    took = keys.one_more(crowd.authority(), 8)
    counted = {name: len(times) for name, times in took.items()}
    assert counted == {"invite": 1, "admit": 2, "granted": 2, "profile": 3}  # Bo's name came last
    cold, known = keys.from_scratch(crowd.authority())
    assert cold > known > 0


def test_it_tells_all_also_without_node(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence in place of the peer; every figure of ours is there."""
    monkeypatch.setenv("PATH", str(tmp_path))
    keys.measure(tmp_path, [3, 5], 4, 1)
    told = capsys.readouterr().out
    for what in (
        "ops from scratch, these known", "one more: remove", "one more: epoch", "one more: admit",
        "a removal of 5: its acts", "a removal of 4: its acts", "a box for each of 3",
        "bytes to each who remains, of 5", "| Hearthside | 3 |", "| Hearthside | 5 |",
    ):  # fmt: skip
        assert what in told, what
    assert told.count("Node and npm are not installed, so nothing is measured beside us.") == 2
    assert "@localfirst" not in told


def test_an_old_node_measures_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which one it is gets said."""
    for name in ("node", "npm"):
        (tmp_path / name).write_text("#!/bin/sh\necho v18.20.4\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    with pytest.raises(NoPeers, match=r"Node v18\.20\.4 is older than 20"):
        beside(50, 1)


@pytest.mark.parametrize("folder", [HERE, HERE / "auth"])
def test_the_peers_locks_name_no_registry(folder: Path) -> None:
    """Where packages come from is the business of whoever runs it; what they are is pinned."""
    lock = (folder / "package-lock.json").read_text()
    assert "resolved" not in lock
    assert "http" not in lock
    assert lock.count('"integrity"') == lock.count('"node_modules/')


async def test_a_measured_way_is_the_way_that_it_says() -> None:
    """Each dial begins with nothing at hand, and all the bytes go over the relay or none."""
    async with reach_ways.people() as who:
        for relayed in (False, True):
            assert len(await reach_ways.first_bytes(who, 2, relayed=relayed)) == 2
            moved = await reach_ways.bulk(who, 4 << 20, relayed=relayed)
            assert moved.rate > 0


async def test_a_measured_mailbox_holds_what_it_is_said_to(tmp_path: Path) -> None:
    """A small one: all of it is paid in, taken out again, and everybody who calls gets in."""
    async with a_mailbox(tmp_path / "mailbox") as running:
        assert running.process is not None
        circles = [Circle(box=bytes((number,)) * 32) for number in range(3)]
        card = read(running.card)
        assert await reach.fill(card, circles, 20) > 0
        held = reach.Held(card, running.process.pid, circles)
        assert await reach.take_out(held, 20) > 0
        took, refused = await reach.callers(card, 8)
        assert (len(took), refused) == (8, 0)
        assert 0 <= await reach.idle(held, 0.2, listening=True) < 1
