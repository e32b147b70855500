"""A mailbox: what it keeps for those who hold a key, and what strangers get."""

from pathlib import Path

import pytest
import trio

from app.clock import SystemClock
from app.mailbox.card import Card, read
from app.mailbox.running import Keys, Mailbox, open_books
from app.refused import Refused
from p2p import wire as door
from p2p.errors import PeerFault
from p2p.host import Closed
from p2p.ids import EnvelopeId
from p2p.mailbox import capability, wire
from p2p.mailbox.caller import NotDone
from p2p.mailbox.clerk import NO_ROOM, NOT_YET, NOT_YOURS
from p2p.op import Log
from p2p.reconcile import ItemVector
from tests.app.mailing import Circle, Someone, a_mailbox, sealed, someone

HOUR = SystemClock().hour()
CIRCLE = Circle()


async def test_what_one_pays_in_another_takes_out(tmp_path: Path) -> None:
    """Two members never here together: the second has what the first brought, bit by bit."""
    async with a_mailbox(tmp_path / "m") as standing:
        card, envelopes = standing.card, sealed(300, HOUR)
        async with someone(card) as ada:
            caller = await ada.call()
            assert isinstance(await caller.ask(CIRCLE.founds(card)), wire.Opened)
            kept = await caller.pay_in(Log.WORDS, list(envelopes.values()))
            assert set(kept) == set(envelopes)
        async with someone(card) as bo:
            caller = await bo.call()
            opened = await caller.ask(CIRCLE.opens(bo, card))
            assert isinstance(opened, wire.Opened)
            assert opened.used == sum(map(len, envelopes.values()))
            difference = await caller.compare(Log.WORDS, HOUR - 1, ItemVector([]))
            assert set(difference.need) == set(envelopes)
            assert not difference.have
            taken: dict[EnvelopeId, bytes] = {}
            left = difference.need
            while left:
                given, done = await caller.take_out(Log.WORDS, left)
                taken |= given
                left = left[done:]
            assert taken == envelopes
            nonce = b"n" * 16
            assert await caller.agrees(Log.WORDS, HOUR - 1, nonce, taken)
            assert not await caller.agrees(Log.WORDS, HOUR - 1, nonce, list(taken)[1:])


async def _is_met_with_silence(somebody: Someone, *frames: wire.Asked) -> None:
    stream = await somebody.stream()
    with pytest.raises(Closed):  # noqa: PT012 - any of them may be the one
        for frame in frames:
            await stream.send(wire.encode(frame))
            await stream.receive()


async def test_a_stranger_can_do_nothing(tmp_path: Path) -> None:
    """Without a key of a box every question is met with silence, whatever it is."""
    async with a_mailbox(tmp_path / "m") as standing, someone(standing.card) as ada:
        card = standing.card
        await (await ada.call()).ask(CIRCLE.founds(card))
        async with someone(card) as mallory:
            other = Circle(authority=b"x" * 32)
            stolen = CIRCLE.opens(ada, card)  # a proof that was ada's
            no_token = Card(b"?" * 16, card.peer, card.addresses)
            await _is_met_with_silence(mallory, other.opens(mallory, card))
            await _is_met_with_silence(mallory, stolen)
            await _is_met_with_silence(mallory, Circle(box=b"2" * 32).founds(no_token))
            await _is_met_with_silence(mallory, wire.Look(no_token.token))
            await _is_met_with_silence(mallory, wire.Want(1, [b"1" * 32]))
            await _is_met_with_silence(mallory, wire.Put(1, list(sealed(1, HOUR).values())))
            await _is_met_with_silence(mallory, door.Knock(b"r" * 32))
            await _is_met_with_silence(mallory, door.Collect([b"t" * 32]))
            await _is_met_with_silence(mallory, wire.Listen(0))


async def test_the_owner_retires_a_key_and_nobody_else_does(tmp_path: Path) -> None:
    """Who was removed can bring a key of their own, but never take the owner's away.

    Once the owner has said which keys count they can neither take out nor pay in, also on a stream
    that is open, and what they brought is worth nothing.
    """
    after = Circle(authority=b"n" * 32)
    async with a_mailbox(tmp_path / "m") as standing, someone(standing.card) as owner:
        card = standing.card
        mine = await owner.call()
        await mine.ask(CIRCLE.founds(card))
        async with someone(card) as removed:
            theirs = await removed.call()
            await theirs.ask(CIRCLE.opens(removed, card))
            puppet = Circle(authority=b"p" * 32)
            await theirs.do(wire.Succeed(puppet.key))
            forged = capability.retaining(CIRCLE.seed, CIRCLE.box, card.peer, [puppet.key], 9)
            with pytest.raises(NotDone) as refused:
                await theirs.do(forged)
            assert refused.value.reason == NOT_YOURS
            dropping = capability.dropping(CIRCLE.seed, CIRCLE.box, card.peer, [b"i" * 32], 9)
            with pytest.raises(NotDone):
                await theirs.do(dropping)
            order = capability.retaining(CIRCLE.owner, CIRCLE.box, card.peer, [after.key], 1)
            await mine.do(order)
            with pytest.raises(NotDone):
                await mine.do(order)  # not twice: an old order is no order
            with pytest.raises(Closed):
                await theirs.ask(wire.Want(1, [b"1" * 32]))
            await _is_met_with_silence(removed, CIRCLE.opens(removed, card))
            await _is_met_with_silence(removed, puppet.opens(removed, card))
        async with someone(card) as bo:
            assert isinstance(await (await bo.call()).ask(after.opens(bo, card)), wire.Opened)


async def test_a_full_box_says_so_and_nothing_else_breaks(tmp_path: Path) -> None:
    """Words that find no room are refused; who is in and out still gets through."""
    async with (
        a_mailbox(tmp_path / "m", quota=64 * 1024) as standing,
        someone(standing.card) as ada,
    ):
        caller = await ada.call()
        await caller.ask(CIRCLE.founds(standing.card))
        many = sealed(300, HOUR)
        kept = await caller.pay_in(Log.WORDS, list(many.values()))
        assert 0 < len(kept) < 300
        with pytest.raises(NotDone) as refused:
            await caller.pay_in(Log.WORDS, [many[i] for i in many if i not in kept])
        assert refused.value.reason == NO_ROOM
        acts = sealed(20, HOUR, Log.AUTHORITY)
        assert len(await caller.pay_in(Log.AUTHORITY, list(acts.values()))) == 20
        assert (await caller.take_out(Log.WORDS, kept[:5]))[1] == 5


async def test_an_hour_that_is_not_yet_is_refused(tmp_path: Path) -> None:
    """A clock that is days ahead does not fill a mailbox with what nobody can let go of."""
    async with a_mailbox(tmp_path / "m") as standing, someone(standing.card) as ada:
        caller = await ada.call()
        await caller.ask(CIRCLE.founds(standing.card))
        with pytest.raises(NotDone) as refused:
            # By the clock as it is now: the tests may have begun in the hour before.
            await caller.pay_in(Log.WORDS, list(sealed(1, SystemClock().hour() + 3).values()))
        assert refused.value.reason == NOT_YET


async def test_who_listens_hears_when_something_comes(tmp_path: Path) -> None:
    """Within a moment, without asking again and again."""
    async with a_mailbox(tmp_path / "m") as standing, someone(standing.card) as ada:
        card = standing.card
        caller = await ada.call()
        await caller.ask(CIRCLE.founds(card))
        async with someone(card) as bo, trio.open_nursery() as nursery:
            ear = await bo.call()
            await ear.ask(CIRCLE.opens(bo, card))
            first = await ear.ask(wire.Listen(1))
            assert isinstance(first, wire.News)
            heard = trio.Event()

            async def listen() -> None:
                assert isinstance(first, wire.News)
                await ear.ask(wire.Listen(first.seen))
                heard.set()

            nursery.start_soon(listen)
            await trio.sleep(0.3)
            assert not heard.is_set()
            await caller.pay_in(Log.WORDS, list(sealed(1, HOUR).values()))
            with trio.fail_after(1):
                await heard.wait()


async def test_a_port_that_is_taken_is_told_and_one_that_was_only_kept_is_given_up(
    tmp_path: Path,
) -> None:
    """Asked for by number: a sentence. Kept from before: another one, and a new card."""
    folder = tmp_path / "m"
    async with a_mailbox(folder) as first:
        port = int(first.card.addresses[0].split("/tcp/")[1].split("/")[0])
        second = tmp_path / "n"
        await trio.Path(second).mkdir()
        await trio.Path(second / "mailbox.port").write_text(str(port))
        async with a_mailbox(second) as other:
            assert f"/tcp/{port}/" not in other.card.addresses[0]
        await trio.Path(tmp_path / "o").mkdir()
        db = open_books(tmp_path / "o", Keys(b"k" * 32))
        fixed = Mailbox(db, Keys(b"k" * 32), (f"/ip4/127.0.0.1/tcp/{port}",), second, 1 << 20)
        with pytest.raises(Refused, match="used by another program"):
            await fixed.run()
        db.close()


def test_a_card_is_read_as_it_may_have_been_copied() -> None:
    """Small letters, spaces and line breaks do no harm; one letter missing does."""
    peer = "12D3KooWBW1vPXg77bNgudVoFL7TTSmNk6p6WuoWHZuirLsz6Sdv"
    text = f"hearthside-mailbox:KRPWZ90VM5084W7ZATHXYJXJPM#/ip4/192.0.2.7/tcp/4001/p2p/{peer}"
    card = read(text)
    assert read(card.text()) == card
    assert card.text() == text
    assert read(text.replace("KRPWZ90", " krpwz9o\n")) == card
    for wrong in ("", "hearthside-mailbox:", text[:-3], text.replace("KRP", "KR"), text + ",x"):
        with pytest.raises(PeerFault):
            read(wrong)
