"""From authority ops to who is in, who may what, and which epochs there are. Pure.

Each op is judged by what lies in its *own* authority past, never by what happened to arrive first,
so the same set of ops gives the same view in every order of arrival. The rule is written down in
`docs/authority.md`: what was allowed (`allowing`), what of that holds (`standing`), what it comes
to (`viewing`); here they are put together, also for a circle that grows.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from app.circle.acts import Act
from app.circle.allowing import Allowed
from app.circle.proofs import Proofs
from app.circle.standing import Standing
from app.circle.view import View
from app.circle.viewing import Viewing
from p2p.ids import OpId
from p2p.log import Arranging
from p2p.op import Header


@dataclass(frozen=True, slots=True)
class AuthorityOp:
    """An authority op as the fold needs it: signature checked, payload read."""

    op: OpId
    header: Header
    act: Act | None


class Folding:
    """The fold of a circle whose ops come one after the other, in any order.

    An op is judged once, and what was taken down of it stays, as long as those that come sort
    behind all that are here. One that sorts further up has all of them judged again: places in the
    order are the bits of every past.
    """

    def __init__(self, proofs: Proofs | None = None) -> None:
        """`proofs`: remembered from earlier foldings of the same circle."""
        self._proofs = proofs or Proofs()
        self._acts: dict[OpId, Act | None] = {}
        self._arranging = Arranging()
        self._begin()

    def _begin(self) -> None:
        self._allowed = Allowed(self._acts, Standing(), self._proofs)
        self._viewing = Viewing(self._allowed)

    def add(self, op: AuthorityOp) -> None:
        """One more op. `view` makes it count."""
        self._acts.setdefault(op.op, op.act)
        self._arranging.add(op.op, op.header)

    def view(self) -> View:
        """The view that all ops lead to which were added until now."""
        order, standing = self._arranging.order()
        if not standing:
            self._begin()
        for placed in order.placed[standing:]:
            self._allowed.take(placed)
        return self._viewing.view(order)


def fold(ops: Iterable[AuthorityOp], proofs: Proofs | None = None) -> View:
    """The view that a set of authority ops leads to; the same for every order they came in.

    `proofs`: remembered from earlier foldings of the same circle.
    """
    folding = Folding(proofs)
    for op in ops:
        folding.add(op)
    return folding.view()
