"""A passphrase opens a home, another one does not, and a strange header does no harm."""

from pathlib import Path

import msgspec
import pytest

from app.refused import Refused, Why
from app.vault import (
    Header,
    KdfCost,
    derive,
    make_header,
    read_header,
    with_check,
    write_header,
)
from p2p.crypto import system_entropy
from p2p.errors import OurFault
from tests.app.folders import a_persons_folder

CHEAP = KdfCost(ops=1, mem_bytes=8192)


def founded(words: str = "seven quiet geese") -> tuple[Header, bytes]:
    """Give a header with its check value, and the key."""
    blank = make_header(CHEAP, system_entropy)
    key = derive(blank, words)
    return with_check(blank, key), key


def kind_of(path: Path) -> Why:
    """Read a header that must be refused, and say why it was."""
    with pytest.raises(Refused) as refusal:
        read_header(path)
    return refusal.value.kind


def test_the_same_passphrase_gives_the_same_key(tmp_path: Path) -> None:
    """What was written down opens the store again, byte for byte."""
    header, key = founded()
    write_header(tmp_path / "header.json", header)
    again = read_header(tmp_path / "header.json")
    assert again == header
    assert derive(again, "seven quiet geese") == key
    assert len(key) == 32


def test_another_passphrase_is_told_for_certain() -> None:
    """A wrong passphrase is known as such before the store is touched."""
    header, _ = founded()
    with pytest.raises(Refused, match="That didn't open it") as refusal:
        derive(header, "seven quiet goose")
    assert refusal.value.kind is Why.WRONG_PASSPHRASE


def test_an_accent_typed_otherwise_is_the_same_passphrase() -> None:
    """One system writes é as one code point, another as two: both open the home."""
    header, key = founded("cafe\u0301 noir")
    assert derive(header, "caf\u00e9 noir") == key


def test_two_homes_with_one_passphrase_share_nothing() -> None:
    """The salt parts them, so neither key nor header tells that the passphrase is the same."""
    (one, key_one), (other, key_other) = founded(), founded()
    assert key_one != key_other
    assert one.salt != other.salt
    assert one.check != other.check
    assert one.flower != other.flower


def test_the_header_holds_nothing_else(tmp_path: Path) -> None:
    """Version, salt, cost, flower, check value: no name, no count, no time."""
    path = tmp_path / "header.json"
    write_header(path, founded()[0])
    assert set(msgspec.json.decode(path.read_bytes())) == {
        "version", "salt", "cost", "flower", "check",
    }  # fmt: skip
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["header.json"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("cost", {"ops": 3, "mem_bytes": 1 << 40}),
        ("cost", {"ops": 1 << 31, "mem_bytes": 8192}),
        ("cost", {"ops": 0, "mem_bytes": 8192}),
        ("salt", "AAAA"),
        ("check", ""),
        ("check", "AAAA"),
        ("flower", 7),
        ("version", 0),
        ("version", "1"),
        ("surplus", 1),
    ],
)
def test_a_strange_header_costs_nothing(tmp_path: Path, field: str, value: object) -> None:
    """A header made by an attacker cannot ask for a terabyte or for an hour; it is damaged."""
    path = tmp_path / "header.json"
    write_header(path, founded()[0])
    fields = msgspec.json.decode(path.read_bytes()) | {field: value}
    path.write_bytes(msgspec.json.encode(fields))
    assert kind_of(path) is Why.DAMAGED_STORE


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff\xfe", b"[" * 3000, b" " * 5000, b"null"])
def test_a_header_of_garbage_is_damaged(tmp_path: Path, raw: bytes) -> None:
    """Whatever lies there, the answer is a sentence."""
    path = tmp_path / "header.json"
    path.write_bytes(raw)
    assert kind_of(path) is Why.DAMAGED_STORE


def test_a_missing_header_is_damage(tmp_path: Path) -> None:
    """A store without its header cannot be opened, and nothing is made in its place."""
    assert kind_of(tmp_path / "header.json") is Why.DAMAGED_STORE
    assert not list(tmp_path.iterdir())


def test_a_newer_header_is_left_alone(tmp_path: Path) -> None:
    """Also where the newer version has other fields: the answer is to install that version."""
    path = tmp_path / "header.json"
    path.write_text('{"version": 2, "something": "new"}')
    assert kind_of(path) is Why.NEWER_STORE


def test_a_failed_write_leaves_the_old_header() -> None:
    """In a folder that cannot be written the old header stays and no piece is left."""
    with a_persons_folder() as folder:
        path = folder / "header.json"
        old, _ = founded()
        write_header(path, old)
        folder.chmod(0o500)
        with pytest.raises(Refused) as refusal:
            write_header(path, founded()[0])
        assert refusal.value.kind is Why.READ_ONLY
        assert read_header(path) == old
        assert [file.name for file in folder.iterdir()] == ["header.json"]


def test_a_header_without_check_is_never_written(tmp_path: Path) -> None:
    """A header that could not tell a wrong passphrase is a bug of ours."""
    with pytest.raises(OurFault):
        write_header(tmp_path / "header.json", make_header(CHEAP, system_entropy))
