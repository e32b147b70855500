"""One home over JSON-RPC: whatever comes, it answers and lives."""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import trio
import trio.testing

from app import commands
from app.circle.state import HomeState, Invite
from app.events import CircleJoined, HomeChanged, NetChanged, Said, Trouble
from app.refused import Refused, Why
from app.rpc import serve
from app.stdio import MAX_LINE, MAX_WAITING, Splitter, TooLong
from app.version import VERSION
from tests.app.standin import StandIn

CIRCLE = "ab" * 32
PATIENCE = 30.0  # seconds; a busy machine has other things to do


class Wire:
    """The other end of the two pipes."""

    def __init__(self, home: StandIn, into: int, out: int) -> None:
        self.home = home
        self.into = into
        self._out = out
        self._begun = b""
        self.ended = trio.Event()

    async def send(self, *lines: bytes | dict[str, Any]) -> None:
        raw = b"".join(
            (line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n"
            for line in lines
        )
        await trio.to_thread.run_sync(_write_all, self.into, raw)

    async def read(self) -> dict[str, Any]:
        with trio.fail_after(PATIENCE):
            while b"\n" not in self._begun:
                piece = await trio.to_thread.run_sync(
                    os.read, self._out, 65536, abandon_on_cancel=True
                )
                assert piece, "the conversation ended"
                self._begun += piece
        line, self._begun = self._begun.split(b"\n", 1)
        read: dict[str, Any] = json.loads(line)
        return read

    async def ask(self, method: str, /, **params: object) -> dict[str, Any]:
        await self.send(call(method, **params))
        return await self.read()

    def hang_up(self) -> None:
        """End the input."""
        if self.into >= 0:
            os.close(self.into)
            self.into = -1

    def look_away(self) -> None:
        """Read no more, ever."""
        os.close(self._out)
        self._out = -1

    def close(self) -> None:
        self.hang_up()
        if self._out >= 0:
            os.close(self._out)


def _write_all(descriptor: int, raw: bytes) -> None:
    while raw:
        raw = raw[os.write(descriptor, raw) :]


def call(method: str, /, ident: object = 1, **params: object) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": ident, "method": method, "params": params}


def fault(answer: dict[str, Any]) -> tuple[int, str, object]:
    """Give code, kind and id of an error, whose message must be one plain sentence."""
    assert set(answer) == {"jsonrpc", "id", "error"}
    assert answer["error"]["message"].endswith(".")
    return answer["error"]["code"], answer["error"]["data"]["kind"], answer["id"]


@asynccontextmanager
async def speaking(home: StandIn | None = None) -> AsyncIterator[Wire]:
    """Serve a stand-in over two real pipes; at the end it must stop by itself."""
    source, into = os.pipe()
    out, sink = os.pipe()
    wire = Wire(home or StandIn(), into, out)

    async def served() -> None:
        await serve(wire.home, source, sink)
        wire.ended.set()

    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(served)
            yield wire
            wire.hang_up()
            with trio.fail_after(PATIENCE):
                await wire.ended.wait()
    finally:
        wire.close()
        os.close(source)
        os.close(sink)


async def test_a_question_is_answered() -> None:
    """A status has state and version, as words."""
    async with speaking() as wire:
        answer = await wire.ask("home.status")
    assert answer == {"jsonrpc": "2.0", "id": 1, "result": {"state": "new", "version": VERSION}}


async def test_all_that_a_command_says_is_heard_before_its_answer() -> None:
    """However much that is, whatever comes of it, and whoever of trio's tasks has the turn."""
    often = 60
    said: list[Said] = [NetChanged(), HomeChanged(state=HomeState.OPEN), NetChanged()]

    async def speak(_command: object) -> object:
        for event in said:
            home.say(event)
        match len(home.asked) % 3:
            case 0:
                raise Refused(Why.LOCKED, "This home is locked.")
            case 1:
                raise ValueError
            case _:
                return []

    home = StandIn(ListCircles=speak)
    async with speaking(home) as wire:
        for _ in range(often):
            await wire.send(call("circle.list"))
            lines = [await wire.read() for _ in range(len(said) + 1)]
            assert ["id" in line for line in lines] == [False] * len(said) + [True]


@pytest.mark.parametrize("ident", ["seven", "", 0, -3, 1.5, 10**30, None])
async def test_an_answer_has_the_id_of_its_question(ident: object) -> None:
    """Also an empty text, zero, or null."""
    async with speaking() as wire:
        await wire.send(call("home.status", ident))
        assert (await wire.read())["id"] == ident


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"", -32700),
        (b"hello", -32700),
        (b"{", -32700),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "home.status"} x', -32700),
        (b"\x00\x01\x02", -32700),
        (b'"\xff\xfe"', -32700),
        (b'{"jsonrpc":"2.0","id":1,"method":"\xc3\x28"}', -32700),
        (b'{"a": "\\ud800"}', -32700),
        (b"[" * 100_000, -32700),
        (b'{"a":' * 100_000, -32700),
        (b"1e999", -32700),
        (b"[]", -32600),
        (b'[{"jsonrpc": "2.0", "id": 1, "method": "home.status"}]', -32600),
        (b"42", -32600),
        (b"null", -32600),
        (b"{}", -32600),
        (b'{"id": [1], "jsonrpc": "2.0", "method": "home.status"}', -32600),
        (b'{"id": true, "jsonrpc": "2.0", "method": "home.status"}', -32600),
    ],
)
async def test_garbage_is_answered_once_and_survived(line: bytes, code: int) -> None:
    """One error without id for a line that is no request, and the next line is heard."""
    async with speaking() as wire:
        await wire.send(line)
        assert fault(await wire.read()) == (code, "bad_request", None)
        assert "result" in await wire.ask("home.status")


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"jsonrpc": "1.0", "id": 1, "method": "home.status"}, -32600),
        ({"id": 1, "method": "home.status"}, -32600),
        ({"jsonrpc": "2.0", "id": 1, "method": 5}, -32600),
        ({"jsonrpc": "2.0", "id": 1}, -32600),
        (call("home.sell"), -32601),
        (call(""), -32601),
        ({"jsonrpc": "2.0", "id": 1, "method": "circle.read", "params": [CIRCLE]}, -32602),
        ({"jsonrpc": "2.0", "id": 1, "method": "home.status", "params": []}, -32602),
        ({"jsonrpc": "2.0", "id": 1, "method": "home.status", "params": None}, -32602),
        ({"jsonrpc": "2.0", "id": 1, "method": "home.unlock"}, -32602),
        (call("home.status", more=1), -32602),
        (call("circle.create", name="", display_name="Ada"), -32602),
        (call("circle.create", name="x" * 65, display_name="Ada"), -32602),
        (call("circle.create", name="Grief", display_name=7), -32602),
        (call("circle.create", name="Gr\0ef", display_name="Ada"), -32602),
        (call("circle.create", name="Grief", display_name="Ada", history="mine"), -32602),
        (call("circle.create", name="Grief", display_name="Ada", keep_days=-1), -32602),
        (call("circle.create", name="Grief", display_name="Ada", keep_days=3651), -32602),
        (call("circle.invite", circle=CIRCLE, uses=0), -32602),
        (call("circle.invite", circle=CIRCLE, uses=True), -32602),
        (call("circle.invite", circle=CIRCLE, uses=10**30), -32602),
        (call("circle.invite", circle="Grief"), -32602),
        (call("circle.read", circle=CIRCLE, post=5), -32602),
        (call("circle.leave", circle=CIRCLE, erase="Grief"), -32602),
        (call("circle.join", code=5, display_name="Ada"), -32602),
    ],
)
async def test_a_wrong_call_is_told_so(request_: dict[str, Any], code: int) -> None:
    """With the id, the kind and a sentence that repeats nothing of what was sent."""
    async with speaking() as wire:
        await wire.send(request_)
        answer = await wire.read()
        assert fault(answer) == (code, "bad_request", 1)
        assert not {"Grief", "Ada", "mine", "sell", "more"} & set(
            answer["error"]["message"].replace("`", " ").split()
        )
        assert wire.home.asked == []


async def test_a_wrong_parameter_is_named_with_what_it_has_to_be() -> None:
    """The sentence helps whoever writes the script."""
    async with speaking() as wire:

        async def told(method: str, **params: object) -> str:
            message: str = (await wire.ask(method, **params))["error"]["message"]
            return message

        assert await told("home.unlock") == "`passphrase` is missing."
        assert (
            await told("circle.create", name="", display_name="Ada")
            == "`name` has to be text of 1 to 64 characters."
        )
        assert (
            await told("circle.create", name="a", display_name="b", history="c")
            == "`history` has to be one of open, fresh."
        )
        assert (
            await told("post.list", circle=CIRCLE, limit=0)
            == "`limit` has to be a whole number from 1 to 1000."
        )
        assert (
            await told("circle.read", circle=CIRCLE, post=1)
            == "`post` has to be an id: 64 lowercase hex digits or null."
        )
        assert await told("circle.leave", circle=CIRCLE, erase=1) == (
            "`erase` has to be true or false."
        )
        assert await told("home.lock", now=1) == "A parameter is not known to this method."


@pytest.mark.parametrize("code", ["x" * 5000, "AB\0CD"])
async def test_text_that_cannot_be_a_code_is_a_bad_invite(code: str) -> None:
    """Every malformed code has the same answer, however it is malformed."""
    async with speaking() as wire:
        answer = await wire.ask("circle.join", code=code, display_name="Ada")
        assert fault(answer) == (-32000, "bad_invite", 1)


async def test_a_body_beyond_the_limit_is_too_large() -> None:
    """Counted in bytes of UTF-8; one that just fits goes through."""
    async with speaking() as wire:
        fits = await wire.ask("post.create", circle=CIRCLE, body="é" * (24 * 1024))
        assert "result" in fits
        answer = await wire.ask("post.create", circle=CIRCLE, body="é" * (24 * 1024) + "x")
        assert fault(answer) == (-32000, "too_large", 1)
        assert len(wire.home.asked) == 1


async def test_a_line_without_end_is_not_kept() -> None:
    """It is answered with too_large, and the next line is heard."""
    async with speaking() as wire:
        await wire.send(b"x" * (3 * MAX_LINE))
        assert fault(await wire.read()) == (-32600, "too_large", None)
        assert "result" in await wire.ask("home.status")


async def test_a_notification_has_no_answer() -> None:
    """It is done, or goes wrong, in silence."""
    quiet = {"jsonrpc": "2.0", "method": "circle.list"}
    async with speaking() as wire:
        await wire.send(
            quiet,
            quiet | {"method": "home.sell"},
            quiet | {"params": [1]},
            quiet | {"params": {"circle": 1}},
        )
        assert (await wire.ask("home.status"))["id"] == 1
        assert commands.ListCircles() in wire.home.asked


async def test_a_refusal_comes_with_its_kind_and_sentence() -> None:
    """What the home says to the person goes through as it is; wrong parameters keep their code."""

    async def not_there(_: object) -> object:
        raise Refused(Why.NO_SUCH_CIRCLE, "You are not in this circle.")

    async def untitled(_: object) -> object:
        raise Refused(Why.BAD_REQUEST, "A question needs a title.")

    async with speaking(StandIn(ListMembers=not_there, WritePost=untitled)) as wire:
        answer = await wire.ask("circle.members", circle=CIRCLE)
        assert fault(answer) == (-32000, "no_such_circle", 1)
        assert answer["error"]["message"] == "You are not in this circle."
        answer = await wire.ask("post.create", circle=CIRCLE, body="x", kind="question")
        assert fault(answer) == (-32602, "bad_request", 1)


async def test_a_fault_of_our_own_does_not_end_the_process(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The answer says so without its words, and the next question is answered."""

    async def stumble(_: object) -> object:
        raise ValueError("Ada's secret")

    async with speaking(StandIn(ListCircles=stumble)) as wire:
        answer = await wire.ask("circle.list")
        assert fault(answer) == (-32603, "internal", 1)
        assert "Ada" not in json.dumps(answer)
        assert "result" in await wire.ask("home.status")
    assert [record.getMessage() for record in caplog.records] == ["a command failed"]


async def test_times_are_rfc_3339_in_utc() -> None:
    """And enumerations are words."""

    async def invite(_: object) -> object:
        at = datetime(2026, 11, 23, 3, 7, tzinfo=UTC)
        return Invite(invite=CIRCLE, code="a", link="b", expires_at=at, uses=1)

    async with speaking(StandIn(MakeInvite=invite)) as wire:
        answer = await wire.ask("circle.invite", circle=CIRCLE)
        assert answer["result"]["expires_at"] == "2026-11-23T03:07:00Z"


async def test_a_quick_answer_does_not_wait_for_a_slow_one() -> None:
    """Answers come in any order, each with its id."""
    slow = trio.Event()

    async def dial(_: object) -> object:
        await slow.wait()
        return commands.Nothing()

    async with speaking(StandIn(Dial=dial)) as wire:
        await wire.send(call("net.dial", "slow", address="/ip4/1.1.1.1/tcp/1"))
        await wire.send(call("circle.list", "quick"))
        assert (await wire.read())["id"] == "quick"
        slow.set()
        assert (await wire.read())["id"] == "slow"


async def test_commands_begin_in_the_order_of_their_lines() -> None:
    """A hundred at once: the home is asked in that order."""
    async with speaking() as wire:
        await wire.send(
            *(call("circle.join", n, code=str(n), display_name="A") for n in range(100))
        )
        answered = {(await wire.read())["id"] for _ in range(100)}
    assert answered == set(range(100))
    joins = [one for one in wire.home.asked if isinstance(one, commands.JoinCircle)]
    assert [one.code for one in joins] == [str(n) for n in range(100)]


async def test_what_follows_an_unlock_waits_for_it_but_the_status_does_not() -> None:
    """A script may write unlock and list in one go, and meanwhile the home can be asked."""
    opening, opened = trio.Event(), trio.Event()

    async def unlock(_: object) -> object:
        opening.set()
        await opened.wait()
        return commands.Nothing()

    async with speaking(StandIn(Unlock=unlock)) as wire:
        await wire.send(
            call("home.unlock", "door", passphrase="x"),
            call("circle.list", "list"),
            call("home.status", "status"),
            call("rpc.discover", "discover"),
        )
        await opening.wait()
        assert {(await wire.read())["id"] for _ in range(2)} == {"status", "discover"}
        assert commands.ListCircles() not in wire.home.asked
        opened.set()
        assert (await wire.read())["id"] == "door"
        assert (await wire.read())["id"] == "list"


async def test_events_are_told() -> None:
    """Each as a notification with its type."""
    async with speaking() as wire:
        wire.home.say(HomeChanged(state=HomeState.OPEN))
        wire.home.say(CircleJoined(join="1", circle=CIRCLE))
        assert await wire.read() == {
            "jsonrpc": "2.0",
            "method": "event",
            "params": {"type": "home.changed", "state": "open"},
        }
        assert (await wire.read())["params"]["type"] == "circle.joined"


async def test_a_slow_reader_is_told_how_much_it_missed() -> None:
    """Events do not fill the memory, and the home never waits for a reader."""
    long = Trouble(kind="disk_full", message="x" * 100_000)
    many = MAX_WAITING // 100_000 * 2
    async with speaking() as wire:
        for _ in range(many):
            wire.home.say(long)
            await trio.lowlevel.checkpoint()
        await trio.testing.wait_all_tasks_blocked()
        told = 0
        while (event := (await wire.read())["params"])["type"] == "home.trouble":
            told += 1
        assert event["type"] == "events.missed"
        assert told + event["count"] == many
        assert event["count"] > 0


async def test_home_stop_answers_and_ends() -> None:
    """The answer comes first, while the input is still open."""
    async with speaking() as wire:
        assert await wire.ask("home.stop") == {"jsonrpc": "2.0", "id": 1, "result": {}}
        with trio.fail_after(PATIENCE):
            await wire.ended.wait()


async def test_the_end_of_input_lets_open_questions_be_answered() -> None:
    """So a home can be asked from a file: unlock, list, end. The last line needs no line end."""
    async with speaking() as wire:
        await wire.send(call("home.unlock", 1, passphrase="x"))
        os.write(wire.into, json.dumps(call("circle.list", 2)).encode())
        wire.hang_up()
        assert [(await wire.read())["id"] for _ in range(2)] == [1, 2]
        with trio.fail_after(PATIENCE):
            await wire.ended.wait()
        assert isinstance(wire.home.asked[-1], commands.Stop)


async def test_a_reader_who_goes_away_ends_it() -> None:
    """Nobody is there for whom to go on."""
    async with speaking() as wire:
        wire.look_away()
        with suppress(OSError):
            await wire.send(call("home.status"))
        with trio.fail_after(PATIENCE):
            await wire.ended.wait()


async def test_discover_tells_every_method() -> None:
    """An OpenRPC document with parameters, results and resolvable references."""
    async with speaking() as wire:
        document = (await wire.ask("rpc.discover"))["result"]
    assert document["openrpc"].startswith("1.")
    assert document["info"] == {
        "title": "Hearthside", "version": VERSION, "license": {"name": "GPL-3.0-or-later"},
    }  # fmt: skip
    methods = {method["name"]: method for method in document["methods"]}
    assert set(methods) == {one.method for one in commands.ALL} | {"rpc.discover"}
    create = methods["circle.create"]
    assert create["paramStructure"] == "by-name"
    assert [(one["name"], one["required"]) for one in create["params"]] == [
        ("name", True), ("display_name", True), ("about", False), ("history", False),
        ("keep_days", False),
    ]  # fmt: skip
    assert create["result"]["schema"] == {"$ref": "#/components/schemas/CircleMade"}
    assert methods["circle.list"]["result"]["schema"]["type"] == "array"
    for reference in _references(document):
        part: Any = document
        for name in reference.removeprefix("#/").split("/"):
            part = part[name]
        assert part


def _references(part: object) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if "$ref" in part else []
        return own + [one for inner in part.values() for one in _references(inner)]
    if isinstance(part, list):
        return [one for inner in part for one in _references(inner)]
    return []


def test_lines_come_out_the_same_however_they_are_cut() -> None:
    """One byte at a time or all at once."""
    raw = b"one\n\ntwo\r\nthr" + b"e" * 50 + b"\nfour"
    expected = [b"one", b"", b"two\r", TooLong, b"four"]
    for size in (1, 3, 7, len(raw)):
        splitter = Splitter(limit=20)
        lines = [
            line for at in range(0, len(raw), size) for line in splitter.feed(raw[at : at + size])
        ]
        lines += splitter.end()
        assert [TooLong if isinstance(line, TooLong) else line for line in lines] == expected


def test_the_version_is_that_of_the_package() -> None:
    """The number stands in two places, and they are equal."""
    text = (Path(__file__).parents[2] / "pyproject.toml").read_text()
    assert f'\nversion = "{VERSION}"\n' in text
