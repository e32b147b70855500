"""What strangers, newcomers and members do at the door and on the line. Each was a hole once."""

# ruff: noqa: ARG001 - a clock that jumps has only to be asked for

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
import trio
from trio.testing import MockClock

from app import commands as c
from app import invite
from app.circle import acts
from app.circle.acts import DeviceKeys
from app.circle.rules import CERTIFY, DOOR, JOIN, request_message
from app.circle.state import CircleState, JoinState
from app.doorkeeping import DECLINED
from app.founding import Keys
from app.ledger import Ledger
from app.store import circles
from app.store.db import Database, open_store
from p2p import talk as talks
from p2p import wire
from p2p.crypto import sign, sign_public
from p2p.door import LetIn
from p2p.errors import OurFault, PeerFault
from p2p.host import Closed
from p2p.ids import ZERO, CircleId, DeviceId
from p2p.node import Node
from p2p.op import Kind, Log
from p2p.threshold import PATIENCE, ROOM
from p2p.wire import Grant
from tests.app.test_doorkeeping import a_request, ask, somebody
from tests.app.test_fold import Story, certify, public, seed, void
from tests.app.test_hostile_words import admits, joined
from tests.app.test_household import found, joining_of, opened
from tests.p2p.test_node import a_node, streams, town
from tests.p2p.village import KEY, Person, Village, Watch, knock, meet, seeded

HELLO = wire.encode(wire.Hello(1, 494_000, b"n" * 16, (0, 0)))


@pytest.fixture
def bo(village: Village, ada: Person) -> Person:
    return joined(village, ada, "Bo")


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def dbs(tmp_path: Path) -> Iterator[tuple[Database, Database]]:
    made = [open_store(tmp_path / f"{n}.db", KEY, create=True) for n in range(2)]
    yield made[0], made[1]
    for db in made:
        db.close()


class Bogus(Keys):
    """Keys whose seal key is none, certified all the same."""

    def public(self) -> DeviceKeys:
        bare = msgspec.structs.replace(super().public(), seal=b"\xff" * 1216)
        signed = bare.certified()
        return msgspec.structs.replace(
            bare,
            by_door=sign(self.door, DOOR, signed),
            certificate=sign(self.member, CERTIFY, signed),
        )


# --------------------------------------------------------------------------------- at the threshold


def test_a_seal_key_that_is_none_is_refused_at_the_door(village: Village, ada: Person) -> None:
    """Nothing is written, and the invite is still good."""
    code = ada.invites()
    mal = somebody("Mal")
    before = ada.knows()
    with pytest.raises(PeerFault):
        knock(ada, code, Bogus(mal.member, mal.device, mal.door, mal.seal), "Mal", b"n" * 16)
    assert ada.knows() == before
    assert village.joined(ada, "Bo", code).knows() == ada.knows()


def test_somebody_let_in_with_a_bogus_seal_key_harms_only_themselves(
    village: Village, ada: Person, bo: Person
) -> None:
    """A host's own program could let them in: the others' posts and grants go on."""
    mal = somebody("Mal")
    act = admits(ada, ada.invites(), Bogus(mal.member, mal.device, mal.door, mal.seal))
    ada.does(Kind.ADMIT, act)
    with ada.room.change() as change:
        epoch = ada.outbox.new_epoch(change)
    assert ada.shelf.grant(DeviceId(act.keys.device), [epoch]) == []
    meet(ada, bo)
    ada.write("hello")
    assert bo.shelf.grant(DeviceId(act.keys.device), [epoch]) == []


@pytest.mark.parametrize("error", [PeerFault("theirs"), OurFault("ours")])
async def test_a_kept_post_is_kept_whatever_happens_to_it_on_the_line(
    dbs: tuple[Database, Database],
    watch: Watch,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
) -> None:
    """Whoever wrote it is told its name, not somebody else's fault."""

    def fails(_: Node) -> None:
        raise error

    monkeypatch.setattr(Node, "words_wait", fails)
    async with opened(dbs[0], watch) as home:
        circle = found(home)
        post = home.household.write_post(c.WritePost(circle=circle, body="kept")).post
        assert [p.post for p in home.household.list_posts(c.ListPosts(circle=circle))] == [post]


@pytest.mark.parametrize("error", [PeerFault("theirs"), OurFault("ours")])
async def test_epochs_are_offered_to_the_others_if_one_fails(ada: Person, error: Exception) -> None:
    """Only with that one the conversation ends."""
    node, _ = a_node(ada)
    offered = []

    def a_talk(name: str) -> Any:  # noqa: ANN401 - as much of a conversation as is asked for
        def offer() -> None:
            offered.append(name)
            if name == "bad":
                raise error

        talk = SimpleNamespace(offer_epochs=offer)
        return SimpleNamespace(conversation=talk, scope=trio.CancelScope(), poke=lambda: None)

    names = ("one", "bad", "other")
    node._company.talks = {DeviceId(name.encode().ljust(32)): a_talk(name) for name in names}
    node.offer_epochs()
    assert offered == list(names)
    assert [t.scope.cancel_called for t in node._company.talks.values()] == [False, True, False]


def test_nobody_takes_anothers_door() -> None:
    """With a device record, an admission or a founding: the door key has to agree, and be free."""
    story = Story().with_("Bo", "Cy")
    story.invite(code="late", uses=9)
    cys = seed("Cy's door")
    mine, late = public("Bo", "Bo"), public("Dee", "Dee")

    def at(keys: DeviceKeys, member: str, door: bytes, by: bytes) -> DeviceKeys:
        return certify(msgspec.structs.replace(keys, door=sign_public(door)), member, by)

    for keys in (at(mine, "Bo", cys, cys), at(mine, "Bo", seed("new"), seed("Bo's door"))):
        assert void(story, story.says("Bo", acts.Device(keys)))
    assert void(story, story.says("Bo", acts.Device(at(mine, "Bo", seed("new"), seed("new")))))
    for keys in (at(late, "Dee", cys, cys), at(late, "Dee", seed("dee"), seed("another"))):
        assert void(story, story.says("Ada", an_admission(story, keys)))
    good = an_admission(story, at(late, "Dee", seed("dee"), seed("dee")))
    assert not void(story, story.says("Ada", good))
    stolen = at(public("Ada", "Ada"), "Ada", cys, seed("another"))
    other = Story()
    act = acts.Founding(stolen, other.history, "members", "hosts", b"r" * 32, b"n" * 16)
    other.ops.clear()
    other.last.clear()
    other.says("Ada", act, sees=(), circle=CircleId(ZERO))
    assert other.view().founding is None


def an_admission(story: Story, keys: DeviceKeys) -> acts.Admit:
    """Dee's, by the late invite, with these keys."""
    message = request_message(story.circle, sign_public(seed("late")), keys, b"n" * 16)
    signed = (sign(seed(by), JOIN, message) for by in ("late", "Dee", "Dee"))
    return acts.Admit(sign_public(seed("late")), keys, b"n" * 16, *signed)


def test_a_request_with_keys_in_use_is_declined_and_costs_nothing(
    village: Village, ada: Person, bo: Person
) -> None:
    """A member with a second code: no admission, no epoch, no use of the invite."""
    code = ada.invites()
    new, bos = somebody("new"), bo.keys
    for keys in (
        Keys(bos.member, new.device, new.door, new.seal),
        Keys(new.member, new.device, bos.door, new.seal),
    ):
        before = ada.knows()
        answer = ask(ada, a_request(ada, code, keys), keys.public().door)
        assert (answer.admit, answer.refused) == (None, DECLINED)
        assert ada.knows() == before
    assert ada.room.ledger.view.invites[code.key].used == ()
    assert village.joined(ada, "Cy", code).knows() == ada.knows()


@pytest.mark.parametrize("grants", [(), (Grant(b"e" * 32, b"g" * 32, b"b" * 1200),)])
async def test_who_is_told_nothing_that_opens_has_not_come_in(
    dbs: tuple[Database, Database], watch: Watch, grants: tuple[Grant, ...]
) -> None:
    """A door that says "come in" and gives no key: the knocking goes on."""
    async with opened(dbs[0], watch, "Bo") as bo:
        code = invite.new_code(seeded("code"))
        asked = c.JoinCircle(code=code.text(), display_name="Bo")
        joining = joining_of(bo, bo.household.join_circle(asked).join)
        keys = somebody("Bo")
        capsule = invite.Capsule(b"c" * 32, "Evenings", "", "Ada", keys.public().seal, [])
        with pytest.raises(PeerFault):
            joining.admitted(joining, capsule, LetIn(b"a" * 32, grants), keys, b"")
        (row,) = bo.household.list_circles()
        assert (row.state, joining.row.state) == (CircleState.JOINING, JoinState.LOOKING)
        assert circles.all_circles(bo.db) == []


@pytest.mark.parametrize("who", ["a member", "a newcomer"])
async def test_silent_strangers_shut_nobody_out(
    ada: Person, bo: Person, who: str, autojump_clock: MockClock
) -> None:
    """More of them than there is room for, and all before us."""
    code = ada.invites()
    async with town() as here:
        node, _ = a_node(ada)
        for number in range(ROOM + 1):
            here.nursery.start_soon(node.on_stream, streams(ada.door, bytes([number]) * 32)[0])
            await trio.sleep(0.01)
        door, said = (
            (bo.door, HELLO)
            if who == "a member"
            else (b"w" * 32, wire.encode(wire.Knock(code.rendezvous)))
        )
        mine, theirs = streams(ada.door, door)
        here.nursery.start_soon(node.on_stream, mine)
        await theirs.send(said)
        with trio.fail_after(PATIENCE / 10):
            answer = wire.decode(await theirs.receive())
        assert isinstance(answer, wire.Hello if who == "a member" else wire.Capsule)


def test_a_chain_that_leads_nowhere_stores_nothing_and_costs_little(
    village: Village, ada: Person, bo: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rubbish, another circle's ops, and what somebody who left goes on to sign."""
    eve = village.founder("Eve")
    profile = acts.encode(acts.Profile("x" * 64))
    late = [bo.seals(bo.signs(Log.AUTHORITY, Kind.PROFILE, profile)) for _ in range(8)]
    bo.leave()
    ada.takes(*bo.gives())
    before, loaded = ada.knows(), Counter[str]()
    real = Ledger.load

    def load(ledger: Ledger) -> None:
        loaded["times"] += 1
        real(ledger)

    monkeypatch.setattr(Ledger, "load", load)
    for chain in ([b"\0" * 400], [b"\1" * 306], eve.gives(), ada.gives(), []):
        ada.shelf.take_chain(wire.Chain(chain), eve.door)
    assert not loaded
    for door in (eve.door, bo.door):
        ada.shelf.take_chain(wire.Chain(late), door)
    assert ada.knows() == before
    assert len(ada.room.ledger._ops) == len(before["authority"])  # type: ignore[arg-type]  # ids


# ------------------------------------------------------------------------------------ on the line


async def test_a_heart_that_beats_and_says_nothing_is_given_up(
    ada: Person, bo: Person, autojump_clock: MockClock
) -> None:
    """After a minute without a step forward, whatever the heartbeats say."""
    async with town() as here:
        node, _ = a_node(ada)
        mine, theirs = streams(ada.door, bo.door)
        here.nursery.start_soon(node.on_stream, mine)
        begun = trio.current_time()
        await theirs.send(HELLO)
        with trio.fail_after(2 * talks.STALL), suppress(Closed):
            while True:
                await theirs.send(wire.encode(wire.Beat()))
                await trio.sleep(talks.BEAT)
        assert talks.STALL <= trio.current_time() - begun < talks.STALL + 2 * talks.SILENCE
        assert node.here() == set()


async def test_a_peer_that_came_back_is_taken_though_its_older_line_seems_up(
    ada: Person, bo: Person, autojump_clock: MockClock
) -> None:
    """Ada dialled Bo, whose program was killed since; now Bo dials, with the higher door key."""
    async with town() as here:
        node, _ = a_node(ada)
        node.own_door = bytes(32)
        older, killed = streams(ada.door, bo.door)
        dialled = node._conversation(bo.door, leads=True, show_chain=False)
        here.nursery.start_soon(node._talk, dialled, older)
        await killed.send(HELLO)
        await trio.sleep(2 * talks.BEAT + 0.1)
        assert node._company.talks[bo.device].stream is older
        newer, back = streams(ada.door, bo.door)
        here.nursery.start_soon(node.on_stream, newer)
        await back.send(HELLO)
        await trio.sleep(0.1)
        assert node._company.talks[bo.device].stream is newer
