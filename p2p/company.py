"""Who is in conversation with us: one talk a device, and room for so many.

`MAX_CONVERSATIONS` is for circles where few can be dialled at all: there the one that needs us
least makes room, so that everybody has their turn.
"""

from collections.abc import Set as AbstractSet

import trio

from p2p.ids import DeviceId
from p2p.reach import SPARE
from p2p.talk import BEAT, Talk

MAX_CONVERSATIONS = 64


class Company:
    """The conversations of one circle that have said hello."""

    def __init__(self, own_door: bytes) -> None:
        """`own_door` breaks ties when two computers dial each other at once."""
        self.talks: dict[DeviceId, Talk] = {}
        self._own_door = own_door
        self._made_room: dict[DeviceId, float] = {}

    def led(self) -> set[DeviceId]:
        """Those whom we dialled."""
        return {device for device, talk in self.talks.items() if talk.conversation.leads}

    def part(self, device: DeviceId) -> None:
        """Hang up on one whom we dialled."""
        if device in self.led():
            self.talks[device].scope.cancel()

    def has_room_for(self, device: DeviceId, chosen: AbstractSet[DeviceId]) -> bool:
        """Whether somebody who calls is worth listening to. `chosen`: whom we would dial."""
        return device in self.talks or not self._is_full() or bool(self._guest(device, chosen))

    def adopt(self, device: DeviceId, talk: Talk, chosen: AbstractSet[DeviceId]) -> bool:
        """One conversation a device. False if an older one is the one to keep, or there is no room.

        When both dialled at once, the dial of the lower door key wins on both sides. Otherwise the
        newer wins: whoever dials again has lost the older one, whether we noticed or not.
        """
        older = self.talks.get(device)
        if older is not None and older is not talk:
            both = older.conversation.leads is not talk.conversation.leads
            mine_wins = self._own_door < talk.stream.peer
            alive = trio.current_time() - older.heard < 2 * BEAT
            if both and alive and mine_wins is older.conversation.leads:
                return False
            del self.talks[device]
            older.scope.cancel()
        elif older is None and not self._makes_room(device, talk, chosen):
            return False
        self.talks[device] = talk
        return True

    def _is_full(self) -> bool:
        living = sum(not talk.scope.cancel_called for talk in self.talks.values())
        return living >= MAX_CONVERSATIONS

    def _guest(self, device: DeviceId, chosen: AbstractSet[DeviceId]) -> DeviceId | None:
        """Who of those that called us may make room for this one, if we need them least.

        Not chosen, or at least here for longest; nobody who came only just now, and nobody for
        somebody who has made room only just now: so all who wait have their turn.
        """
        settled = trio.current_time() - SPARE
        if self._made_room.get(device, settled) > settled:
            return None
        guests = [
            (other in chosen, talk.begun, other)
            for other, talk in self.talks.items()
            if not talk.conversation.leads
            and talk.begun <= settled
            and not talk.scope.cancel_called
        ]
        return min(guests)[2] if guests else None

    def _makes_room(self, device: DeviceId, talk: Talk, chosen: AbstractSet[DeviceId]) -> bool:
        """Whether one more may be here; if need be a guest has to go."""
        if talk.conversation.leads or not self._is_full():
            return True
        guest = self._guest(device, chosen)
        if guest is None:
            return False
        self._made_room[guest] = trio.current_time()
        self.talks[guest].scope.cancel()
        return True
