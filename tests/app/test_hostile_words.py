"""What a member who turned, a leaver or a disk put back may do to words. Each was a hole once."""

import hashlib
import random
from itertools import permutations

import msgspec
import pytest
from nacl import bindings as sodium

from app import commands
from app.circle import acts
from app.circle.rules import JOIN, request_message
from app.circle.state import Post
from app.founding import Keys
from app.invite import Code
from app.store import frontier
from app.store.ops import OpState
from p2p.crypto import sign, sign_public
from p2p.envelope import envelope_id
from p2p.errors import PeerFault
from p2p.ids import ZERO, DeviceId, OpId
from p2p.op import SIGNATURE_DOMAIN, Kind, Log, SignedOp, sign_op, strip, verify_signature
from tests.app.test_household import opened
from tests.app.test_outbox import log_of
from tests.p2p.village import NOON, Line, Person, Village, Watch, meet, seeded, settle

FAR = 2**53 - 1  # the latest hour that a hello can name


@pytest.fixture
def bo(village: Village, ada: Person) -> Person:
    return joined(village, ada, "Bo")


def joined(village: Village, host: Person, name: str) -> Person:
    """Somebody who came in, has everything, and hung up."""
    person = village.joined(host, name)
    for end in list(host.ends):
        end.line.hang_up()
    return person


def a_text(body: str, *, to: bytes = b"", nonce: bytes = b"n" * 16) -> bytes:
    kind = "reply" if to else "story"
    return acts.encode(acts.Writing(nonce, kind, "", body, reply_to=to, thread=to))  # type: ignore[arg-type]  # a literal


def state_of(person: Person, op: SignedOp) -> OpState | None:
    rows = person.db.read("SELECT state FROM ops WHERE op = ?", (op.op_id,))
    return OpState(rows[0][0]) if rows else None


def another_signature(seed: bytes, op: SignedOp, chance: random.Random) -> SignedOp:
    """A true signature of the same op that is not the one of RFC 8032: its nonce was drawn."""
    head = bytearray(hashlib.sha512(seed).digest()[:32])
    head[0] &= 248
    head[31] = head[31] & 127 | 64
    reduce = sodium.crypto_core_ed25519_scalar_reduce
    nonce = reduce(chance.randbytes(64))
    point = sodium.crypto_scalarmult_ed25519_base_noclamp(nonce)
    said = SIGNATURE_DOMAIN.encode() + op.op_id
    challenge = reduce(hashlib.sha512(point + sign_public(seed) + said).digest())
    product = sodium.crypto_core_ed25519_scalar_mul(challenge, reduce(bytes(head) + bytes(32)))
    signature = point + sodium.crypto_core_ed25519_scalar_add(nonce, product)
    return SignedOp(op.header, op.header_bytes, signature, op.salt, op.payload)


def admits(person: Person, code: Code, keys: Keys) -> acts.Admit:
    """An admission that somebody may sign without any door."""
    public = keys.public()
    message = request_message(person.circle, code.key, public, b"n" * 16)
    seeds = (code.key_seed, keys.member, keys.device)
    return acts.Admit(code.key, public, b"n" * 16, *(sign(s, JOIN, message) for s in seeds))


# -------------------------------------------------------------------------------- what is the op


def test_words_without_their_text_do_not_shut_out_the_whole_ones(
    village: Village, ada: Person, bo: Person
) -> None:
    """Bo takes the payload off Ada's post and is the first to hand it to Cy."""
    cy = joined(village, ada, "Cy")
    ada.write("precious")
    ada.sign()
    (op,) = log_of(ada, Log.WORDS)
    cy.takes(bo.seals(strip(op)), log=Log.WORDS)
    assert meet(cy, ada).equal
    assert cy.bodies() == {"precious"}
    assert cy.knows() == ada.knows()


@pytest.mark.parametrize("log", Log)
@pytest.mark.parametrize("first", [0, 1])
def test_two_true_signatures_of_one_op_come_to_the_same_one_everywhere(
    ada: Person, bo: Person, log: Log, first: int
) -> None:
    """The lower id stays, whoever held it; the other is never asked for again."""
    if log is Log.WORDS:
        ada.write("signed twice")
        ada.sign()
    else:
        ada.does(Kind.PROFILE, acts.Profile("Ada again"))
    op = log_of(ada, log)[-1]
    chance = random.Random(7)
    while True:
        twin = another_signature(ada.room.row.device_seed, op, chance)
        ids = [envelope_id(ada.seals(o)) for o in (op, twin)]
        if ids.index(min(ids)) == first:
            break
    assert verify_signature(twin)
    bo.takes(bo.seals(twin), log=log)
    assert meet(bo, ada).equal
    for person in (ada, bo):
        assert min(ids) in {i for _, i in person.items(log, None)}
        person.restart()
        ((_, envelope),) = person.shelf.envelopes([min(ids)])
        assert envelope_id(envelope) == min(ids)
    assert ada.knows() == bo.knows()
    gave_way = (bo, ada)[first]
    assert gave_way.shelf.held(log, ids) == set(ids)
    assert not meet(ada, bo).envelopes_said()


def test_one_post_in_two_texts_is_the_same_text_everywhere(
    village: Village, ada: Person, bo: Person
) -> None:
    """Bo says "yes", "no" and "perhaps" under one name; everybody sees the first of them."""
    root = ada.write("shall we?")
    ada.sign()
    settle(ada, bo)
    texts = [a_text("yes"), a_text("no"), a_text("perhaps", to=bytes.fromhex(root))]
    kinds = [Kind.POST, Kind.POST, Kind.REPLY]
    said = []
    before = ZERO
    for seq, (kind, text) in enumerate(zip(kinds, texts, strict=True)):
        op = bo.signs(Log.WORDS, kind, text, seq=seq, prev=OpId(before))
        said.append(bo.seals(op))
        before = op.op_id
    seen = []
    for number, order in enumerate(permutations(said)):
        cy = joined(village, ada, f"Cy {number}")
        for envelope in order:
            cy.takes(envelope, log=Log.WORDS)
        seen.append(as_shown(cy))
    assert seen[0]["yes"] == (None, True)
    assert all(other == seen[0] for other in seen)


def as_shown(person: Person) -> dict[str, tuple[str | None, bool]]:
    """Each text with what it answers and whether it stands in the feed."""
    shown: list[tuple[Post, bool]] = []
    for post in person.feed():
        shown += [(post, True)]
        shown += [(r, False) for r in person.room.posts.replies(bytes.fromhex(post.post))]
    return {post.body: (post.reply_to, top) for post, top in shown}


# --------------------------------------------------------------------------------- whose words


def test_words_of_somebody_not_known_yet_are_shown_when_they_are(ada: Person, bo: Person) -> None:
    """Two admissions by one invite: who comes second counts once a host lets them in."""
    code = ada.invites()
    bo.takes(*ada.gives())
    people = [Keys.fresh(seeded(name)) for name in ("Cy", "Dee")]
    signed = [
        ada.signs(Log.AUTHORITY, Kind.ADMIT, acts.encode(admits(ada, code, k))) for k in people
    ]
    winner, second = sorted(signed, key=lambda op: op.op_id)
    keys = people[signed.index(second)]
    draft = bo.signs(Log.WORDS, Kind.POST, a_text("here I am"), authority_heads=(second.op_id,))
    header = msgspec.structs.replace(draft.header, device=DeviceId(keys.public().device))
    words = sign_op(keys.device, header, draft.salt, draft.payload)
    bo.takes(ada.seals(winner), ada.seals(second))
    assert list(bo.room.ledger.view.waits_for_host.values()) == [second.op_id]
    bo.takes(bo.seals(words), log=Log.WORDS)
    assert state_of(bo, words) is OpState.PENDING
    assert bo.bodies() == set()
    once_more = ada.signs(
        Log.AUTHORITY, Kind.ADMIT, acts.encode(admits(ada, code, keys)),
        authority_heads=(winner.op_id, second.op_id),
    )  # fmt: skip
    bo.takes(ada.seals(once_more))
    assert not bo.room.ledger.view.waits_for_host
    assert bo.bodies() == {"here I am"}


def test_among_many_heads_words_name_one_that_covers_their_authors_admission(
    village: Village, ada: Person
) -> None:
    """Five others act without knowing of Cy, deeper than anything that does."""
    others = [joined(village, ada, f"P{number}") for number in range(5)]
    settle(ada, *others, rounds=2)
    cy = joined(village, ada, "Cy")
    for other in others:
        for number in range(12):
            other.does(Kind.PROFILE, acts.Profile(f"{other.name} {number}"))
        cy.takes(*other.gives())
    order = cy.room.ledger.view.order
    assert order is not None
    assert not cy.room.ledger.view.may_write(cy.device, order.heads[:4], 0)
    cy.write("am I heard?")
    cy.sign()
    settle(cy, ada)
    assert ada.bodies() == {"am I heard?"}
    assert ada.knows() == cy.knows()


# ---------------------------------------------------------------------------------- who has left


@pytest.mark.parametrize("leave_first", [True, False])
def test_words_beyond_the_cut_of_who_left_do_not_count(
    ada: Person, bo: Person, *, leave_first: bool
) -> None:
    """Bo goes on with the old secret; what came before the leave and after it ends the same."""
    bo.write("before")
    bo.sign()
    late = bo.signs(Log.WORDS, Kind.POST, a_text("after"))
    bo.leave()
    words = [*bo.gives(Log.WORDS), bo.seals(late)]
    if leave_first:
        ada.takes(*bo.gives())
        ada.takes(*words, log=Log.WORDS)
    else:
        ada.takes(*words, log=Log.WORDS)
        ada.takes(*bo.gives())
    assert state_of(ada, late) is OpState.VOID
    assert ada.bodies() == {"before"}


def test_nothing_that_the_leave_did_not_know_of_counts(ada: Person, bo: Person) -> None:
    """A second log beside the leave: the same place, another act."""
    act = acts.encode(acts.Profile("still here"))
    forked = [
        bo.signs(Log.AUTHORITY, Kind.PROFILE, act, authority_heads=heads)
        for heads in (bo.room.ledger.view.heads, ())
    ]
    bo.leave()
    leave = log_of(bo, Log.AUTHORITY)[-1].header
    assert {op.header.seq for op in forked} == {leave.seq}
    ada.takes(*bo.gives(), *(bo.seals(op) for op in forked))
    assert {op.op_id for op in forked} <= ada.room.ledger.view.void
    person = ada.room.ledger.view.person_of(bo.device)
    assert person is not None
    assert (person.name, person.left) == ("Bo", True)


# --------------------------------------------------------------------------------- time and disks


@pytest.mark.parametrize("hour", [0, NOON // 3_600_000 - 25, NOON // 3_600_000 + 25, FAR])
def test_a_clock_that_is_days_off_dates_nobody_elses_words(
    ada: Person, bo: Person, hour: int
) -> None:
    """Neither back to 1970 nor into the future; a few hours off are heeded."""
    ada.write("today")
    bo.watch = Watch(hour * 3_600_000)  # what Bo says in the hello
    meet(bo, ada)
    (op,) = log_of(ada, Log.WORDS)
    assert op.header.hour == NOON // 3_600_000
    assert bo.bodies() == {"today"}


def test_a_disk_put_back_numbers_nothing_before_its_own_words_came(
    village: Village, ada: Person, bo: Person
) -> None:
    """Bo holds three of Ada's words that her backup does not."""
    backup = village.photograph(ada)
    for body in ("one", "two", "three"):
        ada.write(body)
    meet(ada, bo).hang_up()
    again = village.restored(ada, backup)
    again.write("four")
    line = Line(bo, again)
    line.carry()
    assert frontier.count_forks(bo.db, bo.room.row.circle_no) == 0
    assert [seq for seq, _ in again.own_words()] == [0, 1, 2, 3]
    assert bo.bodies() == again.bodies() == {"one", "two", "three", "four"}


def test_an_own_post_that_returns_while_it_is_unsent_here_is_not_signed_again(
    village: Village, ada: Person, bo: Person
) -> None:
    """The backup is from between writing and handing over."""
    ada.write("kept")
    backup = village.photograph(ada)
    meet(ada, bo).hang_up()
    again = village.restored(ada, backup)
    assert again.room.posts.count_unsent() == 1
    assert meet(again, bo).equal
    assert again.room.posts.count_unsent() == 0
    assert len(again.own_words()) == 1
    assert [p.body for p in again.feed()] == ["kept"]
    assert again.knows() == bo.knows()


def test_the_cards_of_a_disk_put_back_are_newer_than_those_before(
    village: Village, ada: Person, bo: Person
) -> None:
    """Or nobody would hear the new address until the count had caught up."""
    backup = village.photograph(ada)
    for port in range(1, 6):
        village.watch.go_on(ms=1)
        bo.shelf.take_cards([ada.shelf.own_card([f"/ip4/192.0.2.1/tcp/{port}"])])
    village.watch.go_on(ms=1)
    card = village.restored(ada, backup).shelf.own_card(["/ip4/192.0.2.1/tcp/99"])
    assert bo.shelf.take_cards([card]) == [card]


# ----------------------------------------------------------------------------- names and addresses


async def test_names_are_shown_without_what_hides_or_turns_text(ada: Person, bo: Person) -> None:
    """A person's and a circle's, from a computer that did not clean them itself."""
    ugly = "\u202e Ma\u0007l\u200b\n\t of\u2066 ours\u2069 "
    bo.does(Kind.PROFILE, acts.Profile(ugly))
    ada.takes(*bo.gives())
    assert ada.room.ledger.name_of(bo.room.ledger.me) == "Mal of ours"
    bo.write("hello")
    meet(bo, ada)
    assert [p.author_name for p in ada.feed()] == ["Mal of ours"]
    ada.does(Kind.RULES, acts.Rules(ugly, ""))
    bo.takes(*ada.gives())
    async with opened(bo.db, bo.watch, "Bo") as home:
        (row,) = home.household.list_circles()
        members = home.household.members(commands.ListMembers(circle=row.circle or ""))
    assert (row.name, row.display_name) == ("Mal of ours", "Mal of ours")
    assert {m.display_name for m in members} == {"Ada", "Mal of ours"}


@pytest.mark.parametrize(
    "address", ["rubbish", "/ip4/0.0.0.0/tcp/1", "/ip4/192.0.2.1/tcp/0", "/dns4/x.onion/tcp/1"]
)
def test_a_card_with_an_address_that_is_none_is_refused(
    ada: Person, bo: Person, address: str
) -> None:
    """Truly signed by its device, and beside one that is good."""
    card = bo.shelf.own_card(["/ip4/192.0.2.1/tcp/1", address])
    with pytest.raises(PeerFault):
        ada.shelf.take_cards([card])
    assert bo.device not in {DeviceId(known.device) for known in ada.shelf.cards()}
