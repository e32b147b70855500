"""Somebody on the same network who writes down every multicast packet of it.

`python -m tests.journeys.overhearing ADDRESS FILE` runs at a place until its input ends. Each
packet is a line: its sender, and its bytes in hex. Says "ready" when it listens.
"""

import socket
import struct
import subprocess
import sys
import threading
from base64 import b32encode, b64encode, urlsafe_b64encode
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

import trio

from p2p.host import peer_text
from p2p.lan import GROUP, PORT
from tests.journeys.namespaces import Places


def listen(address: str, file: Path) -> None:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    sock.bind((GROUP, PORT))
    joined = struct.pack("4s4s", socket.inet_aton(GROUP), socket.inet_aton(address))
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, joined)
    print("ready", flush=True)
    with file.open("a") as lines:
        while True:
            packet, (ip, _) = sock.recvfrom(65_536)
            lines.write(f"{ip} {packet.hex()}\n")
            lines.flush()


@asynccontextmanager
async def overheard(places: Places, place: str, address: str, file: Path) -> AsyncIterator[None]:
    """Everything said on the network at `address` is in the file, as long as this runs."""
    module = ("-m", "tests.journeys.overhearing", address, str(file))
    async with beside([*places.command(place), sys.executable, *module]) as lines:
        with trio.fail_after(20):
            while lines != ["ready"]:  # noqa: ASYNC110 - once, and soon
                await trio.sleep(0.05)
        yield


@asynccontextmanager
async def beside(command: list[str]) -> AsyncIterator[list[str]]:
    """A program that runs until its input ends; the lines that it has printed."""
    lines: list[str] = []
    async with trio.open_nursery() as nursery:
        process = await trio.lowlevel.open_process(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        said, typed = process.stdout, process.stdin
        assert said is not None
        assert typed is not None

        async def read() -> None:
            kept = b""
            async for piece in said:
                *whole, kept = (kept + piece).split(b"\n")
                lines.extend(line.decode() for line in whole)

        nursery.start_soon(read)
        try:
            yield lines
        finally:
            with trio.CancelScope(shield=True), trio.move_on_after(10):
                await typed.aclose()
                await process.wait()
            nursery.cancel_scope.cancel()


def packets(file: Path, *senders: str) -> list[bytes]:
    """What these have said."""
    said = [line.split() for line in file.read_text().splitlines()]
    return [bytes.fromhex(packet) for ip, packet in said if ip in senders]


def spellings(raw: bytes) -> Iterable[bytes]:
    """What somebody would look for who knows these bytes."""
    yield raw
    yield raw.hex().encode()
    yield raw.hex().upper().encode()
    yield b32encode(raw).rstrip(b"=")
    yield b32encode(raw).rstrip(b"=").lower()
    yield b64encode(raw).rstrip(b"=")
    yield urlsafe_b64encode(raw).rstrip(b"=")
    yield raw[::-1]
    if len(raw) == 32:
        yield peer_text(raw).encode()


if __name__ == "__main__":
    threading.Thread(target=listen, args=(sys.argv[1], Path(sys.argv[2])), daemon=True).start()
    sys.stdin.read()
