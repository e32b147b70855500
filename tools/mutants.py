"""What cosmic-ray needs to know of this house: docs/mutants.md says how it is used.

    python -m tools.mutants pick SESSION --sample 300 --seed 4    leave the others out
    python -m tools.mutants test                                  the tests, quickest first
    python -m tools.mutants score SESSION                         how many were noticed

A session is cosmic-ray's own SQLite file; nothing else of cosmic-ray is touched or imported.
"""

import argparse
import ast
import random
import sqlite3
import sys
from contextlib import closing
from functools import cache
from math import sqrt
from pathlib import Path
from typing import TypeAlias

import pytest

Place: TypeAlias = tuple[int, int]
"""A line, from 1, and a column, from 0."""

SAME = ("_Is_Eq", "_IsNot_NotEq")  # what is compared by `is` here are None and members of enums
QUICKEST_FIRST = (
    "names", "acts", "retention", "view", "rules", "authority", "fold", "epochs", "may_know",
    "renewing", "persona", "removal", "mailbox_acts", "bad_acts", "doorkeeping", "doorqueue",
    "hostile_secrets",
)  # fmt: skip
SKIP = "INSERT INTO work_results (job_id, worker_outcome) VALUES (?, 'SKIPPED')"


def pick(session: Path, sample: int, seed: int) -> None:
    """Leave out what can change nothing by its kind, and all others but a sample."""
    with closing(sqlite3.connect(session)) as db, db:
        db.execute("DELETE FROM work_results")
        found = db.execute(
            "SELECT job_id, module_path, operator_name, start_pos_row, start_pos_col"
            " FROM mutation_specs ORDER BY module_path, operator_name, occurrence"
        ).fetchall()
        kept = [
            job for job, module, operator, line, column in found
            if not operator.endswith(SAME) and not _idle(module, (line, column))
        ]  # fmt: skip
        chosen = set(random.Random(seed).sample(kept, min(sample, len(kept))))  # noqa: S311 - no secret
        db.executemany(SKIP, [(job,) for job, *_ in found if job not in chosen])
    print(f"{len(found)} mutants, {len(kept)} of them may change something, {len(chosen)} chosen")


def _idle(module: str, place: Place) -> bool:
    return any(begin <= place < end for begin, end in idle_places(module))


@cache
def idle_places(module: str) -> list[tuple[Place, Place]]:
    """Where code only speaks to readers and checkers: annotations, imports for types, slots."""
    found: list[ast.expr | ast.stmt | None] = []
    for node in ast.walk(ast.parse(Path(module).read_text(encoding="utf-8"))):
        match node:
            case ast.AnnAssign() | ast.arg():
                found.append(node.annotation)
            case ast.FunctionDef():
                found.append(node.returns)
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                found += [node.test, *node.body]
            case ast.keyword(arg="slots"):
                found.append(node.value)
    return [
        ((one.lineno, one.col_offset), (one.end_lineno or 0, one.end_col_offset or 0))
        for one in found if one is not None
    ]  # fmt: skip


def score(session: Path) -> None:
    """Print how many mutants were noticed, with the 95 % interval (Wilson), and which were not."""
    with closing(sqlite3.connect(session)) as db:
        (asked,) = db.execute(
            "SELECT count(*) FROM work_results WHERE test_outcome IS NOT NULL"
        ).fetchone()
        survived = db.execute(
            "SELECT module_path, start_pos_row, operator_name, job_id, diff"
            " FROM work_results JOIN mutation_specs USING (job_id)"
            " WHERE test_outcome = 'SURVIVED' ORDER BY 1, 2, 3"
        ).fetchall()
    for module, line, operator, job, diff in survived:
        changed = [row for row in diff.splitlines() if row[:1] in "+-" and row[1:3] not in "++--"]
        print(f"\n{module}:{line} {operator} {job}", *changed, sep="\n  ")
    share, low, high = interval(asked - len(survived), asked)
    print(f"\n{asked - len(survived)} of {asked} noticed: {share:.1%} ({low:.1%} to {high:.1%})")


def interval(good: int, asked: int) -> tuple[float, float, float]:
    """A share, and between what it lies with 95 % certainty if the sample was drawn by chance."""
    z, share = 1.96, good / asked
    middle = share + z * z / (2 * asked)
    width = z * sqrt(share * (1 - share) / asked + z * z / (4 * asked * asked))
    whole = 1 + z * z / asked
    return share, (middle - width) / whole, (middle + width) / whole


def test() -> int:
    """Run what can notice a mutant, until something does; 0 where nothing did."""
    tests = [f"tests/app/test_{name}.py" for name in QUICKEST_FIRST] + ["tests/authority"]
    asked = ["-x", "-q", "-n", "0", "-p", "no:cacheprovider", "-m", "not long", *tests]
    return int(pytest.main(asked))


def main() -> int:
    """Do what the first argument says."""
    parser = argparse.ArgumentParser(prog="python -m tools.mutants")
    kinds = parser.add_subparsers(dest="kind", required=True)
    picking, scoring = kinds.add_parser("pick"), kinds.add_parser("score")
    kinds.add_parser("test")
    for one in (picking, scoring):
        one.add_argument("session", type=Path)
    picking.add_argument("--sample", type=int, default=1_000_000)
    picking.add_argument("--seed", type=int, default=4)
    asked = parser.parse_args()
    if asked.kind == "test":
        return test()
    if asked.kind == "pick":
        pick(asked.session, asked.sample, asked.seed)
    else:
        score(asked.session)
    return 0


if __name__ == "__main__":
    sys.exit(main())
