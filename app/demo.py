"""Three homes on this computer play a short circle: real processes, real libp2p, on loopback.

It tells each step in plain words, ends with what the three homes hold, which must be equal, and
leaves nothing behind: the folders are temporary, and the processes end when their input ends, so
they cannot outlive this one even if it is killed.
"""

import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import trio

from app.logs import leaves, outline
from app.rpc_client import PATIENCE, Ended, Event, Json, RpcError, RpcProcess

_PASSPHRASE: Final = "three lanterns by the water"  # noqa: S105 - of people who do not exist


def play(*, window: bool = False) -> int:
    """Play it and give the exit status: 0, or 1 after a sentence about what went wrong."""
    try:
        trio.run(_until_told_to_stop, window)
    except (Exception, KeyboardInterrupt, BaseExceptionGroup) as fault:  # noqa: BLE001
        print(f"The demo stopped. {_sentence(fault)}", file=sys.stderr)
        print("Nothing of it is left on this computer.", file=sys.stderr)
        return 1
    return 0


async def _until_told_to_stop(window: bool) -> None:  # noqa: FBT001 - trio.run passes by place
    """Play; SIGTERM and Ctrl+C end it, so that also then nothing is left."""
    async with trio.open_nursery() as nursery:
        await nursery.start(_heed_signals)
        with tempfile.TemporaryDirectory(prefix="hearthside-demo-") as name:
            await _story(Path(name), window=window)
        nursery.cancel_scope.cancel()


async def _heed_signals(task_status: trio.TaskStatus[None]) -> None:
    # Ctrl+C, too: by itself it strikes anywhere, also where a pipe is only half made.
    with trio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        task_status.started()
        async for _ in signals:
            raise KeyboardInterrupt


async def _story(folder: Path, *, window: bool) -> None:
    _tell("Three homes begin, each a process of its own, on this computer only.")
    homes = {name: folder / name for name in ("ada", "ben", "cleo")}
    async with RpcProcess.start(homes["ada"]) as ada, RpcProcess.start(homes["ben"]) as ben:
        async with RpcProcess.start(homes["cleo"]) as cleo:
            for home in (ada, ben, cleo):
                await home.call("home.create", passphrase=_PASSPHRASE)
            circle = await _come_together(ada, ben, cleo)
            question = await _talk(circle, ada, ben, cleo)
            _tell("Cleo turns her computer off.")
            await cleo.stop()
        await _write_without_cleo(circle, question, ada, ben)
        async with RpcProcess.start(homes["cleo"]) as cleo:
            _tell("Cleo is back and catches up.")
            await cleo.call("home.unlock", passphrase=_PASSPHRASE)
            await _compare(circle, {"Ada": ada, "Ben": ben, "Cleo": cleo})
            await _remove_ben(circle, ada, ben, cleo)
            await _compare(circle, {"Ada": ada, "Cleo": cleo})
    if window:
        await _show(homes)
    _tell("That was all. Nothing of it stays on this computer.")


async def _come_together(ada: RpcProcess, ben: RpcProcess, cleo: RpcProcess) -> str:
    made = await ada.call("circle.create", name="By the water", display_name="Ada")
    circle: str = made["circle"]
    _tell("Ada makes a circle, “By the water”, and an invite for two.")
    invite = await ada.call("circle.invite", circle=circle, uses=2)
    for home, name in ((ben, "Ben"), (cleo, "Cleo")):
        begun = await home.call("circle.join", code=invite["link"], display_name=name)
        await home.wait_for(_joined(begun["join"]))
        _tell(f"{name} comes in with it.")
    return circle


async def _talk(circle: str, ada: RpcProcess, ben: RpcProcess, cleo: RpcProcess) -> str:
    asked = await ada.call(
        "post.create",
        circle=circle,
        kind="question",
        title="First nights",
        body="How did you get through the first nights?",
        want="experiences",
    )
    question: str = asked["post"]
    _tell("Ada asks: “How did you get through the first nights?”")
    for home in (ben, cleo):
        await _has(home, circle, question)
    _tell("Ben and Cleo have it on their own computers now.")
    for home, name, words in (
        (ben, "Ben", "With the radio on, very low."),
        (cleo, "Cleo", "I wrote letters I never sent."),
    ):
        reply = await home.call("post.create", circle=circle, body=words, reply_to=question)
        await _has(ada, circle, question, reply["post"])
        _tell(f"{name} replies: “{words}”")
    return question


async def _write_without_cleo(circle: str, question: str, ada: RpcProcess, ben: RpcProcess) -> None:
    thanks = await ada.call(
        "post.create", circle=circle, body="Thank you both. I slept.", reply_to=question
    )
    await _has(ben, circle, question, thanks["post"])
    story = await ben.call("post.create", circle=circle, body="Walked to the harbour today.")
    await _has(ada, circle, story["post"])
    _tell("Meanwhile Ada and Ben write one post each.")


async def _remove_ben(circle: str, ada: RpcProcess, ben: RpcProcess, cleo: RpcProcess) -> None:
    people = await ada.call("circle.members", circle=circle)
    member = {one["display_name"]: one["member"] for one in people}
    await ada.call("member.set_role", circle=circle, member=member["Cleo"], role="moderator")
    _tell("Ada makes Cleo a moderator.")
    await cleo.wait_until(lambda: _may_remove(cleo, circle, member["Ben"]))
    reason = "Sold pills to two of us."
    await cleo.call("member.remove", circle=circle, member=member["Ben"], reason=reason)
    _tell(f"Cleo removes Ben. All can read why: “{reason}”")
    await ben.wait_for(lambda event: event["type"] == "circle.removed")
    (row,) = await ben.call("circle.list")
    _tell(f"Ben is told: by {row['removed_by']}, “{row['removed_reason']}”")
    after = await ada.call("post.create", circle=circle, body="We are two now.")
    await _has(cleo, circle, after["post"])
    if any(one["post"] == after["post"] for one in await ben.call("post.list", circle=circle)):
        raise _StepFailedError("Ben reads what was written after he was removed")
    _tell("Ada writes, under fresh keys: Cleo reads it, and Ben can't.")


async def _may_remove(home: RpcProcess, circle: str, member: str) -> bool:
    people = await home.call("circle.members", circle=circle)
    return any(one["member"] == member and one["may_remove"] for one in people)


async def _compare(circle: str, homes: dict[str, RpcProcess]) -> None:
    """Wait until all hold the same and say what it is.

    Asking again is right here, though this project does not poll elsewhere: a digest is said by no
    event, and equality is a matter of several homes.
    """
    digests: dict[str, Json] = {}
    with trio.move_on_after(PATIENCE):
        while len(set(map(_held, digests.values()))) != 1:
            if digests:
                await trio.sleep(0.1)
            for name, home in homes.items():
                digests[name] = await home.call("circle.digest", circle=circle)
        all_ = "All three" if len(homes) > 2 else "Both"  # noqa: PLR2004 - words for two
        _tell(f"{all_} hold the same {digests['Ada']['posts']} posts and replies:")
        for name, digest in digests.items():
            print(f"    {name:5}{digest['frontier']}", flush=True)
        return
    raise _StepFailedError("the homes do not hold the same")


def _held(digest: Json) -> tuple[Json, ...]:
    return tuple(digest[part] for part in ("frontier", "ops", "posts", "missing"))


async def _show(homes: dict[str, Path]) -> None:
    async with RpcProcess.start(homes["ben"]) as ben, RpcProcess.start(homes["cleo"]) as cleo:
        for home in (ben, cleo):
            await home.call("home.unlock", passphrase=_PASSPHRASE)
        _tell("Now Ada's home opens in its window. Close the window to end the demo.")
        print(f"    Her passphrase is: {_PASSPHRASE}", flush=True)
        window = [sys.executable, "-m", "app", "--home", str(homes["ada"])]
        ended = await trio.run_process(window, cwd=Path(__file__).parents[1], check=False)
        if ended.returncode:
            raise _StepFailedError("the window did not open")


def _joined(join: str) -> Callable[[Event], bool]:
    return lambda event: event["type"] == "circle.joined" and event["join"] == join


async def _has(home: RpcProcess, circle: str, post: str, reply: str | None = None) -> None:
    """Wait until a home holds a post, or a reply to it. Events say when to look again."""

    async def here() -> bool:
        # Several posts that come at once are told in one event without ids, so this reads.
        if reply is None:
            posts = await home.call("post.list", circle=circle)
            return any(one["post"] == post for one in posts)
        thread = await home.call("post.thread", circle=circle, post=post)
        return any(one["post"] == reply for one in thread["replies"])

    await home.wait_until(here)


class _StepFailedError(Exception):
    """A step of the story did not go as told; the message says which."""


def _sentence(fault: BaseException) -> str:
    faults = list(leaves(fault))
    if any(isinstance(leaf, KeyboardInterrupt) for leaf in faults):
        return "Somebody asked for it."
    for leaf in faults:
        match leaf:
            case RpcError(message=message):
                return message
            case Ended():
                return "One of the homes ended by itself."
            case TimeoutError() | _StepFailedError():
                return f"{leaf}.".capitalize()
    return f"That is a fault of Hearthside's own: {outline(fault)}"


def _tell(step: str) -> None:
    print(f"• {step}", flush=True)
