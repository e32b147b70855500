"""What others send becomes acts: whole batches or nothing, the same verdict whatever came first."""

import random
from hashlib import sha512

import msgspec
import pytest
from nacl.bindings import crypto_scalarmult_ed25519_base_noclamp

from app.circle import acts
from app.events import (
    CircleChanged,
    MemberChanged,
    PostArrived,
    PostChanged,
    PostsArrived,
)
from app.room import MANY
from app.store.ops import OpState
from app.store.views import moment
from p2p.envelope import envelope_id, open_, peek
from p2p.errors import OurFault, PeerFault
from p2p.ids import ZERO, CircleId, EnvelopeId, EpochId, OpId
from p2p.op import SIGNATURE_DOMAIN, Kind, Log, SignedOp, post_id, strip, verify_signature
from tests.p2p.village import Person, Village, meet, settle


@pytest.fixture
def bo(village: Village, ada: Person) -> Person:
    person = village.joined(ada, "Bo")
    for end in list(ada.ends):
        end.line.hang_up()
    person.heard.clear()
    return person


def state_of(person: Person, op: SignedOp) -> OpState | None:
    rows = person.db.read("SELECT state FROM ops WHERE op = ?", (op.op_id,))
    return OpState(rows[0][0]) if rows else None


def a_post(body: str = "words", *, nonce: bytes = b"n" * 16) -> bytes:
    return acts.encode(acts.Writing(nonce, "story", "", body))


def on_disk(person: Person) -> Person:
    """The ledger in memory is what the disk would give."""
    ledger = person.room.ledger
    view, secrets = ledger.view, {s.epoch: s for s in ledger.keyring}
    states = dict(ledger._states)
    ledger.load()
    assert ledger.view.people == view.people
    assert ledger.view.void == view.void
    assert ledger.view.epochs == view.epochs
    assert {s.epoch: s for s in ledger.keyring} == secrets
    rows = person.db.read("SELECT op, state FROM ops WHERE log = 0")
    assert {OpId(bytes(o)): OpState(s) for o, s in rows} == states == ledger._states
    return person


# --------------------------------------------------------------------------------- what arrives


def test_a_post_arrives_as_one_row_and_one_event(ada: Person, bo: Person) -> None:
    """And is known when it comes again."""
    post = ada.write("hello")
    ada.sign()
    envelopes = ada.gives(Log.WORDS)
    taken = bo.takes_in(Log.WORDS, [*envelopes, *envelopes])
    assert len(taken.new) == 1
    said = [e for e in bo.heard if isinstance(e, PostArrived)]
    assert [e.post for e in said] == [post]
    assert said[0].content.body == "hello"
    assert said[0].content.author_name == "Ada"
    assert any(isinstance(e, CircleChanged) for e in bo.heard)
    bo.heard.clear()
    assert bo.takes_in(Log.WORDS, envelopes).new == ()
    assert bo.takes_in(Log.WORDS, []).new == ()
    assert bo.heard == []


def test_many_posts_at_once_are_said_in_one_event(ada: Person, bo: Person) -> None:
    """From twenty on the page is read anew."""
    for count in (MANY, MANY + 1):
        bo.heard.clear()
        for number in range(count):
            ada.write(f"word {count} {number}")
        ada.sign()
        bo.takes_in(Log.WORDS, ada.gives(Log.WORDS))
        rows = [e for e in bo.heard if isinstance(e, PostArrived)]
        many = [e.count for e in bo.heard if isinstance(e, PostsArrived)]
        assert (len(rows), many) == ((MANY, []) if count == MANY else (0, [MANY + 1]))


def test_a_reply_before_its_parent_says_so_and_changes_when_it_comes(
    ada: Person, bo: Person
) -> None:
    """First "answers something that is not here", then the thread is whole."""
    parent = ada.write("the question")
    reply = ada.write("the answer", to=parent)
    ada.sign()
    ordered = sorted(ada.gives(Log.WORDS), key=lambda e: _opened(ada, e).header.seq)
    bo.takes_in(Log.WORDS, [ordered[1]])
    row = bo.room.posts.one(bytes.fromhex(reply))
    assert row is not None
    assert row.parent_missing
    bo.heard.clear()
    bo.takes_in(Log.WORDS, [ordered[0]])
    changed = [e for e in bo.heard if isinstance(e, PostChanged)]
    assert [(e.post, e.content.parent_missing) for e in changed] == [(reply, False)]
    assert [e.post for e in bo.heard if isinstance(e, PostArrived)] == [parent]
    assert [p.replies for p in bo.feed()] == [1]


def _opened(person: Person, envelope: bytes) -> SignedOp:
    (secrets,) = person.room.ledger.keyring.fitting(peek(envelope))
    keys = secrets.keys(peek(envelope).envelope_class)
    assert keys is not None
    return open_(envelope, keys, person.circle)


def test_a_reply_changes_the_post_it_stands_under(ada: Person, bo: Person) -> None:
    """The root's row is said again with its count."""
    parent = ada.write("the question")
    ada.sign()
    bo.takes_in(Log.WORDS, ada.gives(Log.WORDS))
    bo.heard.clear()
    ada.write("the answer", to=parent)
    ada.sign()
    bo.takes_in(Log.WORDS, ada.gives(Log.WORDS))
    changed = [e for e in bo.heard if isinstance(e, PostChanged)]
    assert [(e.post, e.content.replies) for e in changed] == [(parent, 1)]


def test_people_are_said_when_they_come_go_or_are_called_otherwise(
    village: Village, ada: Person, bo: Person
) -> None:
    """Once for each change, and the neighbour hears of it too."""
    cy = village.joined(ada, "Cy")
    bo.takes(*ada.gives())
    who = cy.room.ledger.me.hex()
    assert [e.member for e in bo.heard if isinstance(e, MemberChanged)] == [who]
    bo.heard.clear()
    cy.does(Kind.PROFILE, acts.Profile("Cyrus"))
    bo.takes(*cy.gives())
    assert [e.member for e in bo.heard if isinstance(e, MemberChanged)] == [who]
    bo.heard.clear()
    cy.leave()
    bo.takes(*cy.gives())
    assert [e.member for e in bo.heard if isinstance(e, MemberChanged)] == [who]
    bo.heard.clear()
    bo.takes(*cy.gives())
    assert bo.heard == []


# ----------------------------------------------------------------------------- whole or not at all


def faults(ada: Person) -> dict[str, bytes]:
    """Envelopes that open, and break a rule."""
    good = ada.signs(Log.WORDS, Kind.POST, a_post())
    act = ada.signs(Log.AUTHORITY, Kind.PROFILE, acts.encode(acts.Profile("y")))
    forged = SignedOp(act.header, act.header_bytes, b"f" * 64, act.salt, act.payload)
    founding = acts.Founding(
        ada.keys.public(), ada.room.ledger.view.history, "members", "members", b"r" * 32, b"n" * 16
    )
    elsewhere = ada.signs(
        Log.AUTHORITY, Kind.PROFILE, acts.encode(acts.Profile("x")), circle=CircleId(b"o" * 32)
    )
    again = ada.signs(
        Log.AUTHORITY, Kind.FOUNDING, acts.encode(founding), circle=CircleId(ZERO), seq=0,
        prev=OpId(ZERO), authority_heads=(), epoch=EpochId(ZERO),
    )  # fmt: skip
    sealed = bytearray(ada.seals(good))
    sealed[-1] ^= 1
    return {
        "forged signature": ada.seals(forged),
        "another circle": ada.seals(elsewhere),
        "another founding": ada.seals(again),
        "a bent byte": bytes(sealed),
        "rubbish": b"\2" * 306,
        "too short": b"\1" * 100,
    }


@pytest.mark.parametrize(
    "which",
    [
        "forged signature", "another circle", "another founding", "a bent byte", "rubbish",
        "too short",
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", [0, 1, -1])
def test_a_batch_with_a_fault_changes_nothing(
    ada: Person, bo: Person, which: str, place: int
) -> None:
    """Whatever else was in it, first or last: memory and disk are as before."""
    bad = faults(ada)[which]
    ada.does(Kind.PROFILE, acts.Profile("Ada Lovelace"))
    with ada.room.change() as change:
        ada.outbox.new_epoch(change)
    ada.write("good")
    ada.sign()
    for log in Log:
        before, heard = bo.knows(), list(bo.heard)
        batch = ada.gives(log)
        batch.insert(place if place >= 0 else len(batch), bad)
        with pytest.raises(PeerFault):
            bo.takes_in(log, batch)
        assert on_disk(bo).knows() == before
        assert bo.heard == heard
        assert bo.db.read("SELECT count(*) FROM quarantine") == [(0,)]
    bo.takes(*ada.gives())
    assert "Ada Lovelace" in {p.name for p in bo.room.ledger.view.people.values()}


def test_what_our_own_hand_breaks_is_undone_too(ada: Person) -> None:
    """Any exception inside a change: the ledger is read anew from the disk."""
    before = ada.knows()
    with pytest.raises(ZeroDivisionError), ada.room.change() as change:  # noqa: PT012 - a change
        ada.outbox.act(change, Kind.PROFILE, acts.Profile("Nobody"))
        ada.outbox.new_epoch(change)
        raise ZeroDivisionError
    assert on_disk(ada).knows() == before
    with ada.room.change(), pytest.raises(OurFault, match="within"), ada.room.change():
        pass


# ---------------------------------------------------------------------------- pending and verdicts


def test_words_wait_for_the_authority_they_name(ada: Person, bo: Person) -> None:
    """Kept and handed on, but shown only when their past is here."""
    ada.does(Kind.PROFILE, acts.Profile("Ada L."))
    post = ada.write("after the new name")
    ada.sign()
    taken = bo.takes_in(Log.WORDS, ada.gives(Log.WORDS))
    assert len(taken.new) == 1
    assert bo.feed() == []
    assert bo.knows()["frontier"] != ada.knows()["frontier"]
    bo.heard.clear()
    bo.takes(*ada.gives())
    assert [p.post for p in bo.feed()] == [post]
    assert [e.post for e in bo.heard if isinstance(e, PostArrived)] == [post]
    assert bo.knows() == ada.knows()


def test_words_that_name_what_nobody_has_block_nothing(ada: Person, bo: Person) -> None:
    """Set aside for good; what comes after is shown."""
    lost = ada.signs(Log.WORDS, Kind.POST, a_post(), authority_heads=(OpId(b"x" * 32),))
    bo.takes(ada.seals(lost), log=Log.WORDS)
    ada.write("fine")
    ada.sign()
    bo.takes(*ada.gives(Log.WORDS), log=Log.WORDS)
    assert bo.bodies() == {"fine"}
    assert state_of(bo, lost) is OpState.PENDING


@pytest.mark.parametrize("words_first", [True, False])
def test_the_verdict_does_not_hang_on_what_came_first(
    village: Village, ada: Person, bo: Person, words_first: bool
) -> None:
    """Cy's words, with heads that lead to Cy's admission or not, before it or after it."""
    cy = village.joined(ada, "Cy")
    founding = ada.room.ledger.view.founder
    assert founding is not None
    blind = cy.signs(Log.WORDS, Kind.POST, a_post("blind"), authority_heads=(founding,))
    sees = cy.signs(Log.WORDS, Kind.POST, a_post(), seq=1, prev=blind.op_id)
    for turn in (words_first, not words_first):
        if turn:
            bo.takes(cy.seals(blind), cy.seals(sees), log=Log.WORDS)
        else:
            bo.takes(*ada.gives())
    assert state_of(bo, blind) is OpState.VOID
    assert state_of(bo, sees) is OpState.ACCEPTED
    assert bo.bodies() == {"words"}


VOID_WORDS: dict[str, tuple[int, acts.Act | bytes]] = {
    "no payload at all": (Kind.POST, b""),
    "rubbish": (Kind.POST, b"\x93\1\2\3"),
    "a post that answers": (
        Kind.POST, acts.Writing(b"m" * 16, "story", "", "x", reply_to=b"r" * 32, thread=b"t" * 32)
    ),
    "a post of the kind reply": (Kind.POST, acts.Writing(b"m" * 16, "reply", "", "x")),
    "a post with a thread": (
        Kind.POST, acts.Writing(b"m" * 16, "story", "", "x", thread=b"t" * 32)
    ),
    "a reply to nothing": (Kind.REPLY, acts.Writing(b"m" * 16, "reply", "", "x")),
    "a reply without its thread": (
        Kind.REPLY, acts.Writing(b"m" * 16, "reply", "", "x", reply_to=b"r" * 32)
    ),
    "a reply to half an id": (
        Kind.REPLY, acts.Writing(b"m" * 16, "reply", "", "x", reply_to=b"r" * 16, thread=b"t" * 16)
    ),
    "a reply of the kind story": (
        Kind.REPLY, acts.Writing(b"m" * 16, "story", "", "x", reply_to=b"r" * 32, thread=b"t" * 32)
    ),
}  # fmt: skip


@pytest.mark.parametrize("which", VOID_WORDS)
@pytest.mark.parametrize("early", [True, False])
def test_words_that_say_nothing_are_void_and_kept(
    ada: Person, bo: Person, which: str, early: bool
) -> None:
    """No row, no fault, the same on every computer; also where they had to wait."""
    kind, said = VOID_WORDS[which]
    payload = said if isinstance(said, bytes) else acts.encode(said)
    if early:
        ada.does(Kind.PROFILE, acts.Profile("Ada L."))
    op = ada.signs(Log.WORDS, kind, payload)
    bo.takes(ada.seals(op), log=Log.WORDS)
    assert state_of(bo, op) is (OpState.PENDING if early else OpState.VOID)
    bo.takes(*ada.gives())
    assert state_of(bo, op) is OpState.VOID
    assert bo.feed() == []
    assert len(bo.gives(Log.WORDS)) == 1


def test_words_of_a_newer_program_are_kept_without_a_row(ada: Person, bo: Person) -> None:
    """Whoever knows what they mean will show them."""
    op = ada.signs(Log.WORDS, 1000, b"from the future")
    bo.takes(ada.seals(op), log=Log.WORDS)
    assert state_of(bo, op) is OpState.ACCEPTED
    assert bo.feed() == []
    assert bo.gives(Log.WORDS) == [ada.seals(op)]


def test_the_same_post_twice_is_shown_once(ada: Person, bo: Person) -> None:
    """Two ops with one post id: the second is void."""
    first = ada.signs(Log.WORDS, Kind.POST, a_post("first"))
    second = ada.signs(Log.WORDS, Kind.POST, a_post("second"), seq=1, prev=first.op_id)
    bo.takes(ada.seals(first), ada.seals(second), log=Log.WORDS)
    assert bo.bodies() == {"first"}
    assert state_of(bo, second) is OpState.VOID
    assert bo.feed()[0].post == post_id(ada.room.ledger.me, b"n" * 16).hex()


@pytest.mark.parametrize("lower_first", [True, False])
def test_of_two_posts_with_one_id_the_same_one_is_shown_everywhere(
    ada: Person, bo: Person, lower_first: bool
) -> None:
    """The lowest in the author's log, whichever came first; it is said as a change of its row."""
    reply = acts.Writing(b"n" * 16, "reply", "", "second", reply_to=b"r" * 32, thread=b"t" * 32)
    first = ada.signs(Log.WORDS, Kind.POST, a_post("first"), written_at=ada.watch.now() - 5)
    second = ada.signs(Log.WORDS, Kind.REPLY, acts.encode(reply), seq=1, prev=first.op_id)
    for op in (first, second) if lower_first else (second, first):
        bo.heard.clear()
        bo.takes(ada.seals(op), log=Log.WORDS)
    (post,) = bo.feed()
    assert (post.body, post.reply_to, post.thread) == ("first", None, post.post)
    assert post.written_at == moment(ada.watch.now() - 5)
    assert state_of(bo, first) is OpState.ACCEPTED
    assert state_of(bo, second) is OpState.VOID
    assert [e.post for e in bo.heard if isinstance(e, PostChanged)] == [post.post]
    assert not [e for e in bo.heard if isinstance(e, PostArrived)]


def signed_otherwise(person: Person, op: SignedOp) -> SignedOp:
    """The same op under another true signature: Ed25519 with a nonce of the author's own choice."""
    order = 2**252 + 27742317777372353535851937790883648493
    secret = sha512(person.room.row.device_seed).digest()
    scalar = int.from_bytes(secret[:32], "little") & (2**254 - 8) | 2**254
    nonce = int.from_bytes(person.entropy(32), "little") % order
    point = crypto_scalarmult_ed25519_base_noclamp(nonce.to_bytes(32, "little"))
    message = SIGNATURE_DOMAIN.encode() + op.op_id
    challenge = sha512(point + person.device + message).digest()
    proof = (nonce + int.from_bytes(challenge, "little") * scalar) % order
    return msgspec.structs.replace(op, signature=point + proof.to_bytes(32, "little"))


@pytest.mark.parametrize("log", list(Log))
@pytest.mark.parametrize("lower_first", [True, False])
def test_of_two_true_signatures_the_lower_envelope_stays(
    ada: Person, bo: Person, log: Log, lower_first: bool
) -> None:
    """On every computer, whichever came first; the other is never asked for again."""
    kind = Kind.POST if log is Log.WORDS else Kind.PROFILE
    payload = a_post() if log is Log.WORDS else acts.encode(acts.Profile("Ada L."))
    one = ada.signs(log, kind, payload)
    other = signed_otherwise(ada, one)
    assert verify_signature(other)
    assert other.signature != one.signature
    envelopes = sorted((ada.seals(one), ada.seals(other)), key=envelope_id)
    for envelope in envelopes if lower_first else reversed(envelopes):
        bo.takes(envelope, log=log)
    names = {envelope_id(e) for e in envelopes}
    assert bo.shelf.held(log, names) == names
    kept = [EnvelopeId(i) for _, i in bo.items(log, None) if i in names]
    assert kept == [envelope_id(envelopes[0])]
    assert [e for _, e in bo.shelf.envelopes(kept)] == envelopes[:1]
    on_disk(bo)


def test_a_stripped_post_is_neither_a_fault_nor_kept(ada: Person, bo: Person) -> None:
    """Whether it was erased rightly nothing here can tell yet."""
    op = ada.signs(Log.WORDS, Kind.POST, a_post())
    before = bo.knows()
    bo.takes(ada.seals(strip(op)), log=Log.WORDS)
    assert bo.knows() == before
    bo.takes(ada.seals(op), log=Log.WORDS)
    assert bo.bodies() == {"words"}


def test_nobody_writes_in_anothers_name(village: Village, ada: Person, bo: Person) -> None:
    """The author of a post is whose device signed it, whatever the nonce."""
    stolen = bo.signs(Log.WORDS, Kind.POST, a_post("as Ada"))
    mine = ada.signs(Log.WORDS, Kind.POST, a_post("Ada's"))
    ada.takes(bo.seals(stolen), ada.seals(mine), log=Log.WORDS)
    assert {p.body: p.author_name for p in ada.feed()} == {"as Ada": "Bo", "Ada's": "Ada"}
    eve, before = village.founder("Eve"), ada.knows()
    moved = ada.seals(eve.signs(Log.WORDS, Kind.POST, b"", epoch=ada.epoch()))
    forged = SignedOp(mine.header, mine.header_bytes, b"f" * 64, mine.salt, b"gin")
    ada.takes(moved, ada.seals(forged), log=Log.WORDS)
    assert ada.knows() == before


def test_an_envelope_in_the_wrong_log_is_a_fault(ada: Person, bo: Person) -> None:
    """Words said to be authority, and the other way round."""
    ada.write("hello")
    ada.sign()
    ada.does(Kind.PROFILE, acts.Profile("x"))
    for log in Log:
        with pytest.raises(PeerFault):
            bo.takes_in(Log(1 - log), ada.gives(log))
    assert bo.bodies() == set()


# ------------------------------------------------------------------------------ orders of arrival


@pytest.mark.parametrize("seed", range(8))
def test_any_order_of_arrival_leads_to_the_same(village: Village, seed: int) -> None:
    """Envelope by envelope, both logs mixed, what does not open yet tried again: byte for byte."""
    chance = random.Random(seed)
    ada = village.founder("Ada")
    bo = village.joined(ada, "Bo")
    cy = village.joined(ada, "Cy")
    settle(ada, bo, cy)
    for number in range(6):
        person = chance.choice([ada, bo, cy])
        to = chance.choice(person.feed()).post if person.feed() and chance.random() < 0.5 else None
        person.write(f"{number}", to=to)
        meet(*chance.sample([ada, bo, cy], 2)).hang_up()
        if number == 3:
            with bo.room.change() as change:
                bo.outbox.new_epoch(change)
    cy.leave()
    settle(ada, bo)
    meet(cy, ada)
    ada.write("without Cy")
    ada.sign()
    settle(ada, bo)
    dee = village.newcomer(ada, "Dee")
    settle(ada, bo)
    waiting = [(log, e) for log in Log for e in ada.gives(log)]
    for _ in range(200):
        chance.shuffle(waiting)
        left = []
        for log, envelope in waiting:
            if dee.takes_in(log, [envelope]).closed:
                left.append((log, envelope))
        waiting = left
        if not waiting:
            break
    for grant in ada.shelf.grant(dee.device, sorted(ada.shelf.epochs())):
        dee.shelf.take_grant(grant)
    assert on_disk(dee).bodies() == ada.bodies()
    mine, theirs = dee.knows(), ada.knows()
    assert mine["authority"] == theirs["authority"]
    assert mine["states"] == theirs["states"]
    assert mine == theirs
