"""Who gets in: Noise and Yamux or nothing, and nobody under another's name."""

# ruff: noqa: E402 - libp2p is imported after load(), which puts a stand-in for fastecdsa in place

import pytest
import trio
import trio.testing

from p2p.host import (
    Unreachable,
    load,
)

load()

from libp2p.crypto.ed25519 import Ed25519PublicKey
from libp2p.crypto.keys import KeyPair
from libp2p.crypto.rsa import create_new_key_pair as create_rsa_key_pair
from libp2p.crypto.x25519 import create_new_key_pair as create_noise_key_pair
from libp2p.custom_types import TSecurityOptions
from libp2p.host.exceptions import StreamFailure
from libp2p.network.exceptions import SwarmException
from libp2p.protocol_muxer.multiselect_client import MultiselectClient
from libp2p.protocol_muxer.multiselect_communicator import MultiselectCommunicator
from libp2p.security.noise.messages import NoiseExtensions, NoiseHandshakePayload
from libp2p.security.noise.patterns import PatternXX
from libp2p.security.noise.transport import PROTOCOL_ID as NOISE
from libp2p.security.noise.transport import Transport as Noise

from tests.p2p.hosting import (
    OFFERED,
    Guestbook,
    Stranger,
    at_home,
    offering,
    wait_for,
)


@pytest.mark.parametrize("kind", ["plaintext", "tls", "secio", "mplex"])
async def test_whoever_offers_anything_but_noise_and_yamux_is_refused(kind: str) -> None:
    """Neither calling nor called: no connection comes about and no handler runs."""

    book = Guestbook()
    async with at_home(book) as ben, offering(kind).at_home() as visitor:
        with pytest.raises(SwarmException), trio.fail_after(5):
            await visitor.dials(ben)
        with pytest.raises(Unreachable):
            await ben.open(visitor.key, visitor.listening(), timeout=2)
        assert ben.connected() == set()
    assert book.guests == []


async def test_a_stock_host_with_noise_and_yamux_gets_in_and_learns_little() -> None:
    """The control for the refusals; it is told neutral names, as any libp2p program has them."""

    async with at_home() as ben, Stranger().at_home() as visitor:
        conn = await visitor.dials(ben)
        stream = await conn.new_stream()
        names = await MultiselectClient().query_multistream_command(
            MultiselectCommunicator(stream), "ls"
        )
        assert names == OFFERED
        stream = await visitor.opens(ben)
        await stream.write(b"\0\0\0\2hi")
        assert await stream.read(6) == b"\0\0\0\2hi"


async def test_an_unknown_protocol_is_turned_away_and_nothing_happens() -> None:
    """A made-up name, or what only a relay does: no handler of ours runs, the host goes on."""

    book = Guestbook()
    async with at_home(book) as ben, at_home(listen=()) as ada:
        async with Stranger().at_home() as visitor:
            await visitor.dials(ben)
            for name in ("/libp2p/circuit/relay/0.2.0/hop", "/ipfs/kad/1.0.0", "/made/up"):
                with pytest.raises(StreamFailure):
                    await visitor.opens(ben, name)
        assert book.guests == []
        await (await ada.open(ben.peer, ben.addresses())).close()


async def test_a_forged_identity_is_refused_calling_and_called() -> None:
    """Mallory shows Ada's key, signed with her own; and answers at an address said to be Ada's."""

    book = Guestbook()
    async with at_home(book) as ben, at_home(listen=()) as ada:
        adas_key = Ed25519PublicKey.from_bytes(ada.peer)

        class Forged(PatternXX):
            def make_handshake_payload(
                self, extensions: NoiseExtensions | None = None
            ) -> NoiseHandshakePayload:
                honest = super().make_handshake_payload(extensions)
                return NoiseHandshakePayload(adas_key, honest.id_sig)

        class Forger(Noise):
            def get_pattern(self) -> PatternXX:
                return Forged(self.local_peer, self.libp2p_privkey, self.noise_privkey)

        def forging(keys: KeyPair) -> TSecurityOptions:
            return {NOISE: Forger(keys, noise_privkey=create_noise_key_pair().private_key)}

        async with Stranger(security=forging).at_home() as mallory:
            with pytest.raises(SwarmException), trio.fail_after(5):
                await mallory.dials(ben)
            with pytest.raises(Unreachable):
                await ben.open(ada.peer, mallory.listening(), timeout=2)
        async with Stranger().at_home() as mallory:
            with pytest.raises(Unreachable):
                await ben.open(ada.peer, mallory.listening(), timeout=2)
        assert ben.connected() == set()
    assert book.guests == []


async def test_a_peer_with_a_key_of_another_kind_is_nobody() -> None:
    """Our keys are Ed25519; an RSA peer that Noise proves correctly is refused all the same."""

    book = Guestbook()
    async with at_home(book) as ben:
        async with Stranger(keys=create_rsa_key_pair()).at_home() as visitor:
            conn = await visitor.dials(ben)
            await wait_for(lambda: conn.is_closed)
        assert ben.connected() == set()
    assert book.guests == []
