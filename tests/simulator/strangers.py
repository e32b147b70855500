"""Strangers: whoever has no business at a door, calls all the same and sees what is said to them.

They should hear nothing, and be sent away soon (protocol, section 10); how soon is looked at from
the inside, see `tests.simulator.tap`, because a bad line may never tell them.
"""

import random

import trio

from p2p import wire
from p2p.crypto import sign_public
from p2p.errors import PeerFault
from p2p.host import Closed, FrameStream, Unreachable
from p2p.simulator.network import Network
from p2p.simulator.power import HOUSE
from tests.simulator.homes import Home

STAYS = 30.0  # seconds


async def stand_at_the_door(
    network: Network, chance: random.Random, home: Home, manner: int
) -> None:
    """One stranger's visit, in one of some manners."""
    HOUSE.set("a stranger's")
    circle = home.circle
    if circle is None or not home.member:
        return
    door = sign_public(circle.room.row.door_seed)
    address = f"/ip4/10.0.0.{network.number_of(home.name)}/tcp/4001"
    host = network.host(chance.randbytes(32), listen=(), on_stream=_nobody)
    try:
        stream = await host.open(door, [address])
    except Unreachable:
        return
    with trio.move_on_after(STAYS):
        try:
            await _behave(stream, chance, manner)
            await stream.receive()
        except (Closed, PeerFault):
            pass
        else:
            home.diary.tap.says(f"{home.name} answers a stranger")
    with trio.CancelScope(shield=True):
        await stream.close()


async def _behave(stream: FrameStream, chance: random.Random, manner: int) -> None:
    match manner:
        case 0:
            pass  # says nothing at all
        case 1:
            await stream.send(wire.encode(wire.Knock(rendezvous=chance.randbytes(32))))
        case 2:
            await stream.send(wire.encode(wire.Chain(envelopes=[chance.randbytes(400)])))
        case 3:  # begins a frame, and goes on with it for ever
            await stream._pipe.write((1000).to_bytes(4, "big"))
            for _ in range(15):
                await trio.sleep(1.0)
                await stream._pipe.write(b"\0")
        case _:
            nonce = chance.randbytes(16)
            await stream.send(wire.encode(wire.Hello(wire.VERSION, 0, nonce, (0, 0))))


async def _nobody(stream: FrameStream) -> None:
    await stream.close()
