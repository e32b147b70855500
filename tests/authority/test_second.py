"""The second implementation by itself: histories made by hand, with what the page says of them."""

import random

from app.circle import acts
from app.circle.acts import Act, Cut
from app.circle.state import History
from p2p.ids import ZERO, CircleId, OpId
from tests.authority import people
from tests.authority.people import assign, door, public
from tests.authority.second import Result, resolve
from tests.authority.teller import Teller


def house(*names: str, **roles: str) -> Teller:
    """Ada's circle, and in it everybody named; who has a role has it in this order."""
    teller = Teller(random.Random(0))
    founding = acts.Founding(
        people.keys("Ada", "Ada", door("Ada"), "Ada"), History.OPEN, "members", "members",
        b"r" * 32, b"n" * 16,
    )  # fmt: skip
    teller.circle = CircleId(teller.says("Ada", founding, circle=ZERO))
    teller.says("Ada", people.invite("code", 9))
    for name in (*names, *roles):
        teller.says("Ada", people.admit(teller.circle, "code", name, name, door(name)))
    for name, role in roles.items():
        teller.says("Ada", assign(public(name), role))
    for name in (*names, *roles):
        teller.hears(name, "Ada")
    return teller


def removes(teller: Teller, by: str, whom: str, *cuts: Cut) -> OpId:
    return teller.says(by, acts.Remove(public(whom), "", list(cuts)))


def found(teller: Teller) -> Result:
    return resolve((o.op, o.header, o.act) for o in teller.ops.values())


def present(teller: Teller) -> dict[str, str]:
    """Who is in, with their roles."""
    names = {public(name): name for name in teller.knows}
    return {names[m]: p.role for m, p in found(teller).people.items() if not p.gone}


def nothing(whom: str) -> Cut:
    return Cut(public(whom), 0, 0, ZERO)


def test_of_two_who_remove_each_other_the_senior_stays() -> None:
    """Mo removes Bo while Ada makes Bo a host, and Bo removes Mo."""
    teller = house("Bo", Mo="moderator")
    teller.says("Ada", assign(public("Bo"), "host"))
    teller.hears("Bo", "Ada")
    senior = removes(teller, "Bo", "Mo")
    junior = removes(teller, "Mo", "Bo")
    assert present(teller) == {"Ada": "host", "Bo": "host"}
    result = found(teller)
    assert (junior in result.fallen, senior in result.void) == (True, False)
    assert result.people[public("Mo")].removed == senior


def test_a_cut_at_nothing_takes_everything_back() -> None:
    """Whom Bo let in is out, whom Bo removed is in; but what was said of others stays."""
    teller = house("Cy", Bo="moderator")
    teller.says("Bo", people.admit(teller.circle, "code", "Pat", "Pat", door("Pat")))
    removes(teller, "Bo", "Cy")
    teller.hears("Pat", "Bo")
    said = teller.says("Pat", acts.Profile("Pat"))
    assert present(teller) == {"Ada": "host", "Bo": "moderator", "Pat": "member"}
    teller.hears("Ada", "Pat")
    removes(teller, "Ada", "Bo", nothing("Bo"))
    assert present(teller) == {"Ada": "host", "Cy": "member"}
    assert said in found(teller).fallen


def test_a_cut_lets_stand_what_it_names() -> None:
    """Up to the last op that counts, and nothing beside or beyond."""
    teller = house("Cy", Bo="moderator")
    within = teller.says("Bo", acts.Profile("Bobby"))
    beyond = removes(teller, "Bo", "Cy")
    teller.hears("Ada", "Bo")
    removes(teller, "Ada", "Bo", Cut(public("Bo"), 0, 1, within), Cut(public("Bo"), 1, 4, within))
    result = found(teller)
    assert beyond in result.fallen
    assert result.people[public("Bo")].name == "Bobby"
    assert result.words == {public("Bo"): 4}


def test_a_promotion_beside_a_removal_loses() -> None:
    """Cy removes Bo while Ada makes Bo a host; what Bo does as host falls."""
    teller = house("Bo", Cy="host")
    teller.says("Ada", assign(public("Bo"), "host"))
    teller.hears("Bo", "Ada")
    rules = teller.says("Bo", acts.Rules("Bo's", ""))
    assert found(teller).rules == rules
    removes(teller, "Cy", "Bo")
    assert present(teller) == {"Ada": "host", "Cy": "host"}
    assert found(teller).rules is None


def test_a_device_that_forked_is_out_and_its_removals_stand() -> None:
    """What was not known by then falls."""
    teller = house("Bo", "Cy", Mo="moderator")
    one, other = (people.shown(teller.circle, "Mo", "Mo", (1, 4), n) for n in (1, 2))
    shown = teller.says("Bo", acts.Fork(one, other, 3))
    late: list[Act] = [acts.Profile("Late"), acts.Remove(public("Cy"), "", [])]
    profile, removal = (teller.says("Mo", act) for act in late)
    result = found(teller)
    assert present(teller) == {"Ada": "host", "Bo": "member"}
    assert {profile} == result.fallen
    assert not {shown, removal} & result.void
    assert (result.forked, result.words[public("Mo")]) == ({public("Mo")}, 3)


def test_the_last_place_has_one_winner_and_the_other_waits() -> None:
    """Until a host lets them in once more."""
    teller = house(Bo="host")
    teller.says("Ada", people.invite("last", 1))
    teller.hears("Bo", "Ada")
    for by, name in (("Ada", "Cy"), ("Bo", "Dee")):
        teller.says(by, people.admit(teller.circle, "last", name, name, door(name)))
        teller.knows[name] = set()
    (waits,) = found(teller).waits_for_host
    loser = "Cy" if waits == public("Cy") else "Dee"
    assert present(teller).keys() == {"Ada", "Bo", "Cy", "Dee"} - {loser}
    teller.hears("Ada", "Bo")
    teller.says("Ada", people.admit(teller.circle, "last", loser, loser, door(loser)))
    assert present(teller).keys() == {"Ada", "Bo", "Cy", "Dee"}


def test_somebody_is_host_after_the_last_one_left() -> None:
    """The most senior of those who remain: a moderator before a member, however long here."""
    teller = house("Bo", Mo="moderator")
    teller.says("Ada", acts.Leave([]))
    assert present(teller) == {"Bo": "member", "Mo": "host"}
    teller.says("Mo", acts.Leave([]))
    assert present(teller) == {"Bo": "host"}


def test_what_lacks_its_past_waits() -> None:
    """And all that stands on it."""
    teller = house("Bo")
    lost = teller.says("Bo", acts.Profile("Bo"))
    after = teller.says("Bo", acts.Profile("Bobby"))
    del teller.ops[lost]
    result = found(teller)
    assert result.waiting == {after}
    assert not result.void
