"""The words of the connection pill, made from what the network says."""

from dataclasses import dataclass
from enum import StrEnum

from app.circle.state import NetStatus


class Tone(StrEnum):
    """Which of the pill's looks fits; a colour never says it alone."""

    CONNECTED = "connected"
    SOME = "some"
    WAITING = "waiting"
    OFFLINE = "offline"
    PAUSED = "paused"
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True)
class Pill:
    """Two lines and an icon."""

    icon: str
    headline: str
    detail: str
    tone: Tone


LOOKING = Pill("broadcast", "Getting ready", "Looking who is here", Tone.WAITING)


def pill(net: NetStatus, knocking: int = 0, *, circles: int = 1) -> Pill:
    """What to say of the network, with `knocking` joins under way and `circles` to be reached in.

    Without a circle nothing listens, and nothing is wrong.
    """
    detail = _detail(net, knocking)
    if net.paused:
        return Pill("wifi-slash", "Paused", detail, Tone.PAUSED)
    if circles and not net.listening and net.reachable == 0:
        return Pill("cloud-slash", "Offline", detail, Tone.OFFLINE)
    if net.of == 0:
        return Pill("broadcast", "Ready", detail, Tone.CONNECTED)
    if net.reachable == 0:
        return Pill("broadcast", "Nobody reachable", detail, Tone.WAITING)
    if net.reachable >= net.of:
        return Pill("broadcast", "Everyone reachable", detail, Tone.CONNECTED)
    return Pill("broadcast", f"{net.reachable} of {net.of} reachable", detail, Tone.SOME)


def _detail(net: NetStatus, knocking: int) -> str:
    if net.waiting:
        posts = "1 post" if net.waiting == 1 else f"{net.waiting} posts"
        people = "1 person" if net.waiting_for == 1 else f"{net.waiting_for} people"
        return f"{posts} waiting for {people}" if net.waiting_for else f"{posts} waiting"
    return "Still knocking" if knocking else "Nothing is waiting"
