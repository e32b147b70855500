"""Signatures on which two verifiers may differ: the edge of Ed25519, made on purpose.

Plain arithmetic on the curve (RFC 8032, section 5.1), slow and never for real keys. Everybody in a
circle must judge such signatures alike, or the op sets of two computers part for ever.
"""

from collections.abc import Callable, Iterator
from functools import cache
from hashlib import sha512

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)

Point = tuple[int, int]
ZERO: Point = (0, 1)


def _x(y: int) -> int | None:
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    root = pow(square, (P + 3) // 8, P)
    for x in (root, root * ROOT_OF_MINUS_ONE % P):
        if x * x % P == square:
            return min(x, P - x)
    return None


def _add(one: Point, other: Point) -> Point:
    (x1, y1), (x2, y2) = one, other
    both = D * x1 * x2 * y1 * y2 % P
    x = (x1 * y2 + x2 * y1) * pow(1 + both, -1, P)
    return x % P, (y1 * y2 + x1 * x2) * pow(1 - both, -1, P) % P


def _times(number: int, point: Point) -> Point:
    found = ZERO
    while number:
        if number & 1:
            found = _add(found, point)
        number, point = number >> 1, _add(point, point)
    return found


def _spelled(point: Point) -> bytes:
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


@cache
def _base() -> Point:
    y = 4 * pow(5, -1, P) % P
    x = _x(y)
    assert x is not None
    return x if x % 2 == 0 else P - x, y


@cache
def _of_order_eight() -> Point:
    for y in range(2, 1000):
        x = _x(y)
        if x is not None and _times(4 * L, (x, y)) != ZERO:
            return _times(L, (x, y))
    raise AssertionError


def _hash(*parts: bytes) -> int:
    return int.from_bytes(sha512(b"".join(parts)).digest(), "little")


def crooked(
    secret: bytes, once: bytes, message_of: Callable[[bytes, int], bytes]
) -> Iterator[tuple[str, bytes, int, bytes]]:
    """(name, public key, number, signature): over `message_of(key, number)`, domain included.

    The number is 0 but where a message has to be sought.
    """
    a, r = _hash(secret) % L, _hash(once) % L
    key, share = _times(a, _base()), _times(r, _base())
    odd = _of_order_eight()

    def signed(public: bytes, commit: bytes, number: int, a: int = a, r: int = r) -> bytes:
        h = _hash(commit, public, message_of(public, number)) % L
        return commit + ((r + h * a) % L).to_bytes(32, "little")

    plain, nonce = _spelled(key), _spelled(share)
    good = signed(plain, nonce, 0)
    above = int.from_bytes(good[32:], "little") + L
    yield "plain", plain, 0, good
    yield "S above the group order", plain, 0, good[:32] + above.to_bytes(32, "little")
    mixed = _spelled(_add(key, odd))
    for remainder in (0, 3):
        number = next(
            n for n in range(1000) if _hash(nonce, mixed, message_of(mixed, n)) % L % 8 == remainder
        )
        yield f"mixed-order key, h = {remainder} mod 8", mixed, number, signed(mixed, nonce, number)
    yield "mixed-order R", plain, 0, signed(plain, _spelled(_add(share, odd)), 0)
    for times, order in ((0, 1), (4, 2), (2, 4), (1, 8), (3, 8)):
        small = _spelled(_times(times, odd))
        yield f"key of order {order}", small, 0, signed(small, nonce, 0, a=0)
        yield f"R of order {order}", plain, 0, signed(plain, small, 0, r=0)
        yield f"both of order {order}", small, 0, signed(small, small, 0, a=0, r=0)
    for y in (P, P + 1):
        odd_spelling = y.to_bytes(32, "little")
        yield f"key y = p + {y - P}", odd_spelling, 0, signed(odd_spelling, nonce, 0, a=0)
    minus = (1 | 1 << 255).to_bytes(32, "little")
    yield "key minus zero", minus, 0, signed(minus, nonce, 0, a=0)
