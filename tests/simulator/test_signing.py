"""What is worked out once is libsodium's own answer, for every input by itself."""

import random

from p2p.crypto import sign, sign_public, verify
from tests.simulator.signing import worked_out_once


def test_a_remembered_answer_is_for_the_very_same_question_only() -> None:
    chance = random.Random(1)
    seed, other = chance.randbytes(32), chance.randbytes(32)
    signature = sign(seed, "test/1", b"words")
    with worked_out_once():
        assert sign_public(seed) != sign_public(other)
        for _ in range(2):
            assert sign(seed, "test/1", b"words") == signature
            assert verify(sign_public(seed), "test/1", b"words", signature)
            assert not verify(sign_public(other), "test/1", b"words", signature)
            assert not verify(sign_public(seed), "test/1", b"other", signature)
            assert not verify(sign_public(seed), "test/1", b"words", bytes(64))
