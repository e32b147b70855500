"""A stand-in for fastecdsa, so that libp2p can be imported without it.

fastecdsa has no Linux wheel: it wants a compiler and GMP headers on every member's computer. libp2p
touches it only for ECDSA and secio keys, and neither is ever offered or accepted here. A peer that
shows an ECDSA key anyway runs into an empty class, and its handshake fails.
"""

import sys
from types import ModuleType


class Absent:
    """Takes the place of every class that libp2p names while it is being imported."""


def install() -> None:
    """Put the stand-in where `import fastecdsa` finds it, unless something is there already."""
    if "fastecdsa" in sys.modules:
        return
    curve = _module("fastecdsa.curve", Curve=Absent, P256=None, secp256k1=None)
    keys = _module("fastecdsa.keys")
    point = _module("fastecdsa.point", Point=Absent)
    sec1 = _module("fastecdsa.encoding.sec1", SEC1Encoder=Absent)
    util = _module("fastecdsa.encoding.util", int_bytelen=None)
    encoding = _module("fastecdsa.encoding", __path__=[], sec1=sec1, util=util)
    _module("fastecdsa", __path__=[], curve=curve, keys=keys, point=point, encoding=encoding)


def _module(name: str, **members: object) -> ModuleType:
    module = ModuleType(name)
    vars(module).update(members)
    sys.modules[name] = module
    return module
