"""A port on the router: asked for in the background, held while the home runs, then given back."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

import pytest
import trio
from trio.testing import MockClock

from p2p import router
from p2p.crypto import system_entropy
from p2p.opening import LEASE, Opening, Place
from tests.p2p.gateway import PUBLIC, US, Gateway, gateway
from tests.p2p.loopback import HERE, only_on_linux

pytestmark = only_on_linux

WAIT = 1000  # ms, the shortest that the library knows


def in_our_corner(ip: str) -> router.Router | None:
    """The search goes out where no other test hears it."""
    assert ip == US
    return router.find(HERE, WAIT)


class Told:
    """What the home was told, the newest last."""

    def __init__(self) -> None:
        self.said: list[dict[int, Place]] = []
        self._news = trio.Event()

    def opened(self, places: Mapping[int, Place]) -> None:
        self.said.append(dict(places))
        self._news.set()

    async def until(self, so: Callable[[], bool]) -> None:
        with trio.fail_after(15):
            while not so():
                self._news = trio.Event()
                await self._news.wait()

    async def last(self, places: dict[int, Place]) -> None:
        await self.until(lambda: bool(self.said) and self.said[-1] == places)


@pytest.fixture(autouse=True)
def _loopback_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The router of the tests stands on loopback, where no real one does."""
    monkeypatch.setattr("p2p.opening.is_elsewhere", lambda _ip: True)


@asynccontextmanager
async def holding(*ports: int) -> AsyncIterator[tuple[Opening, Told]]:
    """A home that listens on these ports."""
    told = Told()
    opening = Opening(opened=told.opened, find=in_our_corner, entropy=system_entropy)
    opening.want((US, port) for port in ports)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(opening.run)
        yield opening, told
        nursery.cancel_scope.cancel()


async def test_a_port_is_opened_and_closed_again() -> None:
    """One for each circle; at the end nothing is left on the router, and it learned no name."""
    with gateway() as home_router:
        async with holding(4001, 4002) as (_, told):
            await told.last({4001: (PUBLIC, 4001), 4002: (PUBLIC, 4002)})
            assert home_router.ports == {4001: (US, 4001, LEASE), 4002: (US, 4002, LEASE)}
        assert home_router.ports == {}
        assert told.said[-1] == {}


async def test_a_circle_that_comes_or_goes_changes_only_its_own_port() -> None:
    with gateway() as home_router:
        async with holding(4001) as (opening, told):
            await told.last({4001: (PUBLIC, 4001)})
            opening.want([(US, 4001), (US, 4002)])
            await told.last({4001: (PUBLIC, 4001), 4002: (PUBLIC, 4002)})
            opening.want([(US, 4002)])
            await told.last({4002: (PUBLIC, 4002)})
            await trio.to_thread.run_sync(_until, lambda: list(home_router.ports) == [4002])


async def test_a_port_that_is_taken_gives_way_to_another() -> None:
    """Somebody else at home uses it; and a router that knows leases for ever only is obeyed."""
    with gateway(taken={4001}, permanent_only=True) as home_router:
        async with holding(4001) as (_, told):
            await told.until(lambda: bool(told.said and told.said[-1]))
            ((ip, outside),) = told.said[-1].values()
            assert (ip, outside != 4001) == (PUBLIC, True)
            assert home_router.ports == {outside: (US, 4001, 0)}
        assert home_router.ports == {}


async def test_at_half_time_the_lease_is_renewed(mock_clock: MockClock) -> None:
    """And when the provider gave the router another address meanwhile, that one is told."""
    mock_clock.rate = 1
    with gateway() as home_router:
        async with holding(4001) as (_, told):
            await told.last({4001: (PUBLIC, 4001)})
            home_router.external = "55.66.77.88"
            home_router.ports.clear()  # as after a power cut
            mock_clock.jump(LEASE / 2 + 1)
            await told.last({4001: ("55.66.77.88", 4001)})
            assert home_router.ports == {4001: (US, 4001, LEASE)}


@pytest.mark.parametrize(
    "behind", ["192.168.1.7", "100.64.0.9", "10.0.0.1", "224.0.0.9", "nonsense"]
)
async def test_an_address_that_nobody_can_reach_is_no_address(behind: str) -> None:
    """Behind a second router, or a provider's NAT: nothing is opened, nothing is told."""
    with gateway(external=behind) as home_router:
        async with holding(4001) as (_, told):
            await trio.to_thread.run_sync(_asked_for_its_address, home_router)
            await trio.sleep(0.2)
        assert "AddPortMapping" not in home_router.heard
        assert told.said == []


async def test_without_a_router_nobody_waits() -> None:
    """Beginning and ending take no time, though the search goes on in its thread."""
    began = trio.current_time()
    async with holding(4001) as (opening, told):
        await trio.sleep(0.1)
        opening.again()
    assert trio.current_time() - began < 0.5
    assert told.said == []


async def test_a_router_that_comes_later_is_found() -> None:
    """After a change of the networks."""
    with gateway(asleep=True) as home_router:
        async with holding(4001) as (opening, told):
            await trio.sleep(0.1)
            home_router.asleep = False
            opening.again()
            await told.last({4001: (PUBLIC, 4001)})


def test_loopback_is_nowhere_to_be_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who listens on loopback only asks no router."""
    monkeypatch.undo()
    opening = Opening(opened=lambda _: None, find=in_our_corner, entropy=system_entropy)
    opening.want([(US, 4001), (HERE, 4001)])
    assert opening._wanted == frozenset()


def _asked_for_its_address(home_router: Gateway) -> None:
    with home_router.changed:
        assert home_router.changed.wait_for(
            lambda: home_router.heard.count("GetExternalIPAddress") >= 1, 10
        )


def _until(so: Callable[[], bool]) -> None:
    for _ in range(100):
        if so():
            return
        trio.run(trio.sleep, 0.05)
    raise AssertionError("it never came to that")
