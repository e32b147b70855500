"""Dialling: every address at once, circuits a little later, and the first proven key wins.

libp2p's own `connect` waits 250 ms even on success, tries one address of a kind and then refuses
the peer for a minute.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

import trio

from p2p.host.addresses import Address, parse, well_formed

Connection = TypeVar("Connection")

# A card lists a handful. More would make us a tool for knocking on strangers' doors.
MOST = 16
HEAD_START = 0.3  # seconds that direct addresses are tried alone


class Unreachable(Exception):  # noqa: N818 - an event of every day
    """None of the addresses led to the peer in time, or it did not want to talk.

    The text holds no address and no identity, and there is no libp2p exception behind it.
    """

    def __init__(self) -> None:
        """Say so, and nothing else."""
        super().__init__("the peer could not be reached")


def candidates(peer: bytes, addresses: Iterable[str]) -> list[Address]:
    """The addresses worth dialling for `peer`: well formed, naming nobody else, each once.

    A circuit through `peer` itself leads nowhere.
    """
    chosen: dict[tuple[str, bytes | None], Address] = {}
    for text in addresses:
        address = parse(text)
        if address is None or not well_formed(text) or address.peer not in {None, peer}:
            continue
        if address.relay == peer:
            continue
        chosen.setdefault((address.bare, address.relay), address)
        if len(chosen) == MOST:
            break
    return list(chosen.values())


async def race(
    addresses: Iterable[Address],
    dial: Callable[[Address], Awaitable[Connection]],
    drop: Callable[[Connection], None],
) -> Connection | None:
    """Dial all of `addresses` at once and keep the first connection; None when all have failed.

    Circuits begin `HEAD_START` seconds after the others, or when the others have failed, or at once
    where there are no others. Whatever connects after the first is dropped.
    """
    everything = list(addresses)
    direct = [address for address in everything if address.relay is None]
    winner: list[Connection] = []
    left = len(direct)
    failed = trio.Event()

    async def attempt(address: Address, scope: trio.CancelScope) -> None:
        nonlocal left
        try:
            connection = await dial(address)
        except Exception:  # noqa: BLE001 - whatever went wrong on this way, another may be good
            left -= address.relay is None
            if not left:
                failed.set()
            return
        if winner:
            drop(connection)
            return
        winner.append(connection)
        scope.cancel()

    async with trio.open_nursery() as nursery:
        for address in direct:
            nursery.start_soon(attempt, address, nursery.cancel_scope)
        if direct and len(direct) < len(everything):
            with trio.move_on_after(HEAD_START):
                await failed.wait()
        for address in everything:
            if address.relay is not None:
                nursery.start_soon(attempt, address, nursery.cancel_scope)
    return winner[0] if winner else None
