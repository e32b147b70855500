"""Adding and removing in a team of `@localfirst/auth`, measured in the same run as ours."""

import json
import subprocess
from dataclasses import dataclass

from tests.benchmarks.sync_peers import HERE, LONGEST, NoPeers, installed


@dataclass(frozen=True, slots=True)
class Turns:
    """What each adding and each removing took, ms of processor time; bytes that a removal adds.

    Ours are all bytes that one who remains is sent. Theirs are those the graph grows by, with
    nothing of a connection around them.
    """

    add: list[float]
    remove: list[float]
    sent: list[float]


def beside(size: int, times: int) -> Turns:
    """A team of so many, one more and one less, `times` over. Raises `NoPeers`.

    Its scripts to be run at installing only insist on another installer, so none are run.
    """
    folder = installed(HERE / "auth", ("auth.mjs",), "--ignore-scripts")
    words = ["node", str(folder / "auth.mjs"), str(size), str(times)]
    try:
        done = subprocess.run(words, capture_output=True, check=True, timeout=LONGEST)
    except subprocess.SubprocessError as fault:
        raise NoPeers(f"@localfirst/auth did not come to its end: {type(fault).__name__}") from None
    told = json.loads(done.stdout.splitlines()[-1])
    return Turns(told["add"], told["remove"], told["bytes"])
