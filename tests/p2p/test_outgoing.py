"""Frames made ahead: not too many, and nothing that is urgent waits behind them."""

import pytest

from p2p import outgoing, wire
from p2p.ids import EnvelopeId
from p2p.op import Log
from p2p.outgoing import Outgoing
from tests.p2p.village import Person, Village


@pytest.fixture
def ada(village: Village) -> Person:
    return village.founder("Ada")


def words_of(frames: list[bytes]) -> list[bytes]:
    return [
        envelope
        for said in map(wire.decode, frames) if isinstance(said, wire.Envelopes)
        for envelope in said.envelopes
    ]  # fmt: skip


def test_so_many_frames_are_made_ahead_and_each_word_goes_once(
    ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is put in later and is urgent goes first; then what was made, then the rest."""
    monkeypatch.setattr(outgoing, "AHEAD", 300_000)
    for number in range(24):
        ada.write(f"{number:02}" * 20_000)
    ada.sign()
    out = Outgoing(ada.shelf)
    out.put_bulk([EnvelopeId(name) for _, name in ada.items(Log.WORDS)])
    made = 0
    while out.may_prepare:
        out.prepare()
        made += 1
    assert made > 1
    assert 300_000 <= out._ahead_size <= 300_000 + wire.BATCH
    out.prepare()  # it is enough
    assert len(out._ahead) == made
    out.put(wire.Beat())
    frames: list[bytes] = []
    while more := out.take(1):
        frames += more
    assert wire.decode(frames[0]) == wire.Beat()
    said = words_of(frames)
    assert len(said) == len(set(said)) == 24
    assert not out
    assert out._ahead_size == 0


def test_what_is_made_ahead_still_waits_and_what_comes_behind_waits_for_it(ada: Person) -> None:
    """A queue that holds nothing but frames made ahead is not empty."""
    ada.write("one")
    ada.sign()
    out = Outgoing(ada.shelf)
    out.prepare()
    assert not out
    out.put_bulk([EnvelopeId(name) for _, name in ada.items(Log.WORDS)])
    out.prepare()
    out.put_behind(wire.Beat)
    assert out
    assert not out.may_prepare
    first, second = out.take(1 << 20)
    assert len(words_of([first])) == 1
    assert wire.decode(second) == wire.Beat()


def test_what_is_not_here_any_more_is_not_made_ahead(ada: Person) -> None:
    """Whoever asked for it is told."""
    ada.write("one")
    ada.sign()
    ((_, name),) = ada.items(Log.WORDS)
    out = Outgoing(ada.shelf)
    out.put_bulk([EnvelopeId(name)])
    ada.loses(EnvelopeId(name))
    out.prepare()
    (frame,) = out.take(1 << 20)
    assert wire.decode(frame) == wire.Gone(log=1, ids=[name])
