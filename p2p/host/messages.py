"""The small messages of libp2p's own protocols: read within limits, and turned into values of ours.

Each is a length (a varint) and a protobuf message, as libp2p's generated classes have them. What
does not parse, or says what it may not, is a PeerFault. Specs, in https://github.com/libp2p/specs:
identify/README.md, relay/circuit-v2.md, relay/DCUtR.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, LiteralString, Protocol, TypeAlias, TypeVar, cast

from google.protobuf.message import DecodeError
from libp2p.identity.identify.pb.identify_pb2 import Identify
from libp2p.relay.circuit_v2.pb import circuit_pb2 as circuit
from libp2p.relay.circuit_v2.pb.dcutr_pb2 import HolePunch

from p2p.errors import PeerFault
from p2p.host.addresses import ED25519_ID, Address, from_binary, key_in
from p2p.host.frames import Closed

if TYPE_CHECKING:
    from google.protobuf.message import Message

LONGEST = 4096  # bytes of a message about a circuit or a punch, as the specs have it
LONGEST_IDENTITY = 64 * 1024  # of an identify message, which names protocols and addresses
MOST_HOLES = 8  # addresses taken from one message about a punch
VARINT_BYTES = 3  # of a length; the longest message needs no more
MORE, SEVEN = 0x80, 7
# What a "how many" or a "how long" is taken for at the most: nobody means more.
LARGEST = 1 << 62


class Code(IntEnum):
    """What a relay, or whoever is called through one, answers."""

    OK = 100
    RESERVATION_REFUSED = 200
    RESOURCE_LIMIT_EXCEEDED = 201
    PERMISSION_DENIED = 202
    CONNECTION_FAILED = 203
    NO_RESERVATION = 204
    MALFORMED_MESSAGE = 400
    UNEXPECTED_MESSAGE = 401


@dataclass(frozen=True, slots=True)
class Reserve:
    """To a relay: let others call me through you."""


@dataclass(frozen=True, slots=True)
class Connect:
    """To a relay: put me through to this key. From a relay: this key calls you."""

    peer: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """A code (`Code`, or one we do not know), and when a reservation ends, in Unix seconds."""

    code: int
    expires: int = 0

    def or_raise(self) -> None:
        """Raise Closed for anything but yes."""
        if self.code != Code.OK:
            raise Closed


@dataclass(frozen=True, slots=True)
class Holes:
    """Where somebody is seen by others, for both to dial at once."""

    addresses: tuple[Address, ...]


@dataclass(frozen=True, slots=True)
class Sync:
    """Dial now."""


@dataclass(frozen=True, slots=True)
class Cap:
    """How long a circuit may last, in seconds, and how many bytes it may carry each way."""

    seconds: int
    data: int


Hop: TypeAlias = Reserve | Connect | Answer
Stop: TypeAlias = Connect | Answer
Punch: TypeAlias = Holes | Sync


class Stream(Protocol):
    """What messages are read from and written to; see `pipe.YamuxPipe`."""

    async def read(self, most: int) -> bytes:
        """Take 1 to `most` bytes. Raises Closed."""

    async def write(self, data: bytes) -> None:
        """Hand over all of `data`. Raises Closed."""


# -- reading and writing ------------------------------------------------------------------------


async def read_message(stream: Stream, longest: int = LONGEST) -> bytes:
    """The next message's bytes, and nothing of what comes after it. Raises Closed, PeerFault."""
    length = 0
    for place in range(VARINT_BYTES):
        byte = (await stream.read(1))[0]
        length |= (byte % MORE) << (SEVEN * place)
        if byte < MORE:
            break
    else:
        raise PeerFault("a message without an end")
    if length > longest:
        raise PeerFault("a message longer than any of its kind")
    message = bytearray()
    while len(message) < length:
        message += await stream.read(length - len(message))
    return bytes(message)


async def write_message(stream: Stream, message: bytes) -> None:
    """Write one message, with its length. Raises Closed."""
    await stream.write(framed(message))


def framed(message: bytes) -> bytes:
    """A message with its length before it."""
    length, prefix = len(message), bytearray()
    while length >= MORE:
        prefix.append(length % MORE | MORE)
        length >>= SEVEN
    prefix.append(length)
    return bytes(prefix) + message


# -- what they say ------------------------------------------------------------------------------


def read_hop(data: bytes) -> Hop:
    """What came on a HOP stream. Raises PeerFault."""
    said = _parsed(circuit.HopMessage(), data)
    match said.type if said.HasField("type") else None:
        case circuit.HopMessage.RESERVE:
            return Reserve()
        case circuit.HopMessage.CONNECT:
            return Connect(_key(said.peer.id))
        case circuit.HopMessage.STATUS:
            expires = said.reservation.expire if said.HasField("reservation") else 0
            return Answer(int(said.status), min(expires, LARGEST))
        case _:
            raise PeerFault("a message of no known kind")


def read_stop(data: bytes) -> Stop:
    """What came on a STOP stream. Raises PeerFault."""
    said = _parsed(circuit.StopMessage(), data)
    match said.type if said.HasField("type") else None:
        case circuit.StopMessage.CONNECT:
            return Connect(_key(said.peer.id))
        case circuit.StopMessage.STATUS:
            return Answer(int(said.status))
        case _:
            raise PeerFault("a message of no known kind")


def read_punch(data: bytes) -> Punch:
    """What came on a DCUtR stream; addresses that are none of ours are left out. PeerFault."""
    said = _parsed(HolePunch(), data)
    if said.type == HolePunch.SYNC:
        return Sync()
    found = [from_binary(raw) for raw in said.ObsAddrs[:MOST_HOLES]]
    return Holes(tuple(address for address in found if address is not None))


def read_observed(data: bytes) -> Address | None:
    """Where an identify message says we were seen; None if nowhere of use. Raises PeerFault."""
    return from_binary(_parsed(Identify(), data).observed_addr)


def write_hop(said: Hop, cap: Cap | None = None, addresses: Iterable[bytes] = ()) -> bytes:
    """A message for a HOP stream. `cap` and the relay's `addresses` go with an answer."""
    message = circuit.HopMessage()
    match said:
        case Reserve():
            message.type = circuit.HopMessage.RESERVE
        case Connect(peer):
            message.type = circuit.HopMessage.CONNECT
            message.peer.id = ED25519_ID + peer
        case Answer(code, expires):
            message.type = circuit.HopMessage.STATUS
            message.status = _status(code)
            if expires:
                message.reservation.expire = expires
                message.reservation.addrs.extend(addresses)
            _limit(message.limit if cap else None, cap)
    return message.SerializeToString()


def write_stop(said: Stop, cap: Cap | None = None) -> bytes:
    """A message for a STOP stream. `cap` goes with a call."""
    message = circuit.StopMessage()
    match said:
        case Connect(peer):
            message.type = circuit.StopMessage.CONNECT
            message.peer.id = ED25519_ID + peer
            _limit(message.limit if cap else None, cap)
        case Answer(code):
            message.type = circuit.StopMessage.STATUS
            message.status = _status(code)
    return message.SerializeToString()


def write_punch(said: Punch) -> bytes:
    """A message for a DCUtR stream."""
    match said:
        case Sync():
            return HolePunch(type=HolePunch.SYNC).SerializeToString()
        case Holes(addresses):
            binary = [address.binary for address in addresses[:MOST_HOLES]]
            message = HolePunch(type=HolePunch.CONNECT, ObsAddrs=filter(None, binary))
            return message.SerializeToString()


def write_identity(key: bytes, protocols: Iterable[str], observed: Address | None) -> bytes:
    """Who we are (a public key as protobuf), what we speak, and where we see the other side."""
    message = Identify(public_key=key, protocols=protocols)
    if observed is not None:
        message.observed_addr = observed.binary
    return message.SerializeToString()


Parsed = TypeVar("Parsed", bound="Message")


def _parsed(message: Parsed, data: bytes) -> Parsed:
    fault: LiteralString = "a message that does not parse"
    try:
        message.ParseFromString(data)
    except (DecodeError, UnicodeDecodeError):
        raise PeerFault(fault) from None
    if not message.IsInitialized():
        raise PeerFault(fault)
    return message


def _key(peer_id: bytes) -> bytes:
    key = key_in(peer_id)
    if key is None:
        raise PeerFault("a call from or to nobody we could know")
    return key


def _status(code: int) -> circuit.Status.ValueType:
    return cast("circuit.Status.ValueType", int(code))


def _limit(field: circuit.Limit | None, cap: Cap | None) -> None:
    if field is not None and cap is not None:
        field.duration, field.data = cap.seconds, cap.data
