"""Who is who on the own network: members know each other, and are led nowhere else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Interface, IPv6Interface

import pytest
import trio
from trio.testing import MockClock

from app.nearby import AGAIN, FEW, WHILE, Nearby
from app.running import RunningCircle
from app.store.db import Database
from p2p.host import Host, Path, peer_text
from p2p.lan_names import DAY
from p2p.lan_wire import Sighting
from p2p.networks import Network
from tests.app.test_removal import removes
from tests.p2p.village import Person, Village, hang_up, settle

NETWORKS = (
    Network(IPv4Interface("127.0.0.1/8")),
    Network(IPv4Interface("192.168.1.5/24")),
    Network(IPv4Interface("10.8.0.2/32"), multicast=False),
    Network(IPv6Interface("fd00::5/64")),
)
LISTENING = (
    "/ip4/127.0.0.1/tcp/4001", "/ip4/192.168.1.5/tcp/4001", "/ip4/10.8.0.2/tcp/4001",
    "/ip6/fd00::5/tcp/4001",
)  # fmt: skip


@dataclass
class Air:
    """What is on the air of one home."""

    own: dict[str, Mapping[str, int]] = field(default_factory=dict)
    asked: int = 0

    def tell(self, own: Mapping[str, Mapping[str, int]]) -> None:
        self.own = dict(own)

    def ask(self) -> None:
        self.asked += 1

    def sighting(self) -> Sighting:
        """What the others hear of it."""
        ((letters, ports),) = self.own.items()
        assert list(ports) == ["192.168.1.5"]  # neither loopback nor a line to one other
        return Sighting(letters, ports["192.168.1.5"])


class Home:
    """A circle on the air, as far as names go."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.running = RunningCircle(person.room, (), person.heard.append)
        person.room.neighbour = person  # the lines of the village go on
        self.running.listening = LISTENING
        self.air = Air()
        self.nearby = Nearby(person.watch, self.air)

    def look(self) -> None:
        self.nearby.look([self.running], NETWORKS)

    def hears(self, other: "Home", ip: str = "192.168.1.9") -> None:
        self.nearby.heard(other.air.sighting(), ip)

    def tries(self, other: Person) -> list[str]:
        """Where it would dial somebody, beyond what their card says."""
        return self.running.node._hints.get(other.device, [])


@pytest.fixture
def bo(village: Village, ada: Person) -> Person:
    return village.joined(ada, "Bo")


@pytest.fixture
def cy(village: Village, ada: Person) -> Person:
    return village.joined(ada, "Cy")


def homes(*people: Person) -> list[Home]:
    settle(*people)
    made = [Home(person) for person in people]
    for home in made:
        home.look()
    return made


async def test_members_know_each_other_and_try_exactly_that_device(ada: Person, bo: Person) -> None:
    """At the address that the name came from, with the port behind the mask, and with the key."""
    at_ada, at_bo = homes(ada, bo)
    at_ada.hears(at_bo)
    assert at_ada.tries(bo) == [f"/ip4/192.168.1.9/tcp/4001/p2p/{peer_text(bo.door)}"]
    at_bo.hears(at_ada)
    assert at_bo.tries(ada) == [f"/ip4/192.168.1.9/tcp/4001/p2p/{peer_text(ada.door)}"]
    assert at_ada.air.sighting().port != at_bo.air.sighting().port != 4001


async def test_another_circle_says_nothing_to_them(ada: Person, village: Village) -> None:
    """Nor can anybody tell two circles of one computer for related, but by the address."""
    dee = village.founder("Dee")
    (at_ada,), (at_dee,) = homes(ada), homes(dee)
    at_ada.hears(at_dee)
    at_dee.hears(at_ada)
    assert at_ada.running.node._hints == at_dee.running.node._hints == {}
    first, second = at_ada.air.sighting(), at_dee.air.sighting()
    pieces = {first.letters[at : at + 8] for at in range(19)}
    assert not [piece for piece in pieces if piece in second.letters]
    assert first.port != second.port


async def test_whoever_was_removed_is_a_stranger(ada: Person, bo: Person, cy: Person) -> None:
    """They recognise nobody who has heard of it, and nobody recognises them."""
    settle(ada, bo, cy)
    hang_up(ada, bo, cy)
    removes(ada, cy)
    settle(ada, bo)
    hang_up(ada, bo)
    at_ada, at_bo, at_cy = Home(ada), Home(bo), Home(cy)
    for home in (at_ada, at_bo, at_cy):
        home.look()
    at_cy.hears(at_ada)
    at_cy.hears(at_bo)
    at_ada.hears(at_cy)
    assert at_cy.running.node._hints == at_ada.running.node._hints == {}
    at_ada.hears(at_bo)
    assert len(at_ada.tries(bo)) == 1


async def test_who_was_away_for_some_epochs_is_recognised(ada: Person, bo: Person) -> None:
    """Their name is of an epoch that is not used any more, and still one that all had."""
    settle(ada, bo)
    hang_up(ada, bo)
    at_bo = homes(bo)[0]
    for _ in range(3):
        ada.watch.go_on(hours=8 * 24)
        ada.outbox.renew()
        bo.watch.at = ada.watch.at
    at_ada, before = Home(ada), at_bo.air.sighting()
    at_ada.look()
    at_bo.look()
    assert at_bo.air.sighting() != before  # another day
    at_ada.hears(at_bo)
    assert len(at_ada.tries(bo)) == 1
    at_bo.hears(at_ada)
    assert at_bo.tries(ada) == []  # Ada's epoch has not come to Bo yet; Ada dials


async def test_at_midnight_both_days_are_good(ada: Person, bo: Person) -> None:
    """Bo's clock is half an hour behind; in the morning yesterday's name means nobody."""
    at_ada, at_bo = homes(ada, bo)
    midnight = (ada.watch.at // DAY + 1) * DAY
    ada.watch.at, bo.watch.at = midnight + 10 * 60_000, midnight - 20 * 60_000
    at_ada.look()
    at_bo.look()
    at_ada.hears(at_bo)
    at_bo.hears(at_ada)
    assert len(at_ada.tries(bo)) == len(at_bo.tries(ada)) == 1
    late = homes(ada)[0]
    ada.watch.at = midnight + 8 * 3_600_000
    late.look()
    late.hears(at_bo)
    assert late.tries(bo) == []


async def test_whoever_repeats_a_name_can_have_few_doors_knocked_at(
    ada: Person, bo: Person, autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten thousand ports of theirs: three are tried in ten minutes, the same one seldom."""
    assert autojump_clock is not None
    at_ada, at_bo = homes(ada, bo)
    heard: list[str] = []
    monkeypatch.setattr(at_ada.running.node, "found", lambda _, address: heard.append(address))
    true = at_bo.air.sighting()
    for port in range(10_000):
        at_ada.nearby.heard(Sighting(true.letters, port), "192.168.1.66")
    assert len(heard) == FEW
    await trio.sleep(AGAIN + 1)
    at_ada.nearby.heard(Sighting(true.letters, 1), "192.168.1.66")
    assert len(heard) == FEW + 1  # one of those known already, anew
    await trio.sleep(WHILE + 1)
    at_ada.hears(at_bo)
    at_ada.hears(at_bo)
    assert len(heard) == FEW + 2


async def test_who_is_here_is_left_alone_unless_only_a_relay_leads_to_them(
    ada: Person, bo: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then the direct way is tried beside it."""
    at_ada, at_bo = homes(ada, bo)
    node, improved = at_ada.running.node, list[tuple[bytes, list[str]]]()
    host = Host(ada.keys.door, listen=(), on_stream=node.on_stream)
    monkeypatch.setattr(host, "improve", lambda peer, found: improved.append((peer, found)))
    monkeypatch.setattr(node, "here", lambda: {bo.device})
    at_ada.running.host = host
    for path in (Path.DIRECT, Path.PUNCHED, Path.RELAYED):
        monkeypatch.setattr(node, "line", lambda _device, path=path: (path, ""))
        at_ada.hears(at_bo)
        assert len(improved) == (path is Path.RELAYED)
    address = f"/ip4/192.168.1.9/tcp/4001/p2p/{peer_text(bo.door)}"
    assert improved == [(bo.door, [address])]
    assert at_ada.tries(bo) == []


async def test_a_port_that_is_none_is_not_tried(ada: Person, bo: Person) -> None:
    at_ada, at_bo = homes(ada, bo)
    true = at_bo.air.sighting()
    at_ada.nearby.heard(Sighting(true.letters, true.port ^ 4001), "192.168.1.9")  # port 0
    at_ada.nearby.heard(Sighting("a" * 26, true.port), "192.168.1.9")
    assert at_ada.running.node._hints == {}


async def test_switched_off_there_is_silence(ada: Person, bo: Person) -> None:
    at_ada, at_bo = homes(ada, bo)
    at_ada.nearby.silence()
    assert at_ada.air.own == {}
    at_ada.hears(at_bo)
    assert at_ada.tries(bo) == []


async def test_who_listens_on_loopback_only_says_nothing(ada: Person, bo: Person) -> None:
    """And looks for nobody."""
    at_ada, _ = homes(ada, bo)
    at_ada.running.listening = LISTENING[:1]
    at_ada.look()
    assert at_ada.air.own == {}
    assert at_ada.nearby._known == {}


async def test_whoever_is_missed_is_asked_for_once(ada: Person, bo: Person) -> None:
    """Not at every look."""
    (at_ada, _) = homes(ada, bo)
    assert at_ada.air.asked == 1
    at_ada.look()
    assert at_ada.air.asked == 1


def test_what_is_allowed_outlives_a_restart(ada: Person) -> None:
    """All of it at first; one switch leaves the other alone."""
    from app.net_commands import ReadNetSettings, SetNet  # noqa: PLC0415 - beside their use
    from app.outside import Outside  # noqa: PLC0415 - the same

    def outside(db: Database) -> Outside:
        return Outside(db, ada.watch, ada.entropy, list)

    said = outside(ada.db).settle(ReadNetSettings())
    assert (said.lan, said.port_mapping) == (True, True)
    said = outside(ada.db).settle(SetNet(lan=False))
    assert (said.lan, said.port_mapping) == (False, True)
    outside(ada.db).settle(SetNet(port_mapping=False))
    said = outside(ada.db).settle(SetNet(lan=True))
    assert said == outside(ada.db).settle(ReadNetSettings())
    assert (said.lan, said.port_mapping) == (True, False)
