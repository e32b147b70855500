"""The card of a mailbox: what whoever looks after it hands to a circle, as text.

    hearthside-mailbox:<token, 26 characters>#<address>,<address>

The token is 16 bytes in Crockford base32, in either case. Each address ends in `/p2p/` and the same
peer id; up to `MAX_ADDRESSES`. Whoever has the card can have a box made there, and nothing else.
"""

from dataclasses import dataclass
from typing import Final

from p2p.errors import PeerFault
from p2p.host import address_peer, well_formed

SCHEME: Final = "hearthside-mailbox:"
TOKEN: Final = 16  # bytes
MAX_ADDRESSES: Final = 8
LONGEST: Final = 2400  # characters
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
READ_AS: Final = str.maketrans("ILO", "110", " -\t\r\n")
_CHARACTERS: Final = 26  # 130 bits, of which the last two are 0


@dataclass(frozen=True, slots=True)
class Card:
    """A mailbox: its peer key (32 B), where it listens, and the token that lets one have a box."""

    token: bytes
    peer: bytes
    addresses: tuple[str, ...]

    def text(self) -> str:
        """As it is shown and pasted."""
        number = int.from_bytes(self.token, "big") << 2
        letters = [ALPHABET[number >> 5 * at & 31] for at in reversed(range(_CHARACTERS))]
        return SCHEME + "".join(letters) + "#" + ",".join(self.addresses)


def read(text: str) -> Card:
    """The card in a text, as it may have been copied. Raises `PeerFault` for what is none."""
    told = "".join(text.split())
    if len(told) > LONGEST or told[: len(SCHEME)].lower() != SCHEME:
        raise PeerFault("not the card of a mailbox")
    token, _, named = told[len(SCHEME) :].partition("#")
    addresses = tuple(dict.fromkeys(one for one in named.split(",") if one))
    peers = {address_peer(one) for one in addresses}
    peer = next(iter(peers), None)
    if (
        peer is None
        or len(peers) != 1
        or len(addresses) > MAX_ADDRESSES
        or not all(map(well_formed, addresses))
    ):
        raise PeerFault("a card without a mailbox's address")
    return Card(_token(token), peer, addresses)


def _token(text: str) -> bytes:
    letters = text.upper().translate(READ_AS)
    if len(letters) != _CHARACTERS or any(one not in ALPHABET for one in letters):
        raise PeerFault("a card that was cut off")
    number = 0
    for letter in letters:
        number = number << 5 | ALPHABET.index(letter)
    if number & 3:
        raise PeerFault("a card that was changed")
    return (number >> 2).to_bytes(TOKEN, "big")
