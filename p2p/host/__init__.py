"""The only door to libp2p: one identity, its listeners, and streams of frames to other peers.

libp2p 0.8.1 is used for what it does well (multistream, Noise, Yamux, dialling, upgrading) and kept
from what it does on its own account: no discovery, no peer store on disk, no background dialling,
no second security protocol, no second muxer. What was found wrong in it is put right in the module
that names it: `muxing` and `pipe` (torn writes, unbounded buffers, writers that give up), `swarm`
(places that are never given back, tasks that end the host), `tcp` (IPv6, short reads), `listening`
(ports that two programs share). Where mending would have been more than writing, it was written
here, by libp2p's specs: `identify`, `relay` and `circuits`, `reserving`, `punching`.

Importing this package is cheap. `load()` imports libp2p itself, which takes most of a second: call
it early in a worker thread, so that it is done before the first `Host` is made.
"""

from p2p.host.addresses import address_peer, peer_text, well_formed
from p2p.host.dialer import Unreachable
from p2p.host.frames import MAX_FRAME, Closed, FrameStream, Path
from p2p.host.guards import Limits
from p2p.host.host import Host, HostCrashed
from p2p.host.listening import PortTaken
from p2p.host.loading import load
from p2p.host.rules import Carried, RelayRules, Reservation

__all__ = [
    "MAX_FRAME",
    "Carried",
    "Closed",
    "FrameStream",
    "Host",
    "HostCrashed",
    "Limits",
    "Path",
    "PortTaken",
    "RelayRules",
    "Reservation",
    "Unreachable",
    "address_peer",
    "load",
    "peer_text",
    "well_formed",
]
