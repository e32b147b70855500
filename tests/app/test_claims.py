"""What others claim to hold of our words, and for how long that is heeded."""

from app.claims import AFTERWARDS, PATIENCE, Claims
from p2p.ids import DeviceId

BO, CY = DeviceId(b"b" * 32), DeviceId(b"c" * 32)


def test_the_highest_claim_counts_until_its_words_have_come() -> None:
    """And then the next."""
    claims = Claims()
    assert claims.newest(0) == 0
    claims.said(BO, 7)
    claims.said(CY, 5)
    assert claims.newest(0) == 7
    claims.said(BO, 0)
    assert claims.newest(0) == 5


def test_a_claim_outlives_a_line_that_broke_but_not_for_long() -> None:
    """The one who has our words may come back; we do not wait for ever."""
    claims = Claims()
    claims.said(BO, 7)
    claims.broken_off(BO, 1000)
    claims.broken_off(BO, 2000)
    claims.broken_off(CY, 1000)
    assert claims.newest(1000 + AFTERWARDS - 1) == 7
    assert claims.newest(1000 + AFTERWARDS) == 0


def test_who_claims_and_breaks_off_again_and_again_is_not_believed() -> None:
    """Three times, and nothing of theirs holds anybody up, until they have once kept their word."""
    claims = Claims()
    for _ in range(PATIENCE):
        claims.said(BO, 2**53 - 1)
        claims.broken_off(BO, 0)
    claims.said(BO, 2**53 - 1)
    assert claims.newest(AFTERWARDS) == 0
    claims.said(BO, 0)
    claims.said(BO, 9)
    assert claims.newest(AFTERWARDS) == 9
