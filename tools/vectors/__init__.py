"""The frozen vectors of docs/protocol.md.

Everything comes out of one seeded entropy, so that writing twice changes nothing. Hybrid boxes draw
their own randomness and are therefore kept as long as they open to what they should.
"""

import json
from pathlib import Path

from tools.vectors.byhand import by_hand
from tools.vectors.circle import a_circle
from tools.vectors.invites import boxes, invites
from tools.vectors.keys import derived, hashes
from tools.vectors.limits import extremes, runs, signatures
from tools.vectors.mailbox import mailbox
from tools.vectors.talks import frames, reconciliations
from tools.vectors.tape import Json, Tape, named, plain

__all__ = ["VECTORS", "make", "named", "plain", "read", "spell"]

VECTORS = Path(__file__).resolve().parents[2] / "tests" / "vectors"


def read(name: str) -> Json:
    """One file as it is frozen."""
    path = VECTORS / f"{name}.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


def make() -> dict[str, Json]:
    """Every file's content, made anew."""
    return {
        "hashes": hashes(Tape("hashes")),
        "keys": derived(Tape("keys")),
        "circle": a_circle(Tape("circle")),
        "envelopes": extremes(Tape("envelopes")),
        "signatures": signatures(Tape("signatures")),
        "runs": runs(Tape("runs")),
        "invites": invites(Tape("invites")),
        "boxes": boxes(Tape("boxes"), read("boxes")),
        "reconcile": reconciliations(Tape("reconcile")),
        "by-hand": by_hand(Tape("by-hand"), read("by-hand")),
        "frames": frames(Tape("frames")),
        "mailbox": mailbox(Tape("mailbox")),
    }


def spell(content: Json) -> str:
    """As the files are written."""
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"
