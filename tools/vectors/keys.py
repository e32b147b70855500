"""Vectors of hashes and of keys."""

from app import invite
from p2p.crypto import derive, digest, keyed, seal_public, sign_public
from p2p.envelope import ClassKeys, commitment, padme
from p2p.ids import EpochId, MemberId
from p2p.op import Log, payload_hash, post_id
from tools.vectors.tape import Json, Tape


def hashes(tape: Tape) -> Json:
    """Every plain and keyed hash of the protocol."""
    secret, member, nonce, salt = tape(32), tape(32), tape(16), tape(16)
    lengths = (0, 1, 255, 256, 257, 272, 273, 1000, 1024, 1025, 40_000, 54_367, 65_482)
    return {
        "digest": [
            {"domain": d, "data": data.hex(), "hash": digest(d, data).hex()}
            for d in ("", "hearthside/op/1") for data in (b"", b"tea", tape(200))
        ],
        "keyed": [
            {"key": k.hex(), "data": d.hex(), "size": s, "mac": keyed(k, d, size=s).hex()}
            for k in (tape(16), tape(32)) for d in (b"", tape(300)) for s in (24, 32, 64)
        ],
        "derive": [{"secret": secret.hex(), "label": label, "key": derive(secret, label).hex()}
                   for label in ("hearthside/words/message/1", "hearthside/invite/key/1")],
        "post_id": {"member": member.hex(), "nonce": nonce.hex(),
                    "id": post_id(MemberId(member), nonce).hex()},
        "payload_hash": {"salt": salt.hex(), "payload": b"tea".hex(),
                         "hash": payload_hash(salt, b"tea").hex()},
        "commitment": {"secret": secret.hex(), "commitment": commitment(secret).hex()},
        "padme": [[length, padme(length)] for length in lengths],
    }  # fmt: skip


def derived(tape: Tape) -> Json:
    """Keys out of seeds and secrets."""
    epoch, words, authority = EpochId(tape(32)), tape(32), tape(32)
    seed, seal_seed, invite_key = tape(32), tape(96), tape(32)

    def of(log: Log, secret: bytes) -> Json:
        keys = ClassKeys.from_secret(epoch, log, secret)
        return {
            "secret": secret.hex(), "message": keys.message.hex(), "nonce": keys.nonce.hex(),
            "hint": keys.hint.hex(),
        }  # fmt: skip

    request = invite.request_seed(authority, invite_key)
    return {
        "epoch": epoch.hex(),
        "words": of(Log.WORDS, words),
        "authority": of(Log.AUTHORITY, authority),
        "signing": {"seed": seed.hex(), "public": sign_public(seed).hex()},
        "sealing": {"seed": seal_seed.hex(), "public": seal_public(seal_seed).hex()},
        "request": {
            "authority": authority.hex(), "invite": invite_key.hex(), "seed": request.hex(),
            "public": seal_public(request).hex(),
        },
    }  # fmt: skip
