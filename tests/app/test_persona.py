"""How a circle sees somebody: a name and a small picture, of this circle only."""

import pytest

from app import commands as c
from app import governing, overview, portraits
from app.circle import acts
from app.circle.acts import Portrait, Profile
from app.circle.openlog import What
from app.circle.state import MAX_PICTURE
from app.refused import Refused, Why
from app.running import RunningCircle
from p2p.op import Kind
from tests.p2p.village import Person, Village, settle

JPEG = portraits.JPEG + b"not much of one"
OTHER = portraits.JPEG + b"another"


@pytest.fixture
def bo(village: Village, ada: Person) -> Person:
    return village.joined(ada, "Bo")


def seen(person: Person, **how: object) -> None:
    asked = c.SetProfile(circle=person.room.hex, **how)  # type: ignore[arg-type]
    governing.govern(person.room, person.outbox, asked)


def bo_for(reader: Person, bo: Person) -> tuple[str, bytes]:
    one = reader.room.ledger.view.people[bo.room.ledger.me]
    return one.name, one.picture


def test_a_picture_is_set_changed_and_taken_away(ada: Person, bo: Person) -> None:
    """Name and picture each stay when only the other is named; the log tells of each change."""
    settle(ada, bo)
    steps = (
        ({"picture": JPEG}, ("Bo", JPEG)),
        ({"display_name": "Bonnie"}, ("Bonnie", JPEG)),
        ({"picture": JPEG}, ("Bonnie", JPEG)),  # the same again is no act
        ({"picture": OTHER, "display_name": "Bo"}, ("Bo", OTHER)),
        ({"picture": None}, ("Bo", b"")),
    )
    for how, becomes in steps:
        seen(bo, **how)
        settle(ada, bo)
        assert bo_for(ada, bo) == bo_for(bo, bo) == becomes
    ada.restart()
    bo.restart()
    assert bo_for(ada, bo) == bo_for(bo, bo) == ("Bo", b"")
    told = [e.what for e in governing.log(ada.room) if e.by == bo.room.ledger.me.hex()]
    assert told == [
        What.PICTURED, What.PICTURED, What.RENAMED, What.RENAMED, What.PICTURED,
    ]  # fmt: skip


def test_a_profile_has_one_spelling_and_those_of_before_stay_good() -> None:
    """Without a picture it is the short form, byte for byte as ever; an empty picture is none."""
    assert acts.encode(Profile("Ada")) == b"\x91\xa3Ada"
    assert acts.decode(Kind.PROFILE, b"\x91\xa3Ada") == Profile("Ada")
    whole = acts.encode(Portrait("Ada", JPEG))
    assert acts.decode(Kind.PROFILE, whole) == Portrait("Ada", JPEG)
    for bad in (
        b"\x92\xa3Ada\xc4\x00",  # an empty one
        b"\x92\xa3Ada\xc0",
        b"\x93\xa3Ada\xc4\x01a\xc4\x01a",
        b"\xdc\x00\x02\xa3Ada\xc4\x01a",  # a longer head than needed
        acts.encode(Portrait("Ada", b"j" * (MAX_PICTURE + 1))),
        b"\x90", b"\x92", b"",
    ):  # fmt: skip
        assert acts.decode(Kind.PROFILE, bad) is None
    assert acts.decode(Kind.PROFILE, acts.encode(Portrait("A", b"j" * MAX_PICTURE))) is not None


def test_bytes_that_are_no_picture_are_nobodys_picture(ada: Person, bo: Person) -> None:
    """A member may send what they like: it counts, and is not given out."""
    with bo.room.change() as change:
        bo.outbox.act(change, Kind.PROFILE, Portrait("Bo", b"<svg onload='x'>"))
    settle(ada, bo)
    running = RunningCircle(ada.room, ("/ip4/127.0.0.1/tcp/0",), ada.heard.append)
    rows = {one.display_name: one for one in overview.members(running)}
    assert rows["Bo"].picture == ""
    seen(bo, picture=JPEG)
    settle(ada, bo)
    rows = {one.display_name: one for one in overview.members(running)}
    assert rows["Bo"].picture == portraits.mark(JPEG)
    assert len(rows["Bo"].picture) == 32


def test_one_picture_shows_nobody_in_two_circles(ada: Person) -> None:
    """Nor may it be of another kind."""
    seen(ada, picture=JPEG)
    portraits.check(OTHER, [ada.room])
    portraits.check(JPEG, [])
    with pytest.raises(Refused) as caught:
        portraits.check(JPEG, [ada.room])
    assert caught.value.kind is Why.NOT_ALLOWED
    with pytest.raises(Refused) as caught:
        portraits.check(b"\x89PNG\r\n\x1a\n", [])
    assert caught.value.kind is Why.BAD_REQUEST
