"""With whom a device talks: a choice that everybody makes alike, so that a circle hangs together.

Theory of operation. All devices of a circle stand on a ring, in the order of a hash of their door
keys: everybody who knows the same people sees the same ring. A device talks with the nearest four
before it and the nearest four after it that can be reached. So up to 9 who are here all talk with
each other, and beyond that everybody has 8. In a circle above `SMALL` devices that would make long
ways; there are `RINGS` rings then, each in another order, and a device talks with the nearest one
before it and after it on each: 8 again, or less where it meets the same one twice. Both ends of a
conversation want it.

- *It hangs together.* Whoever is nearest after me has me as the nearest before. So the first ring
  alone, without those who are away, is closed, in circles of either size and while people disagree
  about the size; as long as neighbours on it reach each other, one way or the other, nobody is
  left out. One ring of up to 25 is 3 hops wide; four make a random graph of degree 8, in which a
  post is with 2,000 people after five hops (p2p.simulator.mesh counts them).
- *It heals.* Who does not answer is passed over: whoever stands behind is next, until one is met.
  Those passed over are tried again now and then (p2p.reach), and nobody is given up for somebody
  nearer before that one has been here for a while.
- *Nobody is refused.* It takes no counting of who may come: where all see the same, nobody is
  wanted by more than 8. Where one device is the only one that can be dialled, all others want it,
  and it takes them, up to the node's ceiling.
- *Who comes online* dials the 8 who also wait for it, and is with all of them at once.

What this does not give: where two groups reach each other only through a few, the rings may miss
those few; and a member who makes keys until they fit can stand beside somebody on each ring. For
both, a device also visits somebody of its own chance now and then (p2p.reach).
"""

from collections.abc import Container, Iterable, Mapping

from p2p.crypto import digest
from p2p.ids import DeviceId

MESH = 8  # neighbours at most
SMALL = 25  # devices up to which one ring is enough
RINGS = 4
DOMAIN = "hearthside/ring/1"


class Rings:
    """All devices of a circle, by door key, in the order of each ring."""

    def __init__(self, doors: Iterable[bytes]) -> None:
        """`doors`: everybody's key, our own among them."""
        everybody = set(doors)
        self._rings = [
            sorted(everybody, key=lambda door: digest(DOMAIN, bytes((ring,)), door))
            for ring in range(RINGS)
        ]
        self._places = [{door: at for at, door in enumerate(ring)} for ring in self._rings]

    def near(self, own: bytes, passed: Container[bytes]) -> set[bytes]:
        """With whom `own` should talk.

        `passed`: who did not answer. They are in the answer too where they stand nearer than
        whoever may be reached, for they may be back.
        """
        count = len(self._rings[0])
        used, each = (1, MESH // 2) if count <= SMALL else (RINGS, MESH // 2 // RINGS)
        found: set[bytes] = set()
        for ring, places in zip(self._rings[:used], self._places, strict=False):
            for step in (1, -1):
                at, left = places[own], each
                for _ in range(count - 1):
                    at = (at + step) % count
                    found.add(ring[at])
                    left -= ring[at] not in passed
                    if not left:
                        break
        return found


class Choice:
    """The rings of one circle as one of its devices sees them."""

    def __init__(self, own: bytes, doors: Mapping[DeviceId, bytes]) -> None:
        """`own`: our door key; `doors`: those of all other devices."""
        self._own = own
        self._doors = dict(doors)
        self._devices = {door: device for device, door in doors.items()}
        self._rings = Rings([own, *self._devices])

    def near(self, passed: Iterable[DeviceId]) -> set[DeviceId]:
        """Whom to talk with, when those `passed` do not answer; see `Rings.near`."""
        doors = {self._doors[device] for device in passed if device in self._doors}
        return {self._devices[door] for door in self._rings.near(self._own, doors)}
