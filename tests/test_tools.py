"""The scripts in tools/ do little, say it in one sentence, and do nothing twice."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parent.parent
SCRIPTS = (
    "tools/run", "tools/test", "tools/bench", "tools/simulate", "tools/fuzz", "tools/screenshots",
    ".ci/run",
)  # fmt: skip


class Tree:
    """The scripts and locks in an empty folder, with a `.venv` that only looks like one."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for folder in ("tools", "requirements"):
            shutil.copytree(HOUSE / folder, root / folder)
        shutil.copy(HOUSE / "pyproject.toml", root)

    def bash(self, script: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Runs a few lines with tools/setup.sh sourced."""
        return self.start("bash", "-c", f"source tools/setup.sh\n{script}", **environment)

    def start(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        plain = {"PATH": os.environ["PATH"], "HOME": str(self.root)}
        return subprocess.run(
            command,
            cwd=self.root,
            env=plain | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def pretend_installed(self, kind: str) -> None:
        """As after a finished set-up of that kind; `hearthside` only repeats what it is told."""
        inside = self.root / ".venv" / "bin"
        inside.mkdir(parents=True)
        for name in ("python", "pip", "hearthside"):
            script = inside / name
            script.write_text(f'#!/bin/sh\n# {inside}/python\necho {name} "$@"\n')
            script.chmod(0o755)
        (inside.parent / "pyvenv.cfg").write_text("version = 3.11.7\n")
        kinds = ("run", "dev") if kind == "dev" else ("run",)
        lines = [f'stamp {name} "$(digest {name})"' for name in kinds]
        assert self.bash("\n".join([*lines, 'stamp project "$(project_digest)"'])).returncode == 0

    def is_ready(self, kind: str) -> bool:
        return self.bash(f"is_ready {kind}").returncode == 0


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path / "hearth side")  # a path with a space, as people have them


@pytest.mark.parametrize("script", [*SCRIPTS, "tools/setup.sh"])
def test_bash_understands_it(script: str) -> None:
    """No script lands that cannot even be read."""
    assert subprocess.run(["bash", "-n", script], cwd=HOUSE, check=False).returncode == 0


@pytest.mark.parametrize("script", SCRIPTS)
def test_it_can_be_started(script: str) -> None:
    """Straight from a checkout."""
    assert os.access(HOUSE / script, os.X_OK)
    assert (HOUSE / script).read_text().startswith("#!/usr/bin/env bash\n")


def test_a_finished_set_up_is_not_done_again(tree: Tree) -> None:
    """The second start finds everything as it should be."""
    assert not tree.is_ready("run")
    tree.pretend_installed("run")
    assert tree.is_ready("run")
    assert not tree.is_ready("dev")


def test_what_the_tests_installed_is_enough_to_start(tree: Tree) -> None:
    """tools/test and tools/run share one .venv and do not undo each other."""
    tree.pretend_installed("dev")
    assert tree.is_ready("dev")
    assert tree.is_ready("run")


@pytest.mark.parametrize(
    ("changed", "run_ready"),
    [("run.lock", False), ("build.lock", False), ("dev.lock", True)],
)
def test_a_changed_lock_is_noticed(tree: Tree, changed: str, *, run_ready: bool) -> None:
    """What one starts is what the locks say, also after a pull."""
    tree.pretend_installed("dev")
    with (tree.root / "requirements" / changed).open("a") as lock:
        lock.write("# changed\n")
    assert not tree.is_ready("dev")
    assert tree.is_ready("run") is run_ready


def test_another_python_is_noticed(tree: Tree) -> None:
    """Packages built for one Python are not handed to the next."""
    tree.pretend_installed("run")
    (tree.root / ".venv" / "pyvenv.cfg").write_text("version = 3.12.1\n")
    assert not tree.is_ready("run")


def test_a_moved_folder_is_noticed(tree: Tree, tmp_path: Path) -> None:
    """Scripts in .venv hold their own path, so a copy needs its own."""
    tree.pretend_installed("run")
    moved = tmp_path / "elsewhere"
    shutil.copytree(tree.root, moved)
    tree.root = moved
    assert not tree.is_ready("run")


def test_without_a_good_python_it_stops_in_one_sentence(tree: Tree, tmp_path: Path) -> None:
    """Nobody has to read a traceback to learn that their Python is too old."""
    old = tmp_path / "bin"
    old.mkdir()
    for name in ("python3.13", "python3.12", "python3.11", "python3"):
        (old / name).write_text("#!/bin/sh\nexit 1\n")
        (old / name).chmod(0o755)
    started = tree.start("tools/run", "--version", PATH=f"{old}:{os.environ['PATH']}")
    assert started.returncode == 1
    assert started.stdout == ""
    assert started.stderr.count("\n") == 1
    assert "3.11, 3.12 or 3.13" in started.stderr
    assert not (tree.root / ".venv").exists()


@pytest.mark.parametrize(
    "arguments", [(), ("--home", "rpc"), ("demo", "--window"), ("--home", "x", "demo", "--window")]
)
def test_a_window_without_a_screen_is_refused_before_anything_is_fetched(
    tree: Tree, arguments: tuple[str, ...]
) -> None:
    """One sentence, which names what works here instead."""
    started = tree.start("tools/run", *arguments)
    assert started.returncode == 1
    assert started.stderr.count("\n") == 1
    assert "tools/run demo" in started.stderr
    assert not (tree.root / ".venv").exists()


@pytest.mark.parametrize(
    "arguments",
    [("demo",), ("rpc", "--home", "x"), ("mailbox",), ("--version",), ("--help",), ("-h",)],
)
def test_what_needs_no_window_asks_for_none(tree: Tree, arguments: tuple[str, ...]) -> None:
    """No screen, no Qt libraries: the arguments go straight through, and stdout is theirs."""
    tree.pretend_installed("run")
    started = tree.start("tools/run", *arguments)
    assert started.returncode == 0
    assert started.stdout == f"hearthside {' '.join(arguments)}\n"
    assert started.stderr == ""


def test_whoever_may_not_install_is_told_the_exact_line(tree: Tree, tmp_path: Path) -> None:
    """Something to type, not something to look up."""
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "apt-get").write_text("#!/bin/sh\nexit 1\n")
    (tools / "apt-get").chmod(0o755)
    said = tree.bash(
        'is_root() { return 1; }; install_or_stop "a lamp" lamp1 wick2',
        PATH=f"{tools}:{os.environ['PATH']}",
    )
    assert said.returncode == 1
    assert "sudo apt-get install --no-install-recommends lamp1 wick2" in said.stderr
    assert said.stderr.count("\n") == 1


def test_an_unknown_benchmark_is_answered_with_the_known_ones(tree: Tree) -> None:
    """And nothing is set up for it."""
    (tree.root / "tests" / "benchmarks").mkdir(parents=True)
    (tree.root / "tests" / "benchmarks" / "home.py").touch()
    for name in ("", "../../x", "nothing"):
        asked = tree.start("tools/bench", name)
        assert asked.returncode == 2
        assert "  home\n" in asked.stderr
