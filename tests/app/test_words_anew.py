"""Words judged anew: the same end in every order, also where somebody means harm."""

import pytest

from app.circle import acts
from app.store.ops import OpState
from p2p.envelope import envelope_id
from p2p.ids import OpId
from p2p.op import Kind, Log, SignedOp, post_id
from tests.app.test_outbox import log_of
from tests.app.test_words_in import a_run, everything, found, says, state_of
from tests.p2p.village import Person, Village, hang_up, meet, settle


@pytest.fixture
def three(village: Village) -> tuple[Person, Person, Person]:
    """Ada, who began, Bo, who turns, and Cy; all know each other, and nobody is on the line."""
    ada = village.founder("Ada")
    bo, cy = village.joined(ada, "Bo"), village.joined(ada, "Cy")
    settle(ada, bo, cy, rounds=1)
    for person in (ada, bo, cy):
        for end in list(person.ends):
            end.line.hang_up()
    return ada, bo, cy


def under(op: SignedOp, byte: int) -> SignedOp:
    """The same op under one of many signatures that are none."""
    return SignedOp(op.header, op.header_bytes, bytes((byte,)) * 64, op.salt, op.payload)


def test_a_long_chain_of_answers_is_taken_in_from_its_end(
    three: tuple[Person, Person, Person],
) -> None:
    """Two thousand replies, each to the one before, and then what they all hang on."""
    ada, bo, _ = three
    me = bo.room.ledger.me
    root = post_id(me, bytes(16))
    chain: list[SignedOp] = []
    for number in range(2001):
        nonce, before = number.to_bytes(16), post_id(me, max(number - 1, 0).to_bytes(16))
        writing = (
            acts.Writing(nonce, "reply", "", "words", reply_to=before, thread=root)
            if number
            else acts.Writing(nonce, "story", "", "the root")
        )
        prev = chain[-1].op_id if chain else OpId(bytes(32))
        kind = Kind.REPLY if number else Kind.POST
        chain.append(bo.signs(Log.WORDS, kind, acts.encode(writing), seq=number, prev=prev))
    ada.takes(*(bo.seals(op) for op in chain[1:]), log=Log.WORDS)
    ada.takes(bo.seals(chain[0]), log=Log.WORDS)
    assert len(ada.room.posts.replies(root)) == 2000


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (2, 0, 1), (2, 1, 0)])
def test_of_two_envelopes_that_nobody_signed_the_lower_stays_in_any_order(
    three: tuple[Person, Person, Person], order: tuple[int, int, int]
) -> None:
    """Of one op that a signed one vouches for, in one batch and one by one."""
    ada, bo, cy = three
    first, second = a_run(bo, 2)
    made = [bo.seals(under(first, 1)), bo.seals(under(first, 2)), bo.seals(second)]
    ada.takes(*(made[place] for place in order), log=Log.WORDS)
    for place in order:
        cy.takes(made[place], log=Log.WORDS)
    assert meet(ada, cy).equal
    assert everything(ada) == everything(cy)


def test_sums_hold_whatever_gives_way_to_what(three: tuple[Person, Person, Person]) -> None:
    """Three envelopes of one op, two of them in one batch, each lower than the one held."""
    ada, bo, _ = three
    first, second = a_run(bo, 2)
    envelopes = sorted((bo.seals(under(first, n)) for n in (1, 2, 3)), key=envelope_id)
    ada.takes(bo.seals(second), envelopes[2], log=Log.WORDS)
    ada.takes(envelopes[0], envelopes[1], log=Log.WORDS)
    kept = [name for _, name in ada.items(Log.WORDS)]
    assert envelope_id(envelopes[0]) in kept
    rows = ada.db.read("SELECT total FROM sums WHERE log = 1")
    told = sum(int.from_bytes(total, "little") for (total,) in rows) % 2**256
    assert told == sum(int.from_bytes(name, "little") for name in kept) % 2**256


def test_many_forks_over_a_hole_fall_silent_together(
    three: tuple[Person, Person, Person],
) -> None:
    """A hundred and fifty ops of one place, and then the one before that none of them names."""
    ada, bo, _ = three
    forks = [says(bo, f"fork {n}", n, seq=1, prev=OpId(n.to_bytes(32))) for n in range(1, 151)]
    ada.takes(*(bo.seals(op) for op in forks), log=Log.WORDS)
    assert len(ada.feed()) == 150
    ada.takes(bo.seals(says(bo, "head")), log=Log.WORDS)
    assert ada.bodies() == {"head"}
    assert found(ada, "fork") == set()


def test_what_one_batch_makes_void_and_valid_is_the_same_one_by_one(
    three: tuple[Person, Person, Person],
) -> None:
    """One op loses its place and another gains it, at one stroke or at two."""
    ada, bo, cy = three
    left, right = says(bo, "left", 1), says(bo, "right", 2)
    after = says(bo, "after", 3, seq=1, prev=right.op_id)
    loose = says(bo, "loose", 4, seq=5, prev=OpId(b"q" * 32))
    filler = says(bo, "filler", 5, seq=4, prev=OpId(b"z" * 32))
    for op in (left, after, loose):
        for person in (ada, cy):
            person.takes(bo.seals(op), log=Log.WORDS)
    ada.takes(bo.seals(filler), bo.seals(right), log=Log.WORDS)
    for op in (filler, right):
        cy.takes(bo.seals(op), log=Log.WORDS)
    assert state_of(ada, after) is OpState.ACCEPTED
    assert "after" in ada.bodies()
    assert everything(ada) == everything(cy)


def test_two_leaves_with_two_cuts_judge_words_alike_whichever_came_first(
    three: tuple[Person, Person, Person],
) -> None:
    """The later one in the order of acts decides, also where the words were judged by the other."""
    ada, bo, cy = three
    run = a_run(bo, 4)
    words = [bo.seals(op) for op in run]
    leaves = [
        bo.signs(
            Log.AUTHORITY, Kind.LEAVE,
            acts.encode(acts.Leave([acts.Cut(bo.device, 1, cut, run[cut - 1].op_id)])),
        )
        for cut in (1, 4)
    ]  # fmt: skip
    sealed = [bo.seals(op) for op in sorted(leaves, key=lambda op: op.op_id)]
    ada.takes(sealed[0])
    ada.takes(*words, log=Log.WORDS)
    ada.takes(sealed[1])
    cy.takes(*sealed)
    cy.takes(*words, log=Log.WORDS)
    assert everything(ada) == everything(cy)


def test_words_of_somebody_whose_admission_falls_are_taken_back(
    village: Village, three: tuple[Person, Person, Person]
) -> None:
    """Ada forks: she lets Dee in, and leaves without knowing of it. All computers end up alike."""
    ada, bo, cy = three
    leave = ada.seals(ada.signs(Log.AUTHORITY, Kind.LEAVE, acts.encode(acts.Leave([]))))
    dee = village.joined(ada, "Dee")
    for person in (ada, dee):
        for end in list(person.ends):
            end.line.hang_up()
    dee.write("from Dee")
    dee.sign()
    authority, words = dee.gives(), dee.gives(Log.WORDS)
    cy.takes(*authority)
    cy.takes(*words, log=Log.WORDS)
    assert "from Dee" in cy.bodies()
    cy.takes(leave)
    bo.takes(leave)
    bo.takes(*authority)
    bo.takes(*words, log=Log.WORDS)
    assert everything(bo) == everything(cy)


def test_words_count_again_once_what_took_their_authors_admission_back_is_taken_back(
    village: Village, three: tuple[Person, Person, Person]
) -> None:
    """Cy lets Dee in while Bo removes Cy, while Ada removes Bo: each step turns what Dee said."""
    ada, bo, cy = three
    fay = village.joined(ada, "Fay")
    for host in (bo, cy):
        ada.does(Kind.ROLE, acts.Assign(host.room.ledger.me, "host"))
    settle(ada, bo, cy, fay)
    hang_up(ada, bo, cy, fay)
    removals = [
        by.seals(by.signs(Log.AUTHORITY, Kind.REMOVE, acts.encode(acts.Remove(whom, "", []))))
        for by, whom in ((bo, cy.room.ledger.me), (ada, bo.room.ledger.me))
    ]
    dee = village.joined(cy, "Dee")
    hang_up(cy, dee)
    dee.write("from Dee")
    dee.sign()
    fay.takes(*dee.gives())
    fay.takes(*dee.gives(Log.WORDS), log=Log.WORDS)
    (op,) = log_of(dee, Log.WORDS)
    seen = [state_of(fay, op)]
    for removal in removals:
        fay.takes(removal)
        seen.append(state_of(fay, op))
    assert seen == [OpState.ACCEPTED, OpState.VOID, OpState.ACCEPTED]
    assert fay.bodies() == {"from Dee"}
