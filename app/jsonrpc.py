"""JSON-RPC 2.0 as bytes: a line becomes a request, a request a command, an answer a line. Pure.

Source: jsonrpc.org/specification, and spec/rpc.md for what it leaves open (no batches, parameters
by name only, `data.kind`). Messages name our own fields and limits and repeat nothing else: what
somebody sent by mistake may be their passphrase.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import msgspec
from msgspec import inspect

from app import commands
from app.commands import MAX_BODY, Command, JoinCircle, KeepDraft
from app.events import Said
from app.refused import HALF_A_CHARACTER, Refused, Why
from app.stdio import MAX_LINE, TooLong

Ident: TypeAlias = str | int | float | None

BAD_JSON: Final = -32700
BAD_REQUEST: Final = -32600
NO_SUCH_METHOD: Final = -32601
WRONG_PARAMETERS: Final = -32602
INTERNAL: Final = -32603
REFUSED: Final = -32000  # the first of those that the specification leaves to the application

DISCOVER: Final = "rpc.discover"

_MAX_CODE: Final = 4096  # characters, as `JoinCircle.code` has it
_METHODS: Final[dict[str, type[Command[object]]]] = {
    command.method: command for command in commands.ALL
}
_FIELD: Final = re.compile(r" - at `\$\.(\w+)")
_MISSING: Final = re.compile(r"^Object missing required field `(\w+)`$")


@dataclass(frozen=True, slots=True)
class Request:
    """A call by name. A notification wants no answer, whatever becomes of it."""

    method: str
    params: dict[str, object]
    ident: Ident
    wants_answer: bool


class NotUnderstood(Exception):  # noqa: N818 - the caller's mistake, not ours
    """A line that is no proper call."""

    def __init__(
        self, code: int, message: str, ident: Ident = None, *, kind: str = "bad_request",
        wants_answer: bool = True,
    ) -> None:  # fmt: skip
        """`code` is JSON-RPC's, `message` a sentence of constants."""
        super().__init__(message)
        self.code = code
        self.message = message
        self.kind = kind
        self.ident = ident
        self.wants_answer = wants_answer


def read_request(line: bytes | TooLong) -> Request:
    """Read one line. `NotUnderstood` with the id to answer to, where there is one."""
    if isinstance(line, TooLong):
        raise NotUnderstood(
            BAD_REQUEST, "This line is too long: 1 MiB at most.", kind=Why.TOO_LARGE
        )
    try:
        call = msgspec.json.decode(line)
    except (ValueError, RecursionError):
        raise NotUnderstood(BAD_JSON, "This line is not JSON.") from None
    if not isinstance(call, dict):
        raise NotUnderstood(BAD_REQUEST, "A request is one JSON object on one line.")
    ident = call.get("id")
    if isinstance(ident, bool) or not isinstance(ident, str | int | float | None):
        raise NotUnderstood(BAD_REQUEST, "The id of a request is text, a number or null.")
    method = call.get("method")
    if call.get("jsonrpc") != "2.0" or not isinstance(method, str):
        raise NotUnderstood(
            BAD_REQUEST, 'A request has "jsonrpc": "2.0" and the name of a method.', ident
        )
    wants_answer = "id" in call
    params = call.get("params", {})
    if not isinstance(params, dict):
        raise NotUnderstood(
            WRONG_PARAMETERS, "Parameters go by name, in one object.", ident,
            wants_answer=wants_answer,
        )  # fmt: skip
    return Request(method, params, ident, wants_answer)


def read_command(request: Request) -> Command[object]:
    """Read the command that is asked for.

    `NotUnderstood` if there is no such method or its parameters are wrong; `Refused`: TOO_LARGE for
    a body beyond the limit, BAD_INVITE for text that cannot be a code.
    """
    kind = _METHODS.get(request.method)
    if kind is None:
        raise NotUnderstood(NO_SUCH_METHOD, "There is no such method.")
    try:
        command = msgspec.convert(request.params, type=kind)
    except msgspec.ValidationError as fault:
        _expect_a_code(kind, request.params)
        raise NotUnderstood(WRONG_PARAMETERS, _explain(kind, str(fault))) from None
    for name, value in request.params.items():
        if isinstance(value, str):
            _expect_text(kind, name, value)
    return command


def answer_line(ident: Ident, result: object) -> bytes:
    """Make the line of an answer. Times come out in RFC 3339, in UTC with a Z."""
    return msgspec.json.encode({"jsonrpc": "2.0", "id": ident, "result": result})


def error_line(ident: Ident, code: int, kind: str, message: str) -> bytes:
    """Make the line of an error."""
    error = {"code": code, "message": message, "data": {"kind": kind}}
    return msgspec.json.encode({"jsonrpc": "2.0", "id": ident, "error": error})


def event_line(said: Said) -> bytes:
    """Make the line that tells of an event."""
    return msgspec.json.encode({"jsonrpc": "2.0", "method": "event", "params": said})


def request_line(ident: int, command: Command[Any]) -> bytes:
    """Make the line that asks for something; the answer has the same id.

    `Refused`: TOO_LARGE where the other side would not take so long a line, BAD_REQUEST for text
    with half a character, which no line can hold.
    """
    call = {"jsonrpc": "2.0", "id": ident, "method": command.method, "params": command}
    try:
        line = msgspec.json.encode(call)
    except UnicodeEncodeError:
        raise Refused(Why.BAD_REQUEST, HALF_A_CHARACTER) from None
    if len(line) > MAX_LINE:
        raise Refused(Why.TOO_LARGE, "This is too long: not even a draft of it can be kept.")
    return line


class Fault(msgspec.Struct, frozen=True):
    """The error object of an answer."""

    code: int
    message: str
    data: dict[str, str] = {}

    def as_refusal(self) -> Refused | None:
        """Give what a home refused; None for a fault of the program's own."""
        try:
            return Refused(Why(self.data.get("kind", "")), self.message)
        except ValueError:
            return None


class Heard(msgspec.Struct, frozen=True):
    """A line from a home: an answer, with its id and a result or an error, or an event."""

    id: int | None = None
    result: msgspec.Raw = msgspec.Raw(b"null")
    error: Fault | None = None
    method: str = ""
    params: msgspec.Raw = msgspec.Raw(b"null")

    def event(self) -> Said | int:
        """Give the event that this tells of, or how many were left out for a slow reader."""
        try:
            return _SAID.decode(self.params)
        except msgspec.ValidationError:
            return _MISSED.decode(self.params).count


class _Missed(msgspec.Struct, frozen=True, tag="events.missed"):
    count: int


_SAID: Final[msgspec.json.Decoder[Said]] = msgspec.json.Decoder(Said)
_MISSED: Final = msgspec.json.Decoder(_Missed)
_HEARD: Final = msgspec.json.Decoder(Heard)


def read_heard(line: bytes) -> Heard:
    """Read a line of a home. `ValueError` where it is none."""
    return _HEARD.decode(line)


def missed_line(count: int) -> bytes:
    """Make the line that tells a slow reader how many events it will not get."""
    params = {"type": "events.missed", "count": count}
    return msgspec.json.encode({"jsonrpc": "2.0", "method": "event", "params": params})


def _expect_text(kind: type[Command[object]], name: str, value: str) -> None:
    # A draft may be longer than what can be shared: words are not lost for being too many.
    if name == "body" and kind is not KeepDraft and len(value.encode()) > MAX_BODY:
        raise Refused(Why.TOO_LARGE, "This is too long to share: a post holds up to 48 KiB.")
    # No field of ours has a use for NUL, and every layer below treats it in its own way.
    if "\0" in value:
        _expect_a_code(kind, {name: value})
        raise NotUnderstood(WRONG_PARAMETERS, f"`{name}` holds a character that no text has.")


def _expect_a_code(kind: type[Command[object]], params: dict[str, object]) -> None:
    """Give every malformed code the same answer, also one that no command would take."""
    code = params.get("code")
    if kind is JoinCircle and isinstance(code, str) and (len(code) > _MAX_CODE or "\0" in code):
        raise Refused(
            Why.BAD_INVITE,
            "This code isn't complete. Copy it again, from the first group to the last.",
        )


def _explain(kind: type[Command[object]], fault: str) -> str:
    """Say what a parameter has to be, from its type; msgspec's own words may quote the value."""
    if missing := _MISSING.match(fault):
        return f"`{missing[1]}` is missing."
    if at := _FIELD.search(fault):
        described = inspect.type_info(kind)
        fields = described.fields if isinstance(described, inspect.StructType) else ()
        for field in fields:
            if field.encode_name == at[1]:
                return f"`{field.encode_name}` has to be {' or '.join(_wanted(field.type))}."
    return "A parameter is not known to this method."


def _wanted(type_: inspect.Type) -> Iterator[str]:  # noqa: C901 - a table
    """Say in words what values a parameter's type has."""
    match type_:
        case inspect.UnionType(types=types):
            for one in types:
                yield from _wanted(one)
        case inspect.StrType(pattern=str()):
            yield "an id: 64 lowercase hex digits"
        case inspect.StrType(min_length=least, max_length=most) if most is not None:
            yield f"text of {least or 0} to {most} characters"
        case inspect.StrType():
            yield "text"
        case inspect.IntType(ge=least, le=most):
            yield f"a whole number from {least} to {most}"
        case inspect.BoolType():
            yield "true or false"
        case inspect.EnumType(cls=cls):
            yield "one of " + ", ".join(str(one.value) for one in cls)
        case inspect.BytesType(max_length=most):
            yield f"base64 of at most {most} bytes" if most is not None else "base64"
        case inspect.NoneType():
            yield "null"
        case _:
            yield "of another type"
