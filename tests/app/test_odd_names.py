"""Letters that hide or turn text: from others they are shown cleaned, typed here they are not kept.

And requests to come in by the thousand, from people who should not.
"""

import time
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from app import commands as c
from app import doorqueue, governing, overview, settings
from app.circle import acts
from app.circle.state import Role
from app.founding import Keys
from app.running import RunningCircle
from p2p.door import ToldToWait
from p2p.errors import PeerFault
from p2p.op import Kind
from p2p.ports import Answer
from tests.app.test_doorqueue import asks, decides, tries, waiting
from tests.app.test_household import opened
from tests.p2p.village import Person, Village, knock, seeded, settle

ODD = "A\u202eb\u200bc\u2066\x07d\x9be\u2028f\ufeff"
PLAIN = {"Abcde f", "Abcde\nf"}


def texts(what: Any) -> Iterator[str]:  # noqa: ANN401 - whatever a home tells
    """Every text in something that is told to a window or a script."""
    if isinstance(what, str):
        yield what
    elif isinstance(what, dict):
        for one in what.values():
            yield from texts(one)
    elif isinstance(what, list | tuple):
        for one in what:
            yield from texts(one)


def odd(told: object) -> list[str]:
    """Those with a letter in them that is none."""
    plain = msgspec.to_builtins(told)
    return [text for text in texts(plain) if not text.replace("\n", "").isprintable()]


def test_what_others_call_things_is_shown_cleaned_everywhere(village: Village, ada: Person) -> None:
    """Ops with such names are as good as others: a home that means no well signs what it likes."""
    bo, cy = village.joined(ada, "Bo"), village.joined(ada, "Cy")
    asked = c.SetRole(circle=ada.room.hex, member=bo.room.ledger.me.hex(), role=Role.HOST)
    governing.govern(ada.room, ada.outbox, asked)
    settle(ada, bo, cy)
    code = bo.invites()
    for kind, act in (
        (Kind.PROFILE, acts.Profile(ODD)),
        (Kind.RULES, acts.Rules(ODD, ODD)),
        (Kind.DOOR, acts.Door(True, [ODD], [ODD], False, True)),
        (Kind.VOUCH, acts.Vouch(code.key, ODD)),
        (Kind.MAILBOX, acts.Mailbox(b"b" * 32, b"p" * 32, [ODD], "Attic", False)),
        (Kind.MAILBOX, acts.Mailbox(b"b" * 32, b"p" * 32, [ODD], ODD, False)),
        (Kind.REMOVE, acts.Remove(cy.room.ledger.me, ODD, [])),
    ):  # fmt: skip
        bo.does(kind, act)
    outcome = tries(bo, code, ODD, (ODD, ODD), affiliation=ODD)
    assert outcome == ToldToWait(kept=True)
    ada.takes(*bo.gives())
    cy.takes(*bo.gives())
    for person in (ada, bo, cy):
        running = RunningCircle(person.room, ("/ip4/127.0.0.1/tcp/0",), lambda _: None)
        told = [
            overview.row(running), overview.members(running), settings.read(person.room),
            governing.log(person.room), governing.invites(person.room), waiting(person),
        ]  # fmt: skip
        assert odd(told) == []
        assert PLAIN & set(texts(msgspec.to_builtins(told)))
    assert overview.row(RunningCircle(cy.room, (), lambda _: None)).removed_reason in PLAIN
    assert waiting(bo)[0].display_name in PLAIN
    assert governing.log(ada.room) == governing.log(bo.room)


async def test_what_is_typed_here_is_kept_cleaned(village: Village) -> None:
    """At each door of the home: nothing odd is signed, written down, or shown."""
    nobody = village.founder("Nobody")
    db = nobody.db
    async with opened(db, nobody.watch) as home:
        made = home.household.create_circle(
            c.CreateCircle(name=ODD, display_name=ODD, about=ODD)
        ).circle
        running = home.household.circle(made)
        running.ready.set()
        await home.household.make_invite(c.MakeInvite(circle=made, label=ODD, vouch=ODD))
        home.household.change_settings(c.SetRules(circle=made, name=ODD + "!", about=ODD))
        home.household.change_settings(
            c.SetDoor(circle=made, admit="ask", promise=[ODD], questions=[ODD])
        )
        code = (await home.household.make_invite(c.MakeInvite(circle=made))).code
        home.household.join_circle(c.JoinCircle(code=code, display_name=ODD))
        told = [
            home.household.list_circles(), home.household.list_joins(),
            home.household.members(c.ListMembers(circle=made)),
            governing.invites(home.household.circle(made).room),
            home.household.settings(c.ReadSettings(circle=made)),
        ]  # fmt: skip
        assert odd(told) == []
        acts_ = [t.act for t in running.room.ledger.view.told if not isinstance(t.act, acts.Invite)]
        names = [one for act in acts_ for one in odd_fields(act)]
        assert names == []
        rows = db.read("SELECT label FROM invites")
        assert {label for (label,) in rows} <= {"", *PLAIN}


def odd_fields(act: acts.Act) -> list[str]:
    plain = (getattr(act, name) for name in act.__struct_fields__)
    return [text for text in texts(list(plain)) if not text.replace("\n", "").isprintable()]


def test_ten_thousand_requests_by_strangers_leave_nothing_and_hold_up_nobody(
    village: Village, ada: Person
) -> None:
    """Half know no invite, half have one that got about: so many are kept as one invite may."""
    bo = village.joined(ada, "Bo")
    asks(ada)
    leaked, honest = ada.invites(uses=1000), ada.invites()
    settle(ada, bo, rounds=1)
    own = Keys.fresh(seeded("stranger"))
    public = own.public()
    before, size = len(ada.gives()), pages(ada)
    chance = seeded("strangers")
    worst = 0.0
    for number in range(5_000):
        began = time.process_time()
        answer = ada.shelf.request(chance(32) + chance(2_000), public.door)
        assert answer == Answer()  # wait, like one whose invite has not been heard of yet
        with pytest.raises(PeerFault):
            ada.shelf.request(leaked.key + chance(2_000), public.door)
        worst = max(worst, time.process_time() - began)
        if number % 50 == 0:
            keys = Keys(chance(32), chance(32), chance(32), own.seal)
            outcome = knock(ada, leaked, keys, f"Stranger {number}", chance(16))[1]
            assert outcome == ToldToWait(kept=len(waiting(ada)) <= 20 and number < 1_000)
    assert worst < 0.25
    assert len(waiting(ada)) == doorqueue.MOST_BY_INVITE
    assert len(ada.gives()) == before
    assert pages(ada) - size < 2_000_000
    assert len(ada.room.ledger.view.people) == 2

    # Bo writes as ever; who was really invited is heard, and comes in.
    bo.write("Nothing new here")
    settle(ada, bo, rounds=1)
    assert ada.bodies() == {"Nothing new here"}
    assert tries(ada, honest, "Cleo") == ToldToWait(kept=True)
    (request,) = [one for one in waiting(ada) if one.display_name == "Cleo"]
    decides(ada, request.request, admit=True)
    assert len(ada.room.ledger.view.people) == 3


def pages(person: Person) -> int:
    """Bytes of somebody's store."""
    ((count,),), ((each,),) = (
        person.db.read("PRAGMA page_count"), person.db.read("PRAGMA page_size")
    )  # fmt: skip
    return int(count) * int(each)
