"""What a payload may say: each limit where the protocol has it, and not one beyond."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from app.circle import acts
from app.circle.acts import Act
from app.circle.state import History
from p2p.op import Kind
from tests.app.test_fold import public

ID = b"i" * 32
SIGNATURE = bytes(64)
CUT = acts.Cut(ID, 0, 0, ID)
SHOWN = acts.SignedHeader(b"h", SIGNATURE)
LARGEST = 2**53 - 1


def text(length: int) -> str:
    return "x" * length


def a_founding(**parts: Any) -> Act:  # noqa: ANN401 - of any kind, also wrong ones
    same: dict[str, Any] = {
        "keys": public("A", "A"), "history": History.OPEN, "invites": "hosts", "admits": "hosts",
        "root": ID, "nonce": b"n" * 16,
    }  # fmt: skip
    return acts.Founding(**{**same, **parts})


def an_invite(**parts: Any) -> Act:  # noqa: ANN401 - the same
    same: dict[str, Any] = {
        "key": ID, "rendezvous": ID, "expires": 0, "uses": 1, "capsule": b"", "request": bytes(1216)
    }  # fmt: skip
    return acts.Invite(**{**same, **parts})


def a_door(promise: list[str], questions: list[str]) -> Act:
    return acts.Door(True, promise, questions, True, False)


def a_mailbox(**parts: Any) -> Act:  # noqa: ANN401 - the same
    same: dict[str, Any] = {
        "box": ID, "peer": ID, "addresses": ["x"], "name": "Attic", "retired": False
    }  # fmt: skip
    return acts.Mailbox(**{**same, **parts})


def a_link(parents: int) -> Act:
    return acts.Link(ID, [acts.ParentSecrets(ID, ID, None)] * parents)


def a_post(body: int = 0, **parts: Any) -> Act:  # noqa: ANN401 - the same
    same: dict[str, Any] = {"kind": "story", "title": "", "body": text(body)}
    return acts.Writing(b"n" * 16, **{**same, **parts})


@pytest.mark.parametrize(
    ("kind", "made", "least", "most"),
    [
        (Kind.PROFILE, lambda n: acts.Profile(text(n)), 1, 64),
        (Kind.PROFILE, lambda n: acts.Portrait("Bo", b"p" * n), 1, 16 * 1024),
        (Kind.RETENTION, acts.Retention, 0, 3650),
        (Kind.MAILBOX, lambda n: a_mailbox(box=bytes(n)), 32, 32),
        (Kind.MAILBOX, lambda n: a_mailbox(peer=bytes(n)), 32, 32),
        (Kind.MAILBOX, lambda n: a_mailbox(addresses=["x"] * n), 1, 8),
        (Kind.MAILBOX, lambda n: a_mailbox(addresses=["x", text(n)]), 1, 256),
        (Kind.MAILBOX, lambda n: a_mailbox(name=text(n)), 1, 64),
        (Kind.RULES, lambda n: acts.Rules(text(n), ""), 1, 64),
        (Kind.RULES, lambda n: acts.Rules("Evenings", text(n)), 0, 500),
        (Kind.DOOR, lambda n: a_door([text(n)], []), 1, 160),
        (Kind.DOOR, lambda n: a_door([], [text(n)]), 1, 160),
        (Kind.DOOR, lambda n: a_door(["x"] * n, []), 0, 6),
        (Kind.DOOR, lambda n: a_door([], ["x"] * n), 0, 5),
        (Kind.VOUCH, lambda n: acts.Vouch(ID, text(n)), 1, 500),
        (Kind.INVITE, lambda n: an_invite(uses=n), 1, 1000),
        (Kind.INVITE, lambda n: an_invite(expires=n), 0, LARGEST),
        (Kind.INVITE, lambda n: an_invite(capsule=bytes(n)), 0, 8192),
        (Kind.INVITE, lambda n: an_invite(request=bytes(n)), 1216, 1216),
        (Kind.INVITE, lambda n: an_invite(key=bytes(n)), 32, 32),
        (Kind.FOUNDING, lambda n: a_founding(nonce=bytes(n)), 16, 16),
        (Kind.FOUNDING, lambda n: a_founding(root=bytes(n)), 32, 32),
        (Kind.REMOVE, lambda n: acts.Remove(ID, text(n), []), 0, 500),
        (Kind.REMOVE, lambda n: acts.Remove(ID, "", [CUT] * n), 0, 64),
        (Kind.LEAVE, lambda n: acts.Leave([CUT] * n), 0, 64),
        (Kind.LEAVE, lambda n: acts.Leave([acts.Cut(ID, n, 0, ID)]), 0, 1),
        (Kind.LEAVE, lambda n: acts.Leave([acts.Cut(ID, 0, n, ID)]), 0, LARGEST),
        (Kind.FORK, lambda n: acts.Fork(SHOWN, SHOWN, n), 0, LARGEST),
        (Kind.FORK, lambda n: acts.Fork(SHOWN, acts.SignedHeader(bytes(n), SIGNATURE), 0), 0, 1024),
        (Kind.FORK, lambda n: acts.Fork(acts.SignedHeader(b"h", bytes(n)), SHOWN, 0), 64, 64),
        (Kind.EPOCH, lambda n: acts.Epoch(ID, ID, [ID] * n), 1, 16),
        (Kind.EPOCH, lambda n: acts.Epoch(ID, ID, [ID], [ID] * n), 0, 256),
        (Kind.GRANTED, lambda n: acts.Granted(ID, [ID] * n), 1, 256),
        (Kind.LINK, a_link, 0, 16),
        (Kind.POST, lambda n: a_post(title=text(n)), 0, 200),
        (Kind.POST, a_post, 0, 48 * 1024),
        (Kind.POST, lambda n: a_post(content_note=text(n)), 0, 200),
        (Kind.REPLY, lambda n: a_post(reply_to=bytes(n)), 0, 32),
        (Kind.REPLY, lambda n: a_post(thread=bytes(n)), 0, 32),
    ],
)
def test_what_is_too_little_or_too_much_says_nothing(
    kind: Kind,
    made: Callable[[int], Act],
    least: int,
    most: int,
) -> None:
    """The least and the most are read; one less, one more is void as a whole."""
    for number in (least, most):
        assert acts.decode(kind, acts.encode(made(number))) == made(number)
    for number in ({least - 1} if least else set()) | {most + 1}:
        assert acts.decode(kind, acts.encode(made(number))) is None


@pytest.mark.parametrize(
    ("kind", "act"),
    [
        (Kind.FOUNDING, a_founding(history="closed")),
        (Kind.FOUNDING, a_founding(invites="guests")),
        (Kind.FOUNDING, a_founding(admits="nobody")),
        (Kind.ROLE, acts.Assign(ID, "king")),  # type: ignore[arg-type]
        (Kind.POST, a_post(kind="rumour")),
        (Kind.POST, a_post(feeling="cross")),
        (Kind.POST, a_post(want="money")),
        (Kind.INVITE, an_invite(uses=-1)),
        (Kind.MAILBOX, a_mailbox(retired=2)),
        (Kind.FORK, acts.Fork(SHOWN, SHOWN, -1)),
        (Kind.EPOCH, acts.Epoch(ID, ID, [])),
    ],
)
def test_what_is_none_of_the_words_says_nothing(kind: Kind, act: Act) -> None:
    """A newer program's are for a newer program: the act is kept, and void here."""
    assert acts.decode(kind, acts.encode(act)) is None


def test_a_payload_is_lists_in_lists() -> None:
    """So nothing has names that could come in another order."""
    made = [
        a_founding(), an_invite(), a_door(["x"], ["y"]), a_mailbox(), a_link(2), a_post(3),
        acts.Device(public("A", "A")), acts.Remove(ID, "", [CUT]), acts.Leave([CUT, CUT]),
        acts.Fork(SHOWN, SHOWN, 1), acts.Admit(ID, public("A", "A"), b"n" * 16, *[SIGNATURE] * 3),
    ]  # fmt: skip
    for act in made:
        assert "dict" not in kinds_in(msgspec.msgpack.decode(acts.encode(act)))


def kinds_in(value: object) -> set[str]:
    inside = [kinds_in(one) for one in value] if isinstance(value, list) else []
    return {type(value).__name__}.union(*inside)
