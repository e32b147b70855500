"""`hearthside` as a process: exit statuses, signals, the end of input, sentences on stderr."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import trio

from app.rpc_client import Ended, RpcError, RpcProcess
from app.version import VERSION

TREE = Path(__file__).parents[2]
WORDS = "seven quiet geese"


def run(*words: str, typed: bytes = b"", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the program to its end."""
    return subprocess.run(
        [sys.executable, "-m", "app", *words],
        cwd=TREE,
        env={key: value for key, value in os.environ.items() if key != "QT_QPA_PLATFORM"}
        | {"DISPLAY": "", "WAYLAND_DISPLAY": ""}
        | environment,
        input=typed.decode(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def names_in(folder: Path) -> set[str]:
    """Give the names of all files in a folder."""
    return {file.name for file in folder.iterdir()}


def status_of(home: Path) -> str:
    """Ask a home that nobody has open for its state, and let it go."""
    line = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "home.status"})
    ended = run("rpc", "--home", str(home), "--no-lan", typed=line.encode() + b"\n")
    assert (ended.returncode, ended.stderr) == (0, "")
    state: str = json.loads(ended.stdout)["result"]["state"]
    return state


def test_the_version_needs_nothing() -> None:
    """Neither a display nor a home."""
    ended = run("--version")
    assert (ended.returncode, ended.stdout) == (0, f"hearthside {VERSION}\n")


def test_without_a_display_one_sentence_says_so(tmp_path: Path) -> None:
    """And names what can be seen without one."""
    ended = run("--home", str(tmp_path))
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.count("\n") == 1
    assert "tools/run demo" in ended.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["rpc"],
        ["rpc", "--home"],
        ["rpc", "--home", "x", "--listen", "127.0.0.1:80"],
        ["rpc", "--home", "x", "--listen", "/ip4/::/tcp/0"],
        ["rpc", "--home", "x", "--listen", "/ip4/127.0.0.1/tcp/70000"],
        ["demo", "--sell"],
        ["--sell"],
    ],
)
def test_a_wrong_command_line_is_told_so(words: list[str]) -> None:
    """Nothing is begun, and no folder is made."""
    ended = run(*words)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert not (TREE / "x").exists()


def test_a_file_is_no_home(tmp_path: Path) -> None:
    """One sentence and status 1."""
    (tmp_path / "notes").write_text("mine")
    ended = run("rpc", "--home", str(tmp_path / "notes"))
    assert ended.returncode == 1
    assert ended.stderr == "The place given for this home is a file, not a folder.\n"


async def test_a_second_process_is_turned_away(tmp_path: Path) -> None:
    """Also while the home is still new: one sentence, status 3; the first one goes on."""
    async with RpcProcess.start(tmp_path) as ada:
        assert (await ada.call("home.status"))["state"] == "new"
        ended = await trio.to_thread.run_sync(run, "rpc", "--home", str(tmp_path))
        assert ended.returncode == 3
        assert ended.stdout == ""
        assert ended.stderr == "This home is already open in another window or program.\n"
        assert (await ada.call("home.status"))["state"] == "new"


async def test_a_home_is_made_kept_and_opened_again(tmp_path: Path) -> None:
    """Create, end, come back: locked; a wrong passphrase is told; the right one opens."""
    async with RpcProcess.start(tmp_path) as ada:
        assert await ada.call("home.create", passphrase=WORDS) == {}
        assert (await ada.call("home.status"))["state"] == "open"
        with pytest.raises(RpcError) as again:
            await ada.call("home.create", passphrase=WORDS)
        assert again.value.kind == "already_exists"
    assert ada.process.returncode == 0
    assert status_of(tmp_path) == "locked"
    async with RpcProcess.start(tmp_path) as ada:
        with pytest.raises(RpcError, match="Check Caps Lock") as wrong:
            await ada.call("home.unlock", passphrase="seven quiet goose")
        assert (wrong.value.code, wrong.value.kind) == (-32000, "wrong_passphrase")
        assert await ada.call("home.unlock", passphrase=WORDS) == {}
        assert (await ada.call("home.status"))["state"] == "open"
        assert await ada.call("home.stop") == {}
        assert await ada.wait() == 0
    assert ada.stderr == b""


async def test_a_killed_home_can_be_opened_at_once(tmp_path: Path) -> None:
    """The lock goes with the process, and the home is as it was."""
    async with RpcProcess.start(tmp_path) as ada:
        await ada.call("home.create", passphrase=WORDS)
        await ada.kill()
    async with RpcProcess.start(tmp_path) as ada:
        assert (await ada.call("home.status"))["state"] == "locked"
        assert await ada.call("home.unlock", passphrase=WORDS) == {}


async def test_a_kill_while_creating_leaves_a_home_that_can_be_used(tmp_path: Path) -> None:
    """Whatever the moment: new, or locked with the passphrase that was given."""
    for number in range(8):
        folder = tmp_path / str(number)
        async with RpcProcess.start(folder) as ada:
            await ada.call("home.status")
            await ada.send(
                {"jsonrpc": "2.0", "id": "x", "method": "home.create",
                 "params": {"passphrase": WORDS}}
            )  # fmt: skip
            await trio.sleep(number * 0.07)  # real time: this is about a real crash
            await ada.kill()
        async with RpcProcess.start(folder) as ada:
            state = (await ada.call("home.status"))["state"]
            method = {"new": "home.create", "locked": "home.unlock"}[state]
            assert await ada.call(method, passphrase=WORDS) == {}


async def test_garbage_does_not_end_the_process(tmp_path: Path) -> None:
    """Bytes of every kind, and then a question is answered; nothing of it is in the log."""
    async with RpcProcess.start(tmp_path) as ada:
        for raw in (
            b"hello",
            b"\xff\x00secret",
            b"[]",
            b"[1]",
            b"{}",
            b"x" * 2_000_000,
            b"{" * 9999,
        ):
            await ada.send_raw(raw + b"\n")
            assert (await ada.next_unasked())["error"]["data"]["kind"] in {
                "bad_request", "too_large",
            }  # fmt: skip
        assert (await ada.call("home.status"))["state"] == "new"
    assert ada.stderr == b""


async def test_what_needs_an_open_home_says_that_it_is_locked(tmp_path: Path) -> None:
    """Reading and writing alike, before there is a home and while it is locked."""
    async with RpcProcess.start(tmp_path) as ada:
        with pytest.raises(RpcError) as refusal:
            await ada.call("circle.list")
        assert refusal.value.kind == "locked"
        await ada.call("home.create", passphrase=WORDS)
        assert await ada.call("circle.list") == []
        await ada.call("home.lock")
        with pytest.raises(RpcError) as refusal:
            await ada.call("circle.create", name="By the water", display_name="Ada")
        assert refusal.value.kind == "locked"


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_stops_the_home(tmp_path: Path, sign: signal.Signals) -> None:
    """As `home.stop` does, with status 0, though the input is still open."""
    async with RpcProcess.start(tmp_path) as ada:
        await ada.call("home.create", passphrase=WORDS)
        ada.process.send_signal(sign)
        assert await ada.wait() == 0
        with pytest.raises(Ended):
            await ada.call("home.status")
    assert names_in(tmp_path) == {"header.json", "home.lock", "store.db"}


def test_a_home_can_be_asked_from_a_file(tmp_path: Path) -> None:
    """Create and list in one go, then the end of input: both are answered, status 0."""
    lines = [
        {"jsonrpc": "2.0", "id": 1, "method": "home.create", "params": {"passphrase": WORDS}},
        {"jsonrpc": "2.0", "id": 2, "method": "circle.list"},
    ]
    ended = run(
        "rpc", "--home", str(tmp_path), "--no-lan", "--listen", "/ip4/127.0.0.1/tcp/0",
        typed="\n".join(map(json.dumps, lines)).encode(),
    )  # fmt: skip
    answers = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [one["result"] for one in answers if one.get("id")] == [{}, []]
    assert (ended.returncode, ended.stderr) == (0, "")


async def test_a_home_in_a_place_that_cannot_be_made(tmp_path: Path) -> None:
    """The process lives and says, when asked to create, that it cannot write there."""
    # Below a file no folder can be made, not even by root.
    (tmp_path / "file").write_text("")
    async with RpcProcess.start(tmp_path / "file" / "home") as ada:
        assert (await ada.call("home.status"))["state"] == "new"
        with pytest.raises(RpcError) as refusal:
            await ada.call("home.create", passphrase=WORDS)
        assert refusal.value.kind == "read_only"


def test_a_reader_who_never_reads_cannot_keep_the_home(tmp_path: Path) -> None:
    """Whoever looks away with the pipe full does not hold up the end."""
    lines = [{"jsonrpc": "2.0", "id": n, "method": "rpc.discover"} for n in range(50)]
    lines.append({"jsonrpc": "2.0", "id": 50, "method": "home.stop"})
    with subprocess.Popen(
        [sys.executable, "-m", "app", "rpc", "--home", str(tmp_path), "--no-lan"],
        cwd=TREE,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as home:
        assert home.stdin is not None
        home.stdin.write("".join(json.dumps(line) + "\n" for line in lines).encode())
        home.stdin.flush()
        assert home.wait(timeout=30) == 0


@pytest.fixture
def _heeding_sigint() -> Iterator[None]:
    """A suite started in the background has SIGINT ignored, and its children inherit that."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.usefixtures("_heeding_sigint")
@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_demo_that_is_interrupted_leaves_nothing(tmp_path: Path, sign: signal.Signals) -> None:
    """Neither folders nor processes; one sentence says that it was stopped."""
    with subprocess.Popen(
        [sys.executable, "-m", "app", "demo"],
        cwd=TREE,
        env=os.environ | {"TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as demo:
        assert demo.stdout is not None
        assert b"Three homes" in demo.stdout.readline()
        assert len(names_in(tmp_path)) == 1
        demo.send_signal(sign)
        # The homes hold the other ends of no pipe of ours, so this returns once the demo ended.
        _, told = demo.communicate(timeout=60)
    assert demo.returncode == 1
    assert told.decode() == (
        "The demo stopped. Somebody asked for it.\nNothing of it is left on this computer.\n"
    )
    assert names_in(tmp_path) == set()


def test_the_demo_plays_to_its_end(tmp_path: Path) -> None:
    """Every step is told, all who are in hold the same before and after, and nothing is left."""
    ended = run("demo", TMPDIR=str(tmp_path))
    assert (ended.returncode, ended.stderr) == (0, "")
    lines = ended.stdout.splitlines()
    held = [(line.split()[0], line.split()[1]) for line in lines if line.startswith("    ")]
    assert [name for name, _ in held] == ["Ada", "Ben", "Cleo", "Ada", "Cleo"]
    before, after = ({digest for _, digest in part} for part in (held[:3], held[3:]))
    assert len(before) == len(after) == 1
    assert before != after
    assert any(line.startswith("• Ben is told: by Cleo") for line in lines)
    assert names_in(tmp_path) == set()
