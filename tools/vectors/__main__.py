"""Makes the frozen vectors, or says which of them no longer hold.

python -m tools.vectors            compares
python -m tools.vectors --write    writes tests/vectors/*.json
"""

import sys
from collections.abc import Sequence

from tools.vectors import VECTORS, make, read, spell


def main(words: Sequence[str]) -> int:
    """Write, or compare."""
    made = make()
    if "--write" in words:
        for name, content in made.items():
            (VECTORS / f"{name}.json").write_text(spell(content), encoding="utf-8", newline="\n")
        print(f"{len(made)} files of vectors written")
        return 0
    changed = [name for name, content in made.items() if read(name) != content]
    print("changed: " + ", ".join(changed) if changed else "all vectors hold")
    return 1 if changed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
