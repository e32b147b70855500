"""Names for the 32-byte strings that the protocol passes around.

They are plain ``bytes`` when the program runs; the type checker keeps one from being handed over
for another. Source: protocol, section 2.
"""

from typing import Final, NewType

CircleId = NewType("CircleId", bytes)
"""Op id of the circle's founding op, 32 B."""

MemberId = NewType("MemberId", bytes)
"""The member's Ed25519 public key itself, 32 B: nothing to look up before a check."""

DeviceId = NewType("DeviceId", bytes)
"""The device's Ed25519 public key itself, 32 B: the header names the key that checks it."""

OpId = NewType("OpId", bytes)
"""BLAKE2b-256 of an op's header, 32 B. See ``p2p.op.op_id``."""

EnvelopeId = NewType("EnvelopeId", bytes)
"""BLAKE2b-256 of a whole envelope, 32 B: all that sync and mailboxes see."""

EpochId = NewType("EpochId", bytes)
"""Op id of the epoch op, 32 B; ``ZERO`` for the root epoch."""

PostId = NewType("PostId", bytes)
"""Name of a post, 32 B, known before it is signed. See ``p2p.op.post_id``."""

ID_SIZE: Final = 32
"""Bytes in every id above."""

ZERO: Final = bytes(ID_SIZE)
"""No circle yet, no earlier op, the root epoch: where an id is due and there is none."""
