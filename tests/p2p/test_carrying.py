"""What a file brings: all of a circle, to whoever of it was away, and nothing to anybody else."""

from collections.abc import Iterable

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.circle.state import History
from app.store import circles
from p2p.carrying import (
    MAX_CLOSED,
    Acts,
    AnyRecord,
    Begin,
    Cards,
    Given,
    Merging,
    Words,
    decode,
    encode,
    written,
)
from p2p.errors import PeerFault
from p2p.handfile import Opening, Sealing
from p2p.ids import DeviceId
from p2p.op import Log
from p2p.wire import Grant
from tests.p2p.village import Person, Village, hang_up, meet, settle, spoilt


def file_of(person: Person) -> list[bytes]:
    """The records of a file by somebody, for all present members."""
    devices = list(person.room.ledger.view.devices())
    return [encode(record) for record in written(person.shelf, person.circle, devices)]


def sealed_by(person: Person) -> bytes:
    """The file itself."""
    keys = person.room.ledger.view.devices().values()
    sealing = Sealing([key.seal for key in keys], person.entropy)
    head = b"".join(sealing.head())
    body = b"".join([sealing.record(record) for record in file_of(person)])
    return head + body + b"".join(sealing.end())


def can_open(person: Person, file: bytes) -> bool:
    opening = Opening(dict(circles.seal_seeds(person.db, person.room.row.circle_no)))
    list(opening.receive(file))
    return not opening.stranger


def merged(person: Person, records: Iterable[bytes]) -> Merging:
    merging = Merging(person.shelf, person.circle, person.device)
    for record in records:
        merging.take(record)
    return merging


def removes(host: Person, whom: Person) -> None:
    with host.room.change() as change:
        host.outbox.remove(change, whom.room.ledger.me, "Had to go.")


@pytest.fixture
def bo(village: Village, ada: Person) -> Person:
    person = village.joined(ada, "Bo")
    hang_up(ada)
    return person


# ------------------------------------------------------------------------------- what it brings


def test_a_file_makes_two_homes_the_same(ada: Person, bo: Person) -> None:
    first = ada.write("hello")
    ada.write("an answer", to=first)
    ada.sign()
    came = merged(bo, file_of(ada))
    assert (came.words, came.closed) == (2, 0)
    assert bo.knows() == ada.knows()
    again = merged(bo, file_of(ada))
    assert (again.acts, again.words) == (0, 0)


def test_the_newest_words_come_first(ada: Person) -> None:
    """Whoever's file breaks off has what they would read first."""
    for day in range(5):
        ada.write(f"day {day} " + "and so on " * 4000)
        ada.sign()
        ada.watch.go_on(hours=24)
    records = [decode(record) for record in file_of(ada)]
    words = [record for record in records if isinstance(record, Words)]
    hours = [int.from_bytes(e[2:6]) for record in words for e in record.envelopes]
    assert len(words) > 1
    assert hours == sorted(hours, reverse=True)
    kinds = [type(record) for record in records]
    assert kinds == sorted(kinds, key=[Begin, Given, Acts, Cards, Words].index)


def test_a_newcomer_who_has_met_nobody_yet_gets_all_of_it(village: Village, ada: Person) -> None:
    """Let in just now, and the line broke: the circle comes by hand."""
    ada.write("before you came")
    ada.sign()
    cleo = village.newcomer(ada, "Cleo")
    assert cleo.room.ledger.myself() is None
    merged(cleo, file_of(ada))
    assert cleo.room.ledger.myself() is not None
    assert cleo.knows() == ada.knows()


@pytest.mark.parametrize("history", list(History))
def test_who_missed_removals_and_epochs_has_them_by_anybodys_file(
    village: Village, history: History
) -> None:
    """Cleo was away while two were removed and weeks went by; Bo, who made none of it, writes."""
    ada = village.founder("Ada", history=history)
    bo, cleo, dora, eve = (village.joined(ada, name) for name in ("Bo", "Cleo", "Dora", "Eve"))
    settle(ada, bo, cleo, dora, eve)
    hang_up(ada, bo, cleo, dora, eve)
    for gone in (dora, eve):
        removes(ada, gone)
        ada.write(f"after {gone.name}")
        ada.sign()
        village.watch.go_on(hours=200)
        assert ada.outbox.renew()
    meet(bo, ada)
    hang_up(ada, bo)
    bo.write("And I.")
    bo.sign()
    merged(cleo, file_of(bo))
    assert cleo.bodies() == {"after Dora", "after Eve", "And I."}
    assert cleo.knows() == bo.knows()
    cleo.write("Thank you.")
    cleo.sign()
    merged(ada, file_of(cleo))
    assert ada.knows() == cleo.knows()


def test_who_missed_very_many_epochs_reads_the_words_of_each(village: Village) -> None:
    """Where no link leads to them: more secrets than are kept before their epochs are proven."""
    ada = village.founder("Ada", history=History.FRESH)
    bo = village.joined(ada, "Bo")
    hang_up(ada)
    for week in range(90):
        village.watch.go_on(hours=200)
        assert ada.outbox.renew()
        ada.write(f"week {week}")
        ada.sign()
    came = merged(bo, file_of(ada))
    assert (came.words, came.closed) == (90, 0)
    assert bo.knows() == ada.knows()


def test_who_was_removed_cannot_open_it_and_learns_nothing_by_an_older_one(
    village: Village, ada: Person, bo: Person
) -> None:
    cleo = village.joined(ada, "Cleo")
    settle(ada, bo, cleo)
    hang_up(ada, bo, cleo)
    ada.write("while Cleo was here")
    ada.sign()
    before = sealed_by(ada), file_of(ada)
    removes(ada, cleo)
    ada.write("after that")
    ada.sign()
    after = sealed_by(ada), file_of(ada)
    assert can_open(cleo, before[0])
    assert not can_open(cleo, after[0])
    assert can_open(bo, after[0])
    merged(cleo, before[1])
    assert cleo.bodies() == {"while Cleo was here"}
    # And were the file's own key to leak to her, what is in it is still sealed to others.
    came = merged(cleo, after[1])
    assert (came.words, came.closed) == (0, 1)
    assert cleo.bodies() == {"while Cleo was here"}


def test_what_a_newcomer_may_not_read_is_passed_over(village: Village) -> None:
    """Where history is fresh: it is counted, and fills no quarantine."""
    ada = village.founder("Ada", history=History.FRESH)
    for number in range(5):
        ada.write(f"before {number}")
    ada.sign()
    bo = village.joined(ada, "Bo")
    hang_up(ada)
    ada.write("after")
    ada.sign()
    came = merged(bo, file_of(ada))
    assert (came.words, came.closed) == (1, 5)
    assert bo.bodies() == {"after"}
    assert bo.db.read("SELECT count(*) FROM quarantine") == [(0,)]
    assert file_of(bo)[-1] == encode(Words(bo.epoch(), list(bo.gives(Log.WORDS)))), (
        "and goes into no file of theirs"
    )


def test_secrets_are_there_for_each_member_and_for_nobody_else(
    village: Village, ada: Person, bo: Person
) -> None:
    cleo = village.joined(ada, "Cleo")
    settle(ada, bo, cleo)
    hang_up(ada, bo, cleo)
    removes(ada, cleo)
    given = [r for r in map(decode, file_of(ada)) if isinstance(r, Given)]
    assert {r.device for r in given} == {ada.device, bo.device}
    village.joined(ada, "Dora")
    hang_up(ada)
    given = [r for r in map(decode, file_of(ada)) if isinstance(r, Given)]
    assert len({r.device for r in given}) == 3


def test_a_key_that_was_followed_by_another_opens_it_still(ada: Person, bo: Person) -> None:
    """Bo's next seal key is known to Bo only, so far."""
    bo.watch.go_on(hours=31 * 24)
    bo.shelf.authority_settled()
    assert len(circles.seal_seeds(bo.db, bo.room.row.circle_no)) == 2
    assert can_open(bo, sealed_by(ada))
    assert can_open(bo, sealed_by(bo))


def test_addresses_come_along(village: Village, ada: Person, bo: Person) -> None:
    cleo = village.joined(ada, "Cleo")
    settle(ada, bo, cleo)
    hang_up(ada, bo, cleo)
    cleo.shelf.own_card(["/ip4/192.0.2.7/tcp/4001"])
    merged(bo, file_of(cleo))
    known = {card.device: card.addresses for card in bo.shelf.cards()}
    assert known[cleo.device] == ["/ip4/192.0.2.7/tcp/4001"]


def test_a_disk_that_was_put_back_has_its_own_words_again(
    village: Village, ada: Person, bo: Person
) -> None:
    """Before it numbers new ones: no number is given twice."""
    backup = village.photograph(bo)
    bo.write("written after the backup")
    bo.sign()
    again = village.restored(bo, backup)
    merged(again, file_of(bo))
    again.write("and this, after it was put back")
    again.sign()
    assert [seq for seq, _ in again.own_words()] == [0, 1]
    merged(ada, file_of(again))
    assert ada.bodies() == {"written after the backup", "and this, after it was put back"}
    assert not ada.room.ledger.view.forks


# ------------------------------------------------------------------------------ what it may not


def test_a_bent_envelope_ends_it_and_what_came_before_stays(ada: Person, bo: Person) -> None:
    ada.write("whole")
    ada.sign()
    before = file_of(ada)
    bo_before = bo.knows()
    (words,) = (r for r in map(decode, before) if isinstance(r, Words))
    bent = encode(Words(words.epoch, [*words.envelopes, spoilt(words.envelopes[0])]))
    with pytest.raises(PeerFault):
        merged(bo, [*before[:-1], bent, before[-1]])
    assert bo.bodies() == set()
    assert bo.knows()["words"] == bo_before["words"]
    merged(bo, before)
    assert bo.bodies() == {"whole"}


def test_words_that_nobody_here_signed_are_set_aside(ada: Person, bo: Person) -> None:
    """A file vouches for nothing."""
    op = ada.signs(Log.WORDS, 64, b"")
    forged = msgspec.structs.replace(op, signature=bytes(64))
    records = [encode(Begin(ada.circle)), encode(Words(ada.epoch(), [ada.seals(forged)]))]
    assert merged(bo, records).words == 0


def test_a_file_begins_once_and_is_of_one_circle(ada: Person, bo: Person) -> None:
    begin = encode(Begin(ada.circle))
    for records in ([begin, begin], [encode(Acts(ada.gives()))], [encode(Begin(b"e" * 32))]):
        with pytest.raises(PeerFault):
            merged(bo, records)


def test_secrets_without_end_are_a_fault(ada: Person, bo: Person) -> None:
    """Those for others are not even looked at."""
    wrong = Grant(epoch=b"e" * 32, granter=ada.device, box=bytes(1200))
    for device, faulty in ((ada.device, False), (bo.device, True)):
        records = [encode(Given(device, [wrong] * 64))] * (MAX_CLOSED // 64 + 1)
        if not faulty:
            merged(bo, [encode(Begin(bo.circle)), *records])
            continue
        with pytest.raises(PeerFault):
            merged(bo, [encode(Begin(bo.circle)), *records])


def test_acts_that_nothing_opens_are_bounded(bo: Person) -> None:
    junk = [bytes((1, 0)) + number.to_bytes(4) + bytes(60_000) for number in range(200)]
    with pytest.raises(PeerFault):
        merged(bo, [encode(Begin(bo.circle)), *(encode(Acts([one])) for one in junk)])


def test_what_a_removed_member_puts_into_a_file_counts_as_if_they_had_said_it(
    village: Village, ada: Person, bo: Person
) -> None:
    """Words after the cut are nobody's; what others said stands."""
    cleo = village.joined(ada, "Cleo")
    settle(ada, bo, cleo)
    hang_up(ada, bo, cleo)
    bo.write("by Bo")
    bo.sign()
    merged(cleo, file_of(bo))
    removes(ada, cleo)
    cleo.write("too late")
    cleo.sign()
    merged(ada, file_of(cleo))
    assert ada.bodies() == {"by Bo"}


@settings(max_examples=200)
@given(st.binary(max_size=400))
def test_any_bytes_are_a_record_or_a_fault(data: bytes) -> None:
    try:
        record: AnyRecord = decode(data)
    except PeerFault:
        return
    assert encode(record) == data or decode(encode(record)) == record


def test_a_device_that_is_none_gets_nothing(ada: Person) -> None:
    records = written(ada.shelf, ada.circle, [DeviceId(b"n" * 32)])
    assert not any(isinstance(record, Given) for record in records)
