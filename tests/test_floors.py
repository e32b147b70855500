"""The house keeps its floors: what import-linter cannot say, and what must never slip in."""

import ast
import re
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
import sqlcipher3.dbapi2
from PySide6.QtCore import QObject

HOUSE = Path(__file__).resolve().parent.parent
FLOORS = ("app", "p2p", "ui", "resources")
LOCKS = ("build", "run", "dev")

# What a window may know of the floor below it; `app.refused` is what a refusal is written in.
UI_SEES = (
    "app.apart",
    "app.hearing",
    "app.commands",
    "app.events",
    "app.circle.openlog",
    "app.circle.state",
    "app.places",
    "app.refused",
)


def sources(*floors: str) -> list[Path]:
    return sorted(path for floor in floors for path in (HOUSE / floor).rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, also inside functions; `from a import b` gives `a.b`."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(name: str, module: str) -> bool:
    return name == module or name.startswith(f"{module}.")


def test_the_four_plain_names_are_ours() -> None:
    """Another distribution's `app` or `ui` never shadows our own (docs/adr/0001)."""
    for name in FLOORS:
        spec = find_spec(name)
        assert spec is not None, name
        assert spec.origin is not None, f"{name} has no __init__.py"
        assert Path(spec.origin).parent == HOUSE / name
    elsewhere = [
        Path(place, name)
        for place in sys.path
        for name in FLOORS
        if Path(place, name, "__init__.py").exists() and Path(place).resolve() != HOUSE
    ]
    assert elsewhere == []


def test_ui_sees_the_home_and_nothing_behind_it() -> None:
    """A window asks a home and hears events; it knows no ops, no store, no network."""
    seen = [
        f"{path.relative_to(HOUSE)}: {name}"
        for path in sources("ui")
        for name in imports(path)
        if within(name, "p2p")
        or (within(name, "app") and not any(within(name, allowed) for allowed in UI_SEES))
    ]
    assert seen == []


def test_nobody_imports_the_doorway() -> None:
    """`app.__main__` joins everything, so nothing may lean on it."""
    leaning = [
        str(path.relative_to(HOUSE))
        for path in sources(*FLOORS)
        if any(within(name, "app.__main__") for name in imports(path))
    ]
    assert leaning == []


def test_an_item_knows_no_qt() -> None:
    """A row of a list is a frozen value that can be made and compared without a window."""
    knowing = [
        str(path.relative_to(HOUSE))
        for path in sources("ui")
        if path.name == "item.py" and any(within(name, "PySide6") for name in imports(path))
    ]
    assert knowing == []


def test_no_module_is_longer_than_400_lines() -> None:
    """Past that a file has two subjects."""
    long = {
        str(path.relative_to(HOUSE)): lines
        for path in sources(*FLOORS)
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert long == {}


def test_qt_gives_none_back() -> None:
    """PySide6 6.12.0 on Python 3.11 lost one None with every void call, until the process died."""
    thing = QObject()
    before = sys.getrefcount(None)
    for _ in range(1000):
        thing.setObjectName("lamp")
    assert before - sys.getrefcount(None) < 100


# ------------------------------------------------------------------------------- locks


def locked(name: str) -> dict[str, str]:
    """Package to version, as one lock says."""
    text = (HOUSE / "requirements" / f"{name}.lock").read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9._-]+)==([^\s;\\]+)", text, re.MULTILINE))


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_packages_by_hash_and_no_address(name: str) -> None:
    """Whoever installs decides where packages come from; the lock decides what they are."""
    text = (HOUSE / "requirements" / f"{name}.lock").read_text(encoding="utf-8")
    body = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    assert "://" not in text
    assert not re.search(r"^\s*-(?:i|f|-\S*index\S*|-find-links)\b", text, re.MULTILINE)
    entries = re.split(r"\n(?=\S)", body.strip())
    assert len(entries) > 5
    for entry in entries:
        assert "==" in entry, entry
        assert "--hash=sha256:" in entry, entry


def test_the_locks_agree() -> None:
    """`dev` holds all that `run` holds, so a tested environment is one that can be started."""
    build, run, dev = (locked(name) for name in LOCKS)
    assert run.items() <= dev.items()
    shared = build.keys() & dev.keys()
    assert {name: build[name] for name in shared} == {name: dev[name] for name in shared}


def test_fastecdsa_is_never_installed() -> None:
    """It would need a compiler; a stand-in takes its place (docs/adr/0002)."""
    for name in ("run", "dev"):
        text = (HOUSE / "requirements" / f"{name}.lock").read_text(encoding="utf-8")
        for line in text.splitlines():
            if line.startswith("fastecdsa"):
                assert "sys_platform == 'never'" in line


# ------------------------------------------------------------------------------- our own words


def texts() -> Iterator[tuple[Path, str]]:
    """Every text file of the repository, without what tools have made."""
    pending = [HOUSE]
    while pending:
        for path in pending.pop().iterdir():
            if path.is_dir():
                if path.name == ".ci" or not path.name.startswith((".", "__")):
                    pending.append(path)
            elif path.suffix not in {".png", ".ttf"}:
                yield path, path.read_text(encoding="utf-8", errors="replace")


def test_nothing_names_a_builders_machine() -> None:
    """What is written here must be true on any machine: no private paths, no index hosts."""
    hosts = (
        "gro.ipyp",
        "detsohnohtyp",
        ".sjmpn",
        "naibed.bed",
    )  # backwards, or they would be found
    machine = re.compile(
        r"(?<![\w.~-])/(?:work|root|Users)/\w|" + "|".join(re.escape(host[::-1]) for host in hosts)
    )
    found = [
        f"{path.relative_to(HOUSE)}: {match.group()}"
        for path, text in texts()
        for match in machine.finditer(text)
    ]
    assert found == []


def test_our_types_for_sqlcipher3_name_only_what_is_there() -> None:
    """The package ships no types; ours must not promise more than the module has."""
    stub = ast.parse((HOUSE / "typings/sqlcipher3/dbapi2.pyi").read_bytes())
    for node in stub.body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            real = getattr(sqlcipher3.dbapi2, node.name)
            for member in node.body:
                match member:
                    case ast.FunctionDef(name=name):
                        assert hasattr(real, name), f"{node.name}.{name}"
                    case ast.AnnAssign(target=ast.Name(id=name)):
                        assert hasattr(real, name), f"{node.name}.{name}"
                    case _:
                        continue
        elif isinstance(node, ast.FunctionDef):
            assert hasattr(sqlcipher3.dbapi2, node.name), node.name
