"""What opens a box at a mailbox: keys out of a circle's epochs, and the owner's own.

Theory of operation. A box is known by a random id. Whoever holds the authority secret of an epoch
can work out that epoch's *capability*, an Ed25519 key of this box and no other; the mailbox keeps
the public halves and learns nothing of the epoch. Any of them may bring a successor; only the
owner's key, pinned when the box was made, says which ones count from now on. Every proof is bound
to the mailbox and, where it opens, to the caller's own key as Noise proved it: it is of no use to
anybody else. Source: protocol, section 16.
"""

from collections.abc import Iterable
from typing import Final

from p2p.crypto import digest, keyed, sign, sign_public, verify
from p2p.mailbox.wire import VERSION, Drop, Found, Open, Retain

OPEN: Final = "hearthside/mailbox/open/1"
FOUND: Final = "hearthside/mailbox/found/1"
RETAIN: Final = "hearthside/mailbox/retain/1"
DROP: Final = "hearthside/mailbox/drop/1"
CAPABILITY: Final = b"hearthside/mailbox/capability/1"
OF: Final = "hearthside/parcel/of/1"
AFTER: Final = "hearthside/parcel/after/1"
FIRST: Final = "hearthside/parcel/first/1"
HELD: Final = "hearthside/parcel/held/1"
CARD: Final = b"hearthside/mailbox/card/1"
CARD_KEY: Final = b"hearthside/mailbox/card-key/1"
SET: Final = "hearthside/mailbox/set/1"


def seed(authority: bytes, box: bytes) -> bytes:
    """The 32 B seed of an epoch's capability for a box, from its authority secret."""
    return keyed(authority, CAPABILITY, box)


def public(authority: bytes, box: bytes) -> bytes:
    """Its public half, which the mailbox keeps."""
    return sign_public(seed(authority, box))


def opening(key_seed: bytes, box: bytes, mailbox: bytes, caller: bytes) -> Open:
    """Show that we hold a key of a box. `mailbox`, `caller`: the two peer keys (32 B each)."""
    signature = sign(key_seed, OPEN, box + mailbox + caller)
    return Open(VERSION, box, sign_public(key_seed), signature)


def opens(asked: Open, mailbox: bytes, caller: bytes) -> bool:
    """Whether the proof holds; whether the key counts is for the box to say."""
    return verify(asked.key, OPEN, asked.box + mailbox + caller, asked.signature)


def founding(token: bytes, owner: bytes, box: bytes, mailbox: bytes, capability: bytes) -> Found:
    """Ask for a box. `owner`: the seed of the key that is pinned with it."""
    signature = sign(owner, FOUND, box + mailbox + capability)
    return Found(token, box, sign_public(owner), capability, signature)


def founds(asked: Found, mailbox: bytes) -> bool:
    """Whether the owner has signed."""
    return verify(asked.owner, FOUND, asked.box + mailbox + asked.capability, asked.signature)


def retaining(
    owner: bytes, box: bytes, mailbox: bytes, capabilities: Iterable[bytes], counter: int
) -> Retain:
    """Say which capabilities count from now on."""
    kept = list(capabilities)
    return Retain(kept, counter, sign(owner, RETAIN, _order(box, mailbox, counter, kept)))


def retains(asked: Retain, owner: bytes, box: bytes, mailbox: bytes) -> bool:
    """Whether the owner has signed."""
    message = _order(box, mailbox, asked.counter, asked.capabilities)
    return verify(owner, RETAIN, message, asked.signature)


def dropping(owner: bytes, box: bytes, mailbox: bytes, ids: Iterable[bytes], counter: int) -> Drop:
    """Say what is not to be held any more."""
    named = list(ids)
    return Drop(named, counter, sign(owner, DROP, _order(box, mailbox, counter, named)))


def drops(asked: Drop, owner: bytes, box: bytes, mailbox: bytes) -> bool:
    """Whether the owner has signed."""
    message = _order(box, mailbox, asked.counter, asked.ids)
    return verify(owner, DROP, message, asked.signature)


def tag_of(seal_public: bytes, epoch: bytes, box: bytes) -> bytes:
    """Where a device finds the secrets of an epoch it has heard of."""
    return digest(OF, box, epoch, seal_public)


def tag_after(seal_public: bytes, epoch: bytes, box: bytes) -> bytes:
    """Where a device finds what followed an epoch whose capability counts no more."""
    return digest(AFTER, box, epoch, seal_public)


def tag_first(seal_public: bytes, nonce: bytes) -> bytes:
    """Where a newcomer finds the answer to a request; `nonce`: the 16 B of the request."""
    return digest(FIRST, nonce, seal_public)


def tag_held(seal_public: bytes, holder: bytes, box: bytes) -> bytes:
    """Where a device finds what another one (`holder`, its id) says that it holds of its words."""
    return digest(HELD, box, holder, seal_public)


def tag_card(authority: bytes, device: bytes, box: bytes) -> bytes:
    """Where members find the address card of a device; `authority`: an epoch's secret."""
    return keyed(authority, CARD, box, device)


def card_key(authority: bytes, box: bytes) -> bytes:
    """What these cards are sealed with."""
    return keyed(authority, CARD_KEY, box)


def set_digest(nonce: bytes, ids: Iterable[bytes]) -> bytes:
    """What two sides compare after they have found no difference; `nonce`: 16 B."""
    return digest(SET, nonce, *sorted(ids))


def _order(box: bytes, mailbox: bytes, counter: int, names: Iterable[bytes]) -> bytes:
    return b"".join((box, mailbox, counter.to_bytes(8, "big"), *names))
