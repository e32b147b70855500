"""Multicast DNS packets: the one question that is asked, the answer, and what others say.

    _flow._tcp.local.          PTR  <name>._flow._tcp.local.
    <name>._flow._tcp.local.   SRV  0 0 <port XOR mask> <name>.local.
    <name>._flow._tcp.local.   TXT  (empty)
    <name>.local.              A    the address it is sent from

Each name has a host name of its own, the name itself: nothing of the machine's, and nothing that
two circles of one computer share but the address. `zeroconf` builds the packets and takes them
apart; its own responder is not used, because it puts all names of a process into one packet, says
which answers it knows already, and keeps whatever anybody announces.
Source: RFC 6762, RFC 6763; protocol, section 8.
"""

import logging
import string
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from zeroconf import (
    DNSAddress,
    DNSIncoming,
    DNSOutgoing,
    DNSPointer,
    DNSQuestion,
    DNSService,
    DNSText,
)

from p2p.errors import PeerFault
from p2p.lan_names import LETTERS

SERVICE: Final = "_flow._tcp.local."
LONGEST: Final = 1500  # bytes of a packet; honest ones have below 250
TTL: Final = 120  # seconds

A, PTR, TXT, SRV, ANY = 1, 12, 16, 33, 255
IN, ALONE = 1, 0x8001  # class IN, and the same for a record that nobody else has
QUERY, RESPONSE = 0, 0x8400
_LETTERS: Final = frozenset(string.ascii_lowercase + "234567")

# Its lines hold addresses and whole packets; some of them are warnings.
logging.getLogger("zeroconf").setLevel(logging.CRITICAL + 1)


@dataclass(frozen=True, slots=True)
class Sighting:
    """A name that somebody announces, and the masked port with it."""

    letters: str
    port: int


@dataclass(frozen=True, slots=True)
class Heard:
    """What a packet says that is of use. `asks`: whether we should answer."""

    asks: bool = False
    seen: tuple[Sighting, ...] = ()


def question() -> bytes:
    """The one that asks who is here."""
    out = DNSOutgoing(QUERY)
    out.add_question(DNSQuestion(SERVICE, PTR, IN))
    return bytes(out.packets()[0])


def answer(sighting: Sighting, ip: bytes) -> bytes:
    """One name of ours, at an IPv4 address (4 B) of ours."""
    instance, host = f"{sighting.letters}.{SERVICE}", f"{sighting.letters}.local."
    out = DNSOutgoing(RESPONSE)
    out.add_answer_at_time(DNSPointer(SERVICE, PTR, IN, TTL, instance), 0)
    service = DNSService(instance, SRV, ALONE, TTL, 0, 0, sighting.port, host)
    for record in (
        service,
        DNSText(instance, TXT, ALONE, TTL, b"\0"),
        DNSAddress(host, A, ALONE, TTL, ip),
    ):
        out.add_additional_answer(record)
    return bytes(out.packets()[0])


def read(packet: bytes, own: Collection[str]) -> Heard:
    """Take a packet apart; `own` are the names that we answer for. Raises `PeerFault`."""
    if len(packet) > LONGEST:
        raise PeerFault("a packet too long for this network")
    try:
        message = DNSIncoming(packet)
        if not message.valid:
            raise PeerFault("not a packet of this network")
        if message.is_query():
            return Heard(asks=any(_is_for_us(one, own) for one in message.questions))
        return Heard(seen=_seen(message))
    except (ValueError, IndexError, RecursionError, TypeError, AttributeError):
        raise PeerFault("not a packet of this network") from None


def _is_for_us(asked: DNSQuestion, own: Collection[str]) -> bool:
    name = asked.name.lower()
    if name == SERVICE:
        return asked.type in {PTR, ANY}
    return name.partition(".")[0] in own and name.endswith(".local.")


def _seen(message: DNSIncoming) -> tuple[Sighting, ...]:
    found: dict[Sighting, None] = {}
    for record in message.answers():
        if isinstance(record, DNSService) and record.ttl > 0:
            letters, _, service = record.name.lower().partition(".")
            if service == SERVICE and len(letters) == LETTERS and _LETTERS.issuperset(letters):
                found[Sighting(letters, record.port)] = None
    return tuple(found)
