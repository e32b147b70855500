"""Hosts at places that can't reach each other, or only through routers that let nobody in."""

import pytest
import trio

from tests.journeys.namespaces import places_apart
from tests.p2p.far import FarAway, at_another_place
from tests.p2p.routers import Ports, Streets, behind_routers, only_with_iptables

pytestmark = pytest.mark.netns

MEGABYTES = 8 * 1024 * 1024
EVERYWHERE = "/ip4/0.0.0.0/tcp/0"


async def test_two_with_no_path_to_each_other_talk_through_a_third() -> None:
    """Ada's and Ben's cables both end at Rosa's, and nothing is handed on there but circuits."""
    with places_apart("ada", "ben", "rosa") as places:
        places.cut("ada", "ben")
        async with (
            at_another_place(places.command("rosa"), EVERYWHERE) as rosa,
            at_another_place(places.command("ben"), EVERYWHERE) as ben,
            at_another_place(places.command("ada")) as ada,
        ):
            for_ada, for_ben = (
                [one for one in rosa.addresses if f"/{places.address('rosa', name)}/" in one]
                for name in ("ada", "ben")
            )
            await ben.does("keep", relay=rosa.peer, at=for_ben)
            circuit = f"{for_ada[0]}/p2p-circuit"
            opened = await ada.does("open", peer=ben.peer, at=[*ben.addresses, circuit])
            assert opened["path"] == "RELAYED"
            assert opened["seconds"] < 1.0
            assert "seconds" in await ada.does("say", bytes=MEGABYTES)
            assert not (await ada.does("meet", peer=ben.peer, within=1))["met"]


async def _through_routers(
    streets: Streets, *, within: float, both: bool = False
) -> tuple[bool, float, str]:
    """Whether Ada and Ben met directly, after how many seconds, and which way they talk then.

    `both`: they call each other in the same moment.
    """
    async with (
        at_another_place(streets.command("rosa"), EVERYWHERE) as rosa,
        at_another_place(streets.command("ben")) as ben,
        at_another_place(streets.command("ada")) as ada,
    ):
        here = [one for one in rosa.addresses if f"/{streets.OPEN}/" in one]
        to_ben = (await ben.does("keep", relay=rosa.peer, at=here))["circuits"]
        to_ada = (await ada.does("keep", relay=rosa.peer, at=here))["circuits"]
        opened: list[str] = []

        async def calls(one: FarAway, other: FarAway, at: list[str]) -> None:
            opened.append((await one.does("open", peer=other.peer, at=at))["path"])

        async with trio.open_nursery() as nursery:
            nursery.start_soon(calls, ada, ben, to_ben)
            if both:
                nursery.start_soon(calls, ben, ada, to_ada)
        assert set(opened) == {"RELAYED"}
        met = await ada.does("meet", peer=ben.peer, within=within)
        again = await ada.does("open", peer=ben.peer, at=to_ben)
        assert "seconds" in await ada.does("say", bytes=MEGABYTES)
        assert (await ben.does("path", peer=ada.peer))["path"] == again["path"]
        return met["met"], met["seconds"], again["path"]


@only_with_iptables
@pytest.mark.parametrize("both", [False, True])
async def test_two_routers_that_keep_ports_let_two_meet_directly(*, both: bool) -> None:
    """Neither listens on anything; within five seconds they talk without Rosa."""
    with behind_routers("ada", "ben", middle="rosa", ports=Ports.KEPT) as streets:
        met, seconds, path = await _through_routers(streets, within=5, both=both)
    assert (met, path) == (True, "PUNCHED")
    assert seconds < 5


@only_with_iptables
@pytest.mark.long
async def test_two_routers_that_draw_ports_leave_two_with_the_relay() -> None:
    """No way can be found; they talk on through Rosa, and the way says so."""
    with behind_routers("ada", "ben", middle="rosa", ports=Ports.DRAWN) as streets:
        met, _, path = await _through_routers(streets, within=20)
    assert (met, path) == (False, "RELAYED")
