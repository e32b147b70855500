"""Who is there, and is anybody there still: the two questions that any libp2p program may ask.

Identify is answered with as little as the protocol bears: our public key, which the caller has
proven against already, the protocols of this door, and where we see the caller. No name of a
program, no address of ours: those stand on sealed cards. On a circuit it says nothing of where the
caller is, either: libp2p 0.8.1 says something there that js-libp2p refuses to read [seen].
"""

from typing import TYPE_CHECKING

import trio
from libp2p.custom_types import TProtocol

from p2p.errors import PeerFault
from p2p.host.addresses import Address, parse
from p2p.host.frames import Closed, Path
from p2p.host.messages import (
    LONGEST_IDENTITY,
    read_message,
    read_observed,
    write_identity,
    write_message,
)

if TYPE_CHECKING:
    from libp2p.network.connection.swarm_connection import SwarmConn

    from p2p.host.pipe import YamuxPipe
    from p2p.host.swarm import GuardedSwarm

IDENTIFY = TProtocol("/ipfs/id/1.0.0")
PING = TProtocol("/ipfs/ping/1.0.0")
PING_BYTES = 32
PINGS = 64  # answered on one stream
PING_PAUSE = 60.0  # seconds that a stream of pings may rest


class Identity:
    """Answers both questions for one host, and asks the first."""

    def __init__(self, swarm: "GuardedSwarm") -> None:
        """Be asked over `swarm`."""
        self._swarm = swarm
        swarm.offer(IDENTIFY, self._tell)
        swarm.offer(PING, self._echo)

    async def observed_on(self, conn: "SwarmConn") -> Address | None:
        """Where the other side of `conn` sees us; None if it does not say."""
        pipe = await self._swarm.open_pipe(conn, IDENTIFY)
        if pipe is None:
            return None
        try:
            return read_observed(await read_message(pipe, LONGEST_IDENTITY))
        except (Closed, PeerFault):
            return None
        finally:
            await pipe.finish()

    async def _tell(self, pipe: "YamuxPipe", conn: "SwarmConn") -> None:
        under = self._swarm.under(conn)
        seen = None if under.path is Path.RELAYED else parse(under.remote)
        said = write_identity(self._swarm.public_key, self._swarm.protocols, seen)
        await write_message(pipe, said)
        await pipe.part()

    async def _echo(self, pipe: "YamuxPipe", _conn: "SwarmConn") -> None:
        for _ in range(PINGS):
            came = bytearray()
            with trio.fail_after(PING_PAUSE):
                while len(came) < PING_BYTES:
                    came += await pipe.read(PING_BYTES - len(came))
                await pipe.write(bytes(came))
