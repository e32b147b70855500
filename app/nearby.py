"""The people of all circles on the same network: our names for them, and theirs for us.

A name is good for a day, and only whoever holds a secret of the circle can tell whose it is
(`p2p.lan_names`). We are announced under the newest epoch that nobody but members may know, so that
whoever was removed finds nobody any more, and find others under the last `EPOCHS` epochs, since
they may have been away for long. What was found is a place to try, for exactly that device: whoever
else answers there fails to prove its key, and has learned that somebody was looking.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import trio

from app import epochs
from app.circle.state import CircleState
from app.room import Clock
from app.running import RunningCircle
from app.whereabouts import places
from p2p.host import Path as Line
from p2p.host import peer_text
from p2p.ids import CircleId, DeviceId
from p2p.lan_names import Names, heeded, name_of, today
from p2p.networks import Network

EPOCHS: Final = 8  # of a circle, whose names are recognised
AGAIN: Final = 30.0  # seconds before the same address counts as news
FEW: Final = 3  # addresses of a device that are tried in a `WHILE`, whoever announces them
WHILE: Final = 600.0  # seconds
LAST_PORT: Final = 65535


class Seen(Protocol):
    """A name that somebody announces, and the masked port with it."""

    @property
    def letters(self) -> str:
        """The name."""

    @property
    def port(self) -> int:
        """The port, as it was said."""


class Air(Protocol):
    """What is asked of `p2p.lan.Lan`."""

    def tell(self, own: Mapping[str, Mapping[str, int]]) -> None:
        """These are our names now, each with its ports by our addresses."""

    def ask(self) -> None:
        """Somebody is missed."""


@dataclass(frozen=True, slots=True)
class Known:
    """Whom a name means."""

    running: RunningCircle
    device: DeviceId
    door: bytes
    mask: int


@dataclass(slots=True)
class Nearby:
    """Whom the names of today mean, and which of them are ours."""

    clock: Clock
    air: Air | None = None
    _known: dict[str, Known] = field(default_factory=dict)
    _names: dict[CircleId, Names] = field(default_factory=dict)
    _missing: set[tuple[bytes, DeviceId]] = field(default_factory=set)
    _tried: dict[bytes, dict[str, float]] = field(default_factory=dict)  # door → address → when

    def look(self, circles: Iterable[RunningCircle], networks: Sequence[Network]) -> None:
        """Circles, people, epochs, addresses or the day may be others now."""
        now = self.clock.now()
        own: dict[str, Mapping[str, int]] = {}
        known: dict[str, Known] = {}
        names: dict[CircleId, Names] = {}
        missing: set[tuple[bytes, DeviceId]] = set()
        for running in circles:
            ports = _ports(running, networks)
            circle = running.room.row.circle
            if not ports or running.room.row.state is not CircleState.MEMBER:
                continue
            ways = {way.door: device for device, way in running.ways().items()}
            named = names[circle] = self._names.get(circle) or Names()
            for letters, (door, mask) in named.known(_heeded(running), heeded(now), ways).items():
                known[letters] = Known(running, ways[door], door, mask)
            here = running.node.here()
            missing |= {(circle, d) for d in ways.values() if d not in here}
            secret = _announced(running)
            if secret is not None:
                name = name_of(secret, today(now), running.node.own_door)
                own[name.letters] = {ip: port ^ name.mask for ip, port in ports.items()}
        self._known, self._names = known, names
        before, self._missing = self._missing, missing
        if self.air is not None:
            self.air.tell(own)
            if missing - before:
                self.air.ask()

    def silence(self) -> None:
        """Say nothing and know nobody."""
        self._known, self._names, self._missing = {}, {}, set()
        if self.air is not None:
            self.air.tell({})

    def heard(self, seen: Seen, ip: str) -> None:
        """Somebody on the network says a name. Tells the circle that it concerns, if there is one.

        Whoever repeats a name that they heard can have us knock at a few ports of theirs, no more.
        """
        known = self._known.get(seen.letters)
        if known is None:
            return
        node, host = known.running.node, known.running.host
        here = known.device in node.here()
        if here and node.line(known.device)[0] is not Line.RELAYED:
            return
        port = seen.port ^ known.mask
        if not 0 < port <= LAST_PORT:
            return
        address = f"/ip4/{ip}/tcp/{port}/p2p/{peer_text(known.door)}"
        if not self._is_news(known.door, address):
            return
        if not here:
            node.found(known.device, address)
        elif host is not None:
            host.improve(known.door, [address])

    def _is_news(self, door: bytes, address: str) -> bool:
        now = trio.current_time()
        tried = {a: t for a, t in self._tried.get(door, {}).items() if now - t < WHILE}
        self._tried[door] = tried
        if now - tried.get(address, -AGAIN) < AGAIN or len(tried.keys() | {address}) > FEW:
            return False
        tried[address] = now
        return True


def _ports(running: RunningCircle, networks: Sequence[Network]) -> dict[str, int]:
    """Where a circle listens on networks that have others on them: port by IPv4 address."""
    reached = {n.ip for n in networks if n.multicast and not n.at.is_loopback}
    return {ip: port for ip, port in places(running.listening) if ip in reached}


def _announced(running: RunningCircle) -> bytes | None:
    """The secret of our own name."""
    ledger = running.room.ledger
    epoch = epochs.usable(ledger.view, ledger.keyring)
    secrets = ledger.keyring.get(epoch) if epoch is not None else None
    return secrets.authority if secrets is not None else None


def _heeded(running: RunningCircle) -> list[bytes]:
    """The secrets under which others may be named."""
    ledger = running.room.ledger
    proven = [e for e in ledger.keyring.epochs() if ledger.view.epoch(e) is not None]
    newest = epochs.deepest_first(ledger.view, proven)[:EPOCHS]
    known = (ledger.keyring.get(epoch) for epoch in newest)
    return [s.authority for s in known if s is not None and s.authority is not None]
