"""An independent libp2p, js-libp2p by npm: it visits a home, and carries a conversation of two."""

import hashlib
import json
import os
import secrets
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest
import trio
from platformdirs import user_cache_path

from p2p.host import Path as Way
from p2p.host import address_peer
from tests.p2p.hosting import OFFERED, Guestbook, at_home, echo, wait_for
from tests.p2p.relaying import States, callable_only, echoes, in_the_middle
from tests.test_decoder import lacking

JS = Path(__file__).parent / "js"
HOP = "/libp2p/circuit/relay/0.2.0/hop"


@pytest.fixture(scope="module")
def program() -> Path:
    """The program and its packages, in a cache folder outside the repository."""
    if (missing := lacking()) is not None:
        pytest.skip(f"not here: {missing}")
    files = sorted(path for path in JS.iterdir() if path.is_file())
    name = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]
    folder = user_cache_path("hearthside-bench", appauthor=False) / f"js-libp2p-{name}"
    if not (folder / "complete").exists():
        # In a folder of this run's own first: another run may install at the same time.
        own = folder.with_name(f"{folder.name}-{os.getpid()}")
        shutil.rmtree(own, ignore_errors=True)
        shutil.copytree(JS, own, ignore=shutil.ignore_patterns("node_modules"))
        try:
            done = subprocess.run(
                ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
                cwd=own, capture_output=True, timeout=120, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            pytest.skip("not here: an answer from the npm registry in time")
        if done.returncode:
            pytest.skip("not here: the npm packages of js-libp2p's lock")
        (own / "complete").touch()
        try:
            own.rename(folder)
        except OSError:  # the other was faster
            shutil.rmtree(own, ignore_errors=True)
    return folder / "peer.mjs"


async def visits(program: Path, address: str) -> Any:  # noqa: ANN401 - as JSON has it
    """What js-libp2p found at an address."""
    with trio.fail_after(30):
        done = await trio.run_process(
            ["node", program, "visit", address], capture_stdout=True, capture_stderr=True
        )
    return json.loads(done.stdout)


async def test_js_libp2p_dials_identifies_and_pings_a_home(program: Path) -> None:
    """It learns the neutral names, where it is seen itself, and nothing that names us."""
    book = Guestbook()
    async with at_home(book) as ben:
        told = await visits(program, ben.addresses()[0])
        assert told["peer"] == ben.peer_id
        assert told["protocols"] == OFFERED
        assert (told["agent"], told["listening"]) == ("", [])
        assert told["observed"].startswith("/ip4/127.0.0.1/tcp/")
        assert len(told["pings"]) == 3
        await wait_for(lambda: not ben.connected())
    assert book.guests == []


async def test_js_libp2p_does_the_same_through_a_member_who_relays(program: Path) -> None:
    """Our relay, their client; and where it is seen is not said on a circuit."""
    async with in_the_middle() as rosa, callable_only(rosa) as ben:
        told = await visits(program, ben.circuits()[0])
        assert told["peer"] == ben.peer_id
        assert told["protocols"] == OFFERED
        assert told["limited"]
        assert len(told["pings"]) == 3
        await wait_for(lambda: rosa.carried().circuits == 0)
        told = await visits(program, rosa.addresses()[0])
        assert told["protocols"] == [*OFFERED, HOP]


@asynccontextmanager
async def js_relay(program: Path) -> AsyncIterator[str]:
    """js-libp2p in the middle; its address."""
    async with trio.open_nursery() as nursery:
        runs = partial(trio.run_process, stdin=PIPE, stdout=PIPE, check=False)
        process: trio.Process = await nursery.start(runs, ["node", program, "relay"])
        assert process.stdout is not None
        line = b""
        with trio.fail_after(30):
            while b"\n" not in line:
                line += await process.stdout.receive_some()
        yield json.loads(line)["address"]
        process.kill()


async def test_a_js_libp2p_relay_carries_a_conversation_of_two_of_ours(program: Path) -> None:
    """Ben keeps a place there, Ada calls; large frames, both ways, and a last word."""
    async with (
        js_relay(program) as address,
        at_home(echo, listen=()) as ben,
        at_home(listen=()) as ada,
        trio.open_nursery() as nursery,
    ):
        relay = address_peer(address)
        assert relay is not None
        states = States()

        async def keep() -> None:
            await ben.keep_reservation(relay, [address], states, entropy=os.urandom)

        nursery.start_soon(keep)
        await wait_for(lambda: states.held)
        stream = await ada.open(ben.peer, ben.circuits())
        assert stream.path is Way.RELAYED
        for size in (1, 65_535, 400 * 1024):
            await echoes(stream, secrets.token_bytes(size))
        second = await ada.open(ben.peer, ben.circuits())
        await echoes(second)
        await stream.close()
        await echoes(second)
        nursery.cancel_scope.cancel()
