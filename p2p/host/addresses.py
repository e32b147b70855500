"""Multiaddrs as this program writes and accepts them: a host, a TCP port, perhaps a peer.

`/ip4/192.0.2.7/tcp/4001/p2p/12D3Koo…`, or a way through somebody in the middle, who is named:
`/ip4/192.0.2.7/tcp/4001/p2p/12D3KooRelay/p2p-circuit/p2p/12D3Koo…`. Written here rather than asked
of libp2p because addresses come from cards and invites, that is from strangers, and are looked at
before libp2p is loaded. Spec: https://github.com/multiformats/multiaddr,
https://github.com/libp2p/specs (peer-ids, relay).
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address

LONGEST = 512
KEY_BYTES = 32
HIGHEST_PORT = 65535
# Addresses taken apart lately: whoever looks whom to dial goes through the same few each time.
REMEMBERED = 256
ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

# A peer id of an Ed25519 key: identity multihash (00, 36 bytes) of the protobuf PublicKey
# {1: Ed25519, 2: 32 bytes}. Other kinds of key are nobody we could know.
ED25519_ID = bytes.fromhex("002408011220")
# 38 bytes in base 58 are 52 characters; anything much longer is not worth the arithmetic.
LONGEST_ID = 64

NAME = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?\.?")
PORT = re.compile(r"[0-9]{1,5}")

# The binary form: a varint that names each part, then its value. These three are one byte each.
IP4, IP6, TCP = 4, 41, 6


@dataclass(frozen=True, slots=True)
class Address:
    """One address, taken apart. `host` is an IP address or a DNS name; `peer` a 32-byte key.

    With a `relay` (a 32-byte key) it is a circuit: kind, host and port are the relay's, and `peer`
    is who is behind it.
    """

    kind: str
    host: str
    port: int
    peer: bytes | None
    relay: bytes | None = None

    @property
    def ip(self) -> IPv4Address | IPv6Address | None:
        """The host as an IP address, or None for a DNS name."""
        match self.kind:
            case "ip4":
                return IPv4Address(self.host)
            case "ip6":
                return IPv6Address(self.host)
            case _:
                return None

    @property
    def bare(self) -> str:
        """What is dialled over TCP, as text without any peer; of a circuit, its relay."""
        return f"/{self.kind}/{self.host}/tcp/{self.port}"

    @property
    def text(self) -> str:
        """All of it, as it stands on cards."""
        between = "" if self.relay is None else f"/p2p/{peer_text(self.relay)}/p2p-circuit"
        return self.bare + between + ("" if self.peer is None else f"/p2p/{peer_text(self.peer)}")

    @property
    def binary(self) -> bytes:
        """`bare` as libp2p's messages carry it; empty for a DNS name, which they need not."""
        ip = self.ip
        if ip is None:
            return b""
        return (
            bytes((IP4 if isinstance(ip, IPv4Address) else IP6,))
            + ip.packed
            + _binary_port(self.port)
        )


@lru_cache(REMEMBERED)
def parse(text: str) -> Address | None:
    """Take an address apart; None when it is not one of the forms this program speaks."""
    if len(text) > LONGEST or not text.startswith("/"):
        return None
    match text[1:].split("/"):
        case [kind, host, "tcp", port, *rest]:
            who = _who(rest)
        case _:
            return None
    if who is None or not _is_host(kind, host):
        return None
    if not PORT.fullmatch(port) or int(port) > HIGHEST_PORT:
        return None
    return Address(kind, host, int(port), *who)


def from_binary(raw: bytes) -> Address | None:
    """An IP address and a TCP port out of one of libp2p's messages; None for anything else."""
    for code, size, kind in ((IP4, 4, "ip4"), (IP6, 16, "ip6")):
        end = 1 + size
        if len(raw) == end + 3 and raw[0] == code and raw[end] == TCP:
            host = IPv4Address(raw[1:end]) if kind == "ip4" else IPv6Address(raw[1:end])
            return Address(kind, str(host), int.from_bytes(raw[end + 1 :], "big"), None)
    return None


def well_formed(address: str) -> bool:
    """Whether `address` is one that could be dialled. Never raises.

    Port 0, the unspecified address and multicast are for listening or for nobody. A Tor name is
    refused: resolving it would tell the DNS.
    """
    parsed = parse(address)
    if parsed is None or parsed.port == 0:
        return False
    ip = parsed.ip
    if ip is None:
        return not parsed.host.lower().rstrip(".").endswith(".onion")
    return not (ip.is_unspecified or ip.is_multicast)


def address_peer(address: str) -> bytes | None:
    """The 32-byte Ed25519 key of whom it leads to, or None if it names nobody. Never raises.

    Of a circuit that is who is behind the relay, not the relay.
    """
    parsed = parse(address)
    return None if parsed is None else parsed.peer


def peer_text(key: bytes) -> str:
    """A 32-byte Ed25519 public key as the base58 peer id that multiaddrs carry."""
    return _base58(ED25519_ID + key)


def key_of(peer_id: str) -> bytes | None:
    """The 32-byte Ed25519 key in a base58 peer id, or None if it holds none."""
    if not 0 < len(peer_id) <= LONGEST_ID:
        return None
    number = 0
    for letter in peer_id:
        digit = ALPHABET.find(letter)
        if digit < 0:
            return None
        number = number * 58 + digit
    try:
        raw = number.to_bytes(len(ED25519_ID) + KEY_BYTES, "big")
    except OverflowError:
        return None
    key = key_in(raw)
    # One spelling for one key: texts that only decode to the same number are refused.
    return key if key is not None and peer_text(key) == peer_id else None


def key_in(peer_id: bytes) -> bytes | None:
    """The 32-byte Ed25519 key in the bytes of a peer id, or None if it is of another kind."""
    if len(peer_id) != len(ED25519_ID) + KEY_BYTES or not peer_id.startswith(ED25519_ID):
        return None
    return peer_id[len(ED25519_ID) :]


def _who(rest: list[str]) -> tuple[bytes | None, bytes | None] | None:
    """The peer and the relay named after the port; None for what is not well said.

    A circuit names its relay, and leads through one only.
    """
    match rest:
        case []:
            return None, None
        case ["p2p", written]:
            peer = key_of(written)
            return None if peer is None else (peer, None)
        case ["p2p", between, "p2p-circuit"]:
            relay = key_of(between)
            return None if relay is None else (None, relay)
        case ["p2p", between, "p2p-circuit", "p2p", written]:
            relay, peer = key_of(between), key_of(written)
            return None if relay is None or peer is None else (peer, relay)
        case _:
            return None


def _binary_port(port: int) -> bytes:
    return bytes((TCP,)) + port.to_bytes(2, "big")


def _is_host(kind: str, host: str) -> bool:
    try:
        match kind:
            case "ip4":
                return str(IPv4Address(host)) == host
            case "ip6":
                return "%" not in host and bool(IPv6Address(host).packed)
            case "dns" | "dns4" | "dns6":
                return NAME.fullmatch(host) is not None
            case _:
                return False
    except ValueError:
        return False


def _base58(raw: bytes) -> str:
    number = int.from_bytes(raw, "big")
    letters: list[str] = []
    while number:
        number, digit = divmod(number, 58)
        letters.append(ALPHABET[digit])
    zeros = len(raw) - len(raw.lstrip(b"\0"))
    return "1" * zeros + "".join(reversed(letters))
