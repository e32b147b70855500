"""The whole surface as an OpenRPC document, made from the command types. Pure.

Source: spec.open-rpc.org, version 1.3.2. Events have no place in OpenRPC, so they stand in an
extension of ours, `x-events`.
"""

from typing import Any, Final

import msgspec

from app import commands
from app.command import answer_of
from app.commands import Command
from app.events import Said
from app.jsonrpc import DISCOVER
from app.refused import Why
from app.version import VERSION

_OPENRPC: Final = "1.3.2"
_REF: Final = "#/components/schemas/{name}"


def describe() -> dict[str, Any]:
    """Give the document, as JSON values."""
    results = [answer_of(command) for command in commands.ALL]
    (events, *schemas), components = msgspec.json.schema_components(
        [Said, *results, *commands.ALL], ref_template=_REF
    )
    # The parameters of a command stand with its method; as a component they would stand twice.
    params = {command.method: components.pop(command.__name__) for command in commands.ALL}
    methods = [
        {
            "name": command.method,
            "summary": _first_line(command),
            "paramStructure": "by-name",
            "params": _params(params[command.method]),
            "result": {"name": "result", "schema": schema},
            "errors": [{"$ref": "#/components/errors/Refused"}],
        }
        for command, schema in zip(commands.ALL, schemas[: len(results)], strict=True)
    ]
    methods.append(
        {
            "name": DISCOVER,
            "summary": "This document.",
            "paramStructure": "by-name",
            "params": [],
            "result": {"name": "result", "schema": {"type": "object"}},
        }
    )
    kinds = {"type": "object", "properties": {"kind": {"enum": [why.value for why in Why]}}}
    licence = {"name": "GPL-3.0-or-later"}
    return {
        "openrpc": _OPENRPC,
        "info": {"title": "Hearthside", "version": VERSION, "license": licence},
        "methods": methods,
        "components": {
            "schemas": components,
            "errors": {
                "Refused": {
                    "code": -32000,
                    "message": "A sentence for the person; data.kind tells scripts why.",
                    "data": kinds,
                }
            },
        },
        "x-events": events,
    }


def _params(schema: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"name": name, "required": name in schema.get("required", ()), "schema": one}
        for name, one in schema.get("properties", {}).items()
    ]


def _first_line(command: type[Command[object]]) -> str:
    return (command.__doc__ or "").strip().partition("\n")[0]
