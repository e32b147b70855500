"""Noise messages between what carries them and a Yamux session, once both have proven their keys.

libp2p 0.8.1 takes seven layers and eleven awaits for a message, each with a lock or a copy of its
own, which at eight conversations was a quarter of a home's work. Here it is one await for what the
system has at hand, and one for a write. What is sealed and opened, and how, is libp2p's still.
"""

from collections.abc import Callable
from typing import cast

from libp2p.abc import ISecureConn
from libp2p.io.exceptions import ConnectionClosedError
from libp2p.network.connection.raw_connection import RawConnection
from libp2p.security.noise.io import NoiseTransportReadWriter
from libp2p.security.secure_session import SecureSession

from p2p.host.underlay import Underlay

LENGTH = 2
TAG = 16
LONGEST = 65535 - TAG  # bytes of text in one message

Front = Callable[[bytearray], None]


class Line(SecureSession):
    """A `SecureSession` that was taken over before anything was read from it.

    `front` may take away what it understands from the front of what was read, before `read` does
    and whenever more has come. One task may read while another writes.
    """

    def __init__(self, secured: ISecureConn) -> None:
        """Take over `secured`, as libp2p's Noise gives it."""
        session = cast("SecureSession", secured)
        super().__init__(
            local_peer=session.local_peer,
            local_private_key=session.local_private_key,
            remote_peer=session.remote_peer,
            remote_permanent_pubkey=session.remote_permanent_pubkey,
            is_initiator=session.is_initiator,
            conn=session.conn,
        )
        noise = cast("NoiseTransportReadWriter", session.conn)
        self.front: Front | None = None
        self._state = noise.noise_state
        raw = cast("RawConnection", noise.read_writer.read_write_closer)
        self.under = cast("Underlay", raw.stream)
        self._clear = bytearray()

    async def read(self, n: int | None = None) -> bytes:
        """Read exactly `n` bytes, or any number above 0 when `n` is None.

        Raises libp2p's ConnectionClosedError at the end, and others for what Noise doesn't accept.
        """
        wanted = 1 if n is None else n
        clear = self._clear
        while True:
            if self.front is not None:
                self.front(clear)
            if len(clear) >= wanted:
                break
            # One at a time: what came before one that is none must be handed on before it.
            while not self._open_next():
                await self.under.read_more()
        taken = len(clear) if n is None else n
        data = bytes(memoryview(clear)[:taken])
        del clear[:taken]
        return data

    async def write(self, data: bytes) -> None:
        """Write all of `data`; raises ConnectionClosedError."""
        for start in range(0, len(data), LONGEST):
            sealed = self._state.encrypt(data[start : start + LONGEST])
            await self.under.write(len(sealed).to_bytes(LENGTH, "big") + sealed)

    def _open_next(self) -> bool:
        """Open the next message; False if it has not come whole."""
        ahead = self.under.ahead
        end = LENGTH + int.from_bytes(ahead[:LENGTH], "big")
        if len(ahead) < end:
            return False
        text = self._state.decrypt(bytes(memoryview(ahead)[LENGTH:end]))
        if not text:
            raise ConnectionClosedError("a message with nothing in it")
        self._clear += text
        del ahead[:end]
        return True
