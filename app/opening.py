"""Opening envelopes with the secrets known here: which epoch, and whose fault if none fits."""

from app.ledger import Ledger
from p2p.envelope import Peeked, hint_matches, open_peeked
from p2p.errors import PeerFault
from p2p.ids import CircleId, EpochId
from p2p.op import Log, SignedOp


class Opening:
    """The keys of one circle, the one that fitted last tried first."""

    def __init__(self, ledger: Ledger, circle: CircleId) -> None:
        """`ledger` has the keyring, and knows which secrets are proven."""
        self._ledger = ledger
        self._circle = circle
        self._last: EpochId | None = None

    def open(self, envelope: bytes, seen: Peeked) -> SignedOp | None:
        """The op in an envelope; None where no key known here fits.

        Words open under epochs only whose op is here with all its past: what others might never
        open must not stand in our set. Acts do under any, for the links among them.

        A fault counts as the sender's only where exactly one proven key fits: a hint can fit by
        chance, and a secret not proven yet may be a lie of somebody else's.
        """
        quick = self._quickly(envelope, seen)
        if quick is not None:
            return quick
        fitting = self._ledger.keyring.fitting(seen)
        for secrets in fitting:
            keys = secrets.keys(seen.envelope_class)
            if keys is None or not self._counts(seen, secrets.epoch):
                continue
            try:
                op = open_peeked(envelope, seen, keys, self._circle)
            except PeerFault:
                if len(fitting) == 1 and self._ledger.view.epoch(secrets.epoch):
                    raise
                continue
            self._last = secrets.epoch
            return op
        return None

    def _quickly(self, envelope: bytes, seen: Peeked) -> SignedOp | None:
        """By the key that fitted last: nearly always the right one, where there are many."""
        secrets = self._ledger.keyring.get(self._last) if self._last is not None else None
        if secrets is None or not self._counts(seen, secrets.epoch):
            return None
        keys = secrets.keys(seen.envelope_class)
        if keys is None or not hint_matches(keys, seen):
            return None
        try:
            return open_peeked(envelope, seen, keys, self._circle)
        except PeerFault:
            return None

    def _counts(self, seen: Peeked, epoch: EpochId) -> bool:
        return seen.envelope_class is Log.AUTHORITY or self._ledger.proven(epoch)
