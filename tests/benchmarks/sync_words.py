"""What two who hold nearly the same say to each other: frames, bytes, round trips.

Two conversations on two real stores, frame by frame, without a socket: each frame counts with the
four bytes of its length, Noise and Yamux do not count. Who lacks the words dials.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from p2p import wire
from p2p.host.frames import PREFIX
from p2p.op import Log
from tests.benchmarks.sync_village import moved_in
from tests.p2p.village import Line, Person

# The words themselves, and what has to be said at any meeting, whatever both hold. Every other
# kind counts as reconciliation, also one that is invented after this was written.
WORDS = ("Envelopes",)
GREETING = ("Hello", "Chain", "Epochs", "Grants", "Ack", "Need", "Scope", "Cards", "Beat")


@dataclass(frozen=True, slots=True)
class Said:
    """One conversation from hello to live."""

    kinds: dict[str, tuple[int, int]]  # frames and bytes of each kind
    trips: dict[str, int]  # round trips of Negentropy for each log
    equal: bool

    @property
    def whole(self) -> int:
        """Bytes of everything, both directions."""
        return sum(size for _, size in self.kinds.values())

    @property
    def reconciling(self) -> int:
        """Bytes of everything but the words and the greeting."""
        apart = {*WORDS, *GREETING}
        return sum(size for kind, (_, size) in self.kinds.items() if kind not in apart)


def converse(leader: Person, other: Person) -> Said:
    """Let one dial the other and carry everything to the end."""
    line = Line(leader, other)
    line.carry()
    counts: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    trips = {"authority": 0, "words": 0}
    for who, frame in line.said:
        kind = type(frame).__name__
        counts[kind] += 1
        sizes[kind] += PREFIX + len(wire.encode(frame))
        if isinstance(frame, wire.Reconcile) and who is leader:
            trips["words" if frame.log == Log.WORDS else "authority"] += 1
    equal = line.equal
    line.hang_up()
    return Said({kind: (counts[kind], sizes[kind]) for kind in counts}, trips, equal)


def conversations(folder: Path, differences: int = 10) -> dict[str, Said]:
    """Nothing to do, and `differences` recent posts that one side lacks, either side leading.

    Writes into the homes Ada and Ben of `folder`: give it a copy.
    """
    ada, ben = moved_in(folder, "Ada"), moved_in(folder, "Ben")
    try:
        # What has changed since they last met beside posts (a newcomer's admission) goes first.
        converse(ben, ada)
        found = {"nothing to do": converse(ben, ada)}
        for leader, name in ((ben, "who lacks them dials"), (ada, "who has them dials")):
            for number in range(differences):
                ada.write(f"recent {number}")
            ada.sign()
            found[f"{differences} recent, {name}"] = converse(leader, ben if leader is ada else ada)
    finally:
        for person in (ada, ben):
            person.db.close()
    return found
