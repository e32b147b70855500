"""What the tests of circuits share: somebody in the middle, and people who can only be called."""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import trio

from p2p.host import FrameStream, Host, Limits, RelayRules, Reservation
from tests.p2p.hosting import HERE, Handler, at_home, echo, wait_for


class States:
    """How it stood with a place, in order."""

    def __init__(self) -> None:
        self.told: list[Reservation] = []

    def __call__(self, state: Reservation) -> None:
        self.told.append(state)

    @property
    def now(self) -> Reservation | None:
        return self.told[-1] if self.told else None

    @property
    def held(self) -> bool:
        return self.now is Reservation.HELD


FOR_ALL = RelayRules(may_relay=lambda _peer: True)


def only_for(members: set[bytes]) -> RelayRules:
    """For those in the set at the time."""
    return RelayRules(may_relay=members.__contains__)


@asynccontextmanager
async def in_the_middle(
    rules: RelayRules | None = None, *, seed: bytes | None = None, listen: str = HERE
) -> AsyncIterator[Host]:
    """Rosa, whose computer can be dialled."""
    relay = rules or FOR_ALL
    async with at_home(relay=relay, seed=seed, listen=(listen,)) as rosa:
        yield rosa


@asynccontextmanager
async def has_a_place(host: Host, relay: Host, states: States | None = None) -> AsyncIterator[None]:
    """`host` keeps a place at `relay` during the block, and has it when the block begins."""
    states = states or States()
    async with trio.open_nursery() as nursery:

        async def keep() -> None:
            await host.keep_reservation(relay.peer, relay.addresses(), states, entropy=os.urandom)

        nursery.start_soon(keep)
        await wait_for(lambda: states.held)
        yield
        nursery.cancel_scope.cancel()


@asynccontextmanager
async def callable_only(
    relay: Host,
    on_stream: Handler = echo,
    *,
    listen: tuple[str, ...] = (),
    limits: Limits | None = None,
    may_punch: Callable[[bytes], bool] | None = None,
    on_direct: Callable[[bytes], None] | None = None,
) -> AsyncIterator[Host]:
    """Somebody who can be called through `relay`; without `listen`, in no other way."""
    async with AsyncExitStack() as stack:
        host = await stack.enter_async_context(
            at_home(
                on_stream,
                listen=listen,
                limits=limits,
                may_punch=may_punch,
                on_direct=on_direct,
            )
        )
        await stack.enter_async_context(has_a_place(host, relay))
        yield host


async def calls(caller: Host, called: Host, *, timeout: float = 5.0) -> FrameStream:  # noqa: ASYNC109 - the host's own shape
    """A stream to somebody by where their relays say they are."""
    return await caller.open(called.peer, called.circuits(), timeout=timeout)


async def echoes(stream: FrameStream, word: bytes = b"hello") -> None:
    await stream.send(word)
    assert await stream.receive() == word
