"""Invites: what people read out, type and paste, and what strangers send instead."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import invite
from app.founding import Keys
from app.invite import ALPHABET, Capsule, Code
from app.refused import Refused, Why
from p2p.crypto import box, seal_aead, seal_public, sign_public, unbox
from p2p.errors import PeerFault
from tests.p2p.village import Person, a_village, seeded

CODE = Code(bytes(range(16)))
KEYS = Keys.fresh(seeded("Bo"))
REQUEST_SEED = bytes(range(96))
CAPSULE = Capsule(
    b"c" * 32, "Evenings", "for us", "Ada", seal_public(REQUEST_SEED), ["/ip4/192.0.2.1/tcp/1"]
)


def refused(text: str) -> bool:
    """Whether it is no code, and that was said in the one sentence."""
    try:
        invite.read(text)
    except Refused as said:
        return (said.kind, said.message) == (Why.BAD_INVITE, invite.bad_invite().message)
    return False


# ------------------------------------------------------------------------------------- the code


@given(st.binary(min_size=16, max_size=16))
def test_a_code_is_read_as_it_was_written(secret: bytes) -> None:
    """Seven groups of four out of 32 letters and digits."""
    text = Code(secret).text()
    groups = text.split("-")
    assert [len(g) for g in groups] == [4] * 7
    assert set("".join(groups)) <= set(ALPHABET)
    assert invite.read(text) == (Code(secret), [])


@given(st.binary(min_size=16, max_size=16), st.data())
def test_people_may_type_it_their_way(secret: bytes, data: st.DataObject) -> None:
    """Any case, spaces and dashes of any kind anywhere, I and L for 1, O for 0."""
    typed = ""
    for letter in Code(secret).text().replace("-", ""):
        same = {"1": "1IiLl", "0": "0Oo"}.get(letter, letter + letter.lower())
        typed += data.draw(st.sampled_from(same))
        typed += data.draw(
            st.sampled_from(["", "", " ", "-", "–", "—", "‑", "\u00a0", "\t", "\r\n"])
        )
    assert invite.read(f"  {typed}\n") == (Code(secret), [])


def test_every_single_typo_is_noticed() -> None:
    """Each of 28 places, each of the 31 other letters: 868 wrong codes, none is taken."""
    letters = CODE.text().replace("-", "")
    for at, right in enumerate(letters):
        for wrong in ALPHABET:
            if wrong != right:
                assert refused(letters[:at] + wrong + letters[at + 1 :]), (at, wrong)


def test_two_neighbours_swapped_are_noticed() -> None:
    """The other mistake that people make."""
    letters = CODE.text().replace("-", "")
    for at in range(len(letters) - 1):
        if letters[at] != letters[at + 1]:
            assert refused(letters[:at] + letters[at + 1] + letters[at] + letters[at + 2 :])


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "-",
        "#",
        "/",
        "hearthside://join/",
        "hearthside://join/#/ip4/192.0.2.1/tcp/1",
        CODE.text()[:-1],
        CODE.text()[1:],
        CODE.text() + "0",
        CODE.text() * 2,
        CODE.text().replace("1", "U"),
        "U" * 28,
        "0" * 28,
        "Z" * 28,
        "٠" * 28,
        "０" * 28,
        "Ω" * 28,
        "добро пожаловать домой мы ждём",
        "欢迎回家" * 7,
        "ſ" * 28,
        "ß" * 14,
        "\0" * 28,
        "\ud800" * 28,
        "https://example.org/" + CODE.text(),
        "hearthside://leave/" + CODE.text(),
        "x" * 10_240,
        CODE.text() + " " + "y" * 10_240,
    ],
)
def test_what_is_no_code_is_refused_in_a_sentence(text: str) -> None:
    """Truncated, empty, other scripts, other schemes, ten kilobytes of text."""
    assert refused(text)


@given(st.text(max_size=200))
def test_any_text_is_a_code_or_refused(text: str) -> None:
    """Never another exception."""
    refused(text)
    refused("hearthside://join/" + text)


def test_another_version_of_the_code_is_refused() -> None:
    """Its checksum may be right; we do not know what it means."""
    for version in range(16):
        bits = version << 136 | int.from_bytes(CODE.secret) << 8
        for check in range(256):
            whole = bits | check
            text = "".join(ALPHABET[whole >> shift & 31] for shift in range(135, -1, -5))
            assert refused(text) is (text != CODE.text().replace("-", ""))


# ------------------------------------------------------------------------------------- the link


def test_a_link_carries_up_to_three_addresses() -> None:
    """And is read back, however it was wrapped."""
    addresses = [f"/ip4/192.0.2.{n}/tcp/4001/p2p/12D3KooW{n}" for n in range(5)]
    link = invite.link(CODE, addresses)
    assert link == f"hearthside://join/{CODE.text()}#{','.join(addresses[:3])}"
    assert invite.read(link) == (CODE, addresses[:3])
    assert invite.read(f"\n {link.replace('hearthside', 'HearthSide')} ") == (CODE, addresses[:3])
    assert invite.read(f"hearthside://join/{CODE.text()}/") == (CODE, [])
    assert invite.link(CODE, []) == f"hearthside://join/{CODE.text()}"


def test_a_link_with_too_many_or_empty_addresses_is_trimmed() -> None:
    """Six at most; whether each is one is for the door to say."""
    many = ",".join(f" /a{n} " for n in range(20))
    assert invite.read(f"{CODE.text()}#{many}")[1] == [f"/a{n}" for n in range(6)]
    assert invite.read(f"{CODE.text()}#, ,,") == (CODE, [])
    assert invite.read(f"{CODE.text()}#/a#b") == (CODE, ["/a#b"])


def test_what_follows_from_a_code_is_five_different_things() -> None:
    """And the code itself is not shown by accident."""
    parts = {CODE.secret, CODE.key_seed, CODE.key, CODE.rendezvous, CODE.capsule_key}
    assert len(parts) == 5
    assert CODE.key == sign_public(CODE.key_seed)
    assert CODE.secret.hex() not in repr(CODE)
    assert "\\x01" not in repr(CODE)
    assert invite.new_code(seeded("a")) == invite.new_code(seeded("a"))
    assert invite.new_code(seeded("a")) != invite.new_code(seeded("b"))


# ---------------------------------------------------------------------------------- the capsule


def test_a_capsule_opens_with_its_code_only() -> None:
    """Any changed byte, another code, a cut: a fault."""
    sealed = invite.seal_capsule(CODE, CAPSULE, seeded("nonce"))
    assert invite.open_capsule(CODE, sealed) == CAPSULE
    with pytest.raises(PeerFault):
        invite.open_capsule(Code(b"x" * 16), sealed)
    for at in (0, 23, 24, 100, -1):
        bent = bytearray(sealed)
        bent[at] ^= 1
        with pytest.raises(PeerFault):
            invite.open_capsule(CODE, bytes(bent))
    for end in (0, 1, 23, 24, 39, 40, len(sealed) - 1):
        with pytest.raises(PeerFault):
            invite.open_capsule(CODE, sealed[:end])


@given(st.binary(max_size=300))
def test_any_bytes_for_a_capsule_are_a_fault(data: bytes) -> None:
    """Never another exception."""
    with pytest.raises(PeerFault):
        invite.open_capsule(CODE, data)


@given(st.binary(max_size=200) | st.lists(st.binary(max_size=40) | st.text(), max_size=8))
def test_any_text_in_a_capsule_is_one_or_a_fault(inside: bytes | list[object]) -> None:
    """Also from somebody who knows the code."""
    text = inside if isinstance(inside, bytes) else msgspec.msgpack.encode(inside)
    nonce = b"n" * 24
    sealed = nonce + seal_aead(CODE.capsule_key, nonce, text, CODE.rendezvous)
    with suppress(PeerFault):
        assert isinstance(invite.open_capsule(CODE, sealed), Capsule)


def test_the_largest_capsule_fits_its_frame_and_its_op() -> None:
    """Everything as long as it may be, in a script of four bytes a letter."""
    wide = "\U0001f3e1"
    most = Capsule(b"c" * 32, wide * 64, wide * 500, wide * 64, CAPSULE.request, ["x" * 256] * 6)
    sealed = invite.seal_capsule(CODE, most, seeded("nonce"))
    assert len(sealed) <= 8192
    assert invite.open_capsule(CODE, sealed) == most


# ---------------------------------------------------------------------------------- the request


def a_request(**changes: object) -> bytes:
    parts = {
        "code": CODE, "capsule": CAPSULE, "name": "Bo", "keys": KEYS.public(),
        "seeds": (KEYS.member, KEYS.device), "nonce": b"n" * 16, **changes,
    }  # fmt: skip
    return invite.make_request(**parts)  # type: ignore[arg-type]  # as named


def test_a_request_is_read_by_whoever_may_admit() -> None:
    """And by nobody else, nor in another circle."""
    sealed = a_request()
    asked = invite.open_request(CAPSULE.circle, REQUEST_SEED, sealed)
    assert (asked.name, asked.keys, asked.invite) == ("Bo", KEYS.public(), CODE.key)
    assert invite.invite_of(sealed) == CODE.key
    assert asked.answers == []
    for circle, seed in ((b"o" * 32, REQUEST_SEED), (CAPSULE.circle, bytes(96))):
        with pytest.raises(PeerFault):
            invite.open_request(circle, seed, sealed)


def test_a_request_under_another_invites_name_is_a_fault() -> None:
    """The key in front is the one inside."""
    sealed = a_request()
    with pytest.raises(PeerFault, match="another invite"):
        invite.open_request(CAPSULE.circle, REQUEST_SEED, b"o" * 32 + sealed[32:])


@pytest.mark.parametrize("end", [0, 31, 32, 33, 1000, 1167, -1])
def test_a_cut_request_is_a_fault(end: int) -> None:
    """At any length."""
    with pytest.raises(PeerFault):
        invite.open_request(CAPSULE.circle, REQUEST_SEED, a_request()[:end])


@given(st.binary(max_size=1400))
def test_any_bytes_for_a_request_are_a_fault(data: bytes) -> None:
    """Never another exception."""
    with pytest.raises(PeerFault):
        invite.open_request(CAPSULE.circle, REQUEST_SEED, data)


@given(st.binary(max_size=200) | st.lists(st.binary(max_size=40) | st.text(), max_size=9))
def test_any_text_in_a_request_is_one_or_a_fault(inside: bytes | list[object]) -> None:
    """Also from somebody who has the request key."""
    text = inside if isinstance(inside, bytes) else msgspec.msgpack.encode(inside)
    sealed = CODE.key + box(CAPSULE.request, b"hearthside/join/1" + CAPSULE.circle, text)
    with suppress(PeerFault):
        invite.open_request(CAPSULE.circle, REQUEST_SEED, sealed)


def test_the_request_key_follows_from_epoch_and_invite() -> None:
    """So every admitter has it and no op carries it."""
    seed = invite.request_seed(b"a" * 32, CODE.key)
    assert len(seed) == 96
    assert seed == invite.request_seed(b"a" * 32, CODE.key)
    others = {invite.request_seed(b"b" * 32, CODE.key), invite.request_seed(b"a" * 32, b"k" * 32)}
    assert seed not in others
    sealed = box(seal_public(seed), b"", b"text")
    assert unbox(seed, b"", sealed) == b"text"


@pytest.fixture
def ada(tmp_path: Path) -> Iterator[Person]:
    with a_village(tmp_path) as village:
        yield village.founder("Ada")


def test_an_invite_op_tells_the_circle_nothing_of_the_code(ada: Person) -> None:
    """The code is on its maker's disk only; the op opens no capsule."""
    code = ada.invites()
    (seen,) = ada.room.ledger.view.invites.values()
    assert (seen.invite.key, seen.invite.rendezvous) == (code.key, code.rendezvous)
    assert code.secret not in msgspec.msgpack.encode(seen.invite)
    capsule = invite.open_capsule(code, seen.invite.capsule)
    assert (capsule.circle, capsule.name, capsule.inviter) == (ada.circle, "Evenings", "Ada")
    assert ada.db.read("SELECT secret FROM invites") == [(code.secret,)]
