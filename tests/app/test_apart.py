"""A home in its own process, as the window has it: answers, events, refusals, and every ending."""

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
import trio

from app import commands as c
from app.apart import Ended, HomeApart
from app.circle.state import HomeState, PostKind
from app.command import answer_of
from app.events import CircleChanged, HomeChanged, PostArrived, Said
from app.places import Places
from app.refused import HALF_A_CHARACTER, Refused, Why

PASSPHRASE = "amber kettle north willow"
WORDS = 'Évening 🌙 \\ "quiet"\n\u202eline'
LOOPBACK = ("/ip4/127.0.0.1/tcp/0",)
TREE = Path(__file__).parents[2]
PATIENCE = 20.0

WINDOW = """
import sys, trio
from pathlib import Path
from app.apart import HomeApart

async def main():
    home = HomeApart(Path(sys.argv[1]), lan=False)
    async with trio.open_nursery() as nursery:
        await nursery.start(home.run)
        print(home._process.pid, flush=True)

trio.run(main)
"""


@asynccontextmanager
async def apart(folder: Path) -> AsyncIterator[HomeApart]:
    """A home that has started, and is stopped in the end."""
    home = HomeApart(folder, listen=LOOPBACK, lan=False)
    with trio.fail_after(PATIENCE):
        async with trio.open_nursery() as nursery:
            await nursery.start(home.run)
            yield home
            await home.do(c.Stop())


def waiting(said: trio.MemoryReceiveChannel[Said]) -> list[Said]:
    """What has been said and not been read, without waiting for more."""
    return [said.receive_nowait() for _ in range(said.statistics().current_buffer_used)]


def free(folder: Path) -> bool:
    try:
        with Places(folder).claim():
            return True
    except Exception:  # noqa: BLE001 - whatever it is
        return False


async def test_a_home_is_made_written_to_and_opened_again(tmp_path: Path) -> None:
    async with apart(tmp_path) as home:
        states = [home.state]
        await home.do(c.CreateHome(passphrase=PASSPHRASE))
        assert [*states, home.state] == [HomeState.NEW, HomeState.OPEN]
        made = await home.do(c.CreateCircle(name="Quiet table", display_name="Ada"))
        post = await home.do(c.WritePost(circle=made.circle, body=WORDS, kind=PostKind.CHECKIN))
    assert free(tmp_path)
    async with apart(tmp_path) as home:
        assert home.state is HomeState.LOCKED
        await home.do(c.Unlock(passphrase=PASSPHRASE))
        (row,) = await home.do(c.ListPosts(circle=made.circle))
        assert (row.post, row.body, row.kind) == (post.post, WORDS, PostKind.CHECKIN)


async def test_what_a_command_did_is_heard_before_its_answer(tmp_path: Path) -> None:
    """A screen that shows an answer has been told already what came before it."""
    async with apart(tmp_path) as home:
        with home.listen() as said:
            await home.do(c.CreateHome(passphrase=PASSPHRASE))
            assert HomeChanged(state=HomeState.OPEN) in waiting(said)
            made = await home.do(c.CreateCircle(name="Quiet table", display_name="Ada"))
            assert CircleChanged(circle=made.circle) in waiting(said)
            for number in range(20):
                post = await home.do(c.WritePost(circle=made.circle, body=f"post {number}"))
                told = [event.post for event in waiting(said) if isinstance(event, PostArrived)]
                assert told == [post.post]


async def test_a_refusal_comes_with_its_kind_and_its_sentence(tmp_path: Path) -> None:
    async with apart(tmp_path) as home:
        with pytest.raises(Refused) as locked:
            await home.do(c.ListCircles())
        assert locked.value.kind is Why.LOCKED
        await home.do(c.CreateHome(passphrase=PASSPHRASE))
        with pytest.raises(Refused) as unknown:
            await home.do(c.ListPosts(circle="0" * 64))
        assert unknown.value.kind is Why.NO_SUCH_CIRCLE
        made = await home.do(c.CreateCircle(name="Quiet table", display_name="Ada"))
        with pytest.raises(Refused) as half:
            await home.do(c.WritePost(circle=made.circle, body="half a \ud83c"))
        assert (half.value.kind, half.value.message) == (Why.BAD_REQUEST, HALF_A_CHARACTER)
        with pytest.raises(Refused) as long:
            await home.do(c.WritePost(circle=made.circle, body="x" * 50_000))
        assert long.value.kind is Why.TOO_LARGE


async def test_a_draft_longer_than_a_post_is_kept_and_one_beyond_all_measure_refused(
    tmp_path: Path,
) -> None:
    async with apart(tmp_path) as home:
        await home.do(c.CreateHome(passphrase=PASSPHRASE))
        made = await home.do(c.CreateCircle(name="Quiet table", display_name="Ada"))
        long = "word " * 30_000
        await home.do(c.KeepDraft(circle=made.circle, place="circle", body=long))
        with pytest.raises(Refused) as refused:
            await home.do(c.KeepDraft(circle=made.circle, place="circle", body=long * 10))
        assert refused.value.kind is Why.TOO_LARGE
        (draft,) = await home.do(c.ListDrafts(circle=made.circle))
        assert draft.body == long


def test_every_answer_can_be_read() -> None:
    for command in c.ALL:
        msgspec.json.Decoder(answer_of(command))


async def test_a_home_that_is_killed_is_told_and_nobody_waits_for_it(tmp_path: Path) -> None:
    home = HomeApart(tmp_path, listen=LOOPBACK, lan=False)
    ended: list[type[BaseException]] = []

    async def ask() -> None:
        try:
            await home.do(c.CreateHome(passphrase=PASSPHRASE))  # stretches: takes a moment
        except Ended:
            ended.append(Ended)

    with trio.fail_after(PATIENCE):
        async with trio.open_nursery() as asking:
            with pytest.raises(BaseExceptionGroup) as fell:  # noqa: PT012 - a nursery's
                async with trio.open_nursery() as nursery:
                    await nursery.start(home.run)
                    asking.start_soon(ask)
                    await trio.testing.wait_all_tasks_blocked(0.05)
                    assert home._process is not None
                    home._process.kill()
    assert fell.group_contains(Ended)
    assert ended == [Ended]
    assert free(tmp_path)
    with pytest.raises(Ended):
        await home.do(c.HomeStatus())


async def test_a_home_that_is_open_elsewhere_does_not_start(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with Places(tmp_path).claim(), trio.fail_after(PATIENCE):
        with pytest.raises(BaseExceptionGroup) as fell:
            async with trio.open_nursery() as nursery:
                await nursery.start(HomeApart(tmp_path, lan=False).run)
        assert fell.group_contains(Ended)
    assert "already open" in capfd.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="kills as POSIX does")
async def test_who_comes_right_after_a_window_that_was_killed_waits_for_its_home(
    tmp_path: Path,
) -> None:
    """Not turned away by what is only about to end."""
    window = await trio.lowlevel.open_process(
        [sys.executable, "-c", WINDOW, str(tmp_path)], cwd=TREE, stdout=subprocess.PIPE
    )
    assert window.stdout is not None
    with trio.fail_after(PATIENCE):
        await window.stdout.receive_some()
        window.send_signal(signal.SIGKILL)
        async with apart(tmp_path) as home:
            assert home.state is HomeState.NEW
        await window.wait()
    await window.stdout.aclose()


@pytest.mark.skipif(sys.platform == "win32", reason="kills as POSIX does")
async def test_a_home_does_not_outlive_a_window_that_was_killed(tmp_path: Path) -> None:
    window = await trio.lowlevel.open_process(
        [sys.executable, "-c", WINDOW, str(tmp_path)], cwd=TREE, stdout=subprocess.PIPE
    )
    assert window.stdout is not None
    with trio.fail_after(PATIENCE):
        home = int(await window.stdout.receive_some())
        assert not free(tmp_path)
        os.kill(home, 0)
        window.send_signal(signal.SIGKILL)
        await window.wait()
        while not free(tmp_path):  # noqa: ASYNC110 - see below
            await trio.sleep(0.02)  # a lock of the system tells nobody when it is free
    await window.stdout.aclose()
