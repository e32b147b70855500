"""Trying to reach people at once, because somebody asked for it."""

from collections.abc import Iterable

from app import commands as c
from app.arrivals import Arrivals
from app.refused import Refused, Why
from app.running import RunningCircle
from p2p.host import well_formed

NO_ADDRESS = (
    "This is not an address Hearthside can use. It looks like /ip4/192.0.2.7/tcp/4001/p2p/12D3…"
)
PAUSED = (
    "Connecting is paused, so nothing was tried. What you have written is safe here. Choose "
    "“Go on connecting” first."
)


def dial(asked: c.Dial, among: Iterable[RunningCircle], arrivals: Arrivals) -> c.Nothing:
    """Try an address now."""
    if not well_formed(asked.address):
        raise Refused(Why.BAD_REQUEST, NO_ADDRESS)
    if asked.circle is None:
        arrivals.hint(asked.address, asked.join)
    if asked.circle is not None or asked.join is None:
        for running in among:
            running.node.hint(asked.address)
    return c.Nothing()


def try_now(among: Iterable[RunningCircle], *, paused: bool) -> c.Nothing:
    """Try whoever is not reached, and all mailboxes."""
    if paused:
        raise Refused(Why.NOT_ALLOWED, PAUSED)
    for running in among:
        running.woke()
    return c.Nothing()
