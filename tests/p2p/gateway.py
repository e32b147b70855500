"""A home router of the tests: it is found by SSDP and opens ports over SOAP, as real ones do.

    with gateway() as router:
        ...
        assert router.ports == {4001: (US, 4001, 3600)}

It speaks UPnP Internet Gateway Device 1, in threads of its own, and knows nothing of what asks it.
As a program of its own it takes its address, prints its ports at each change, and ends with its
input. Source: UPnP WANIPConnection:1, UPnP Device Architecture 1.0.
"""

import json
import re
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final
from xml.sax.saxutils import escape

from tests.p2p.loopback import HERE

GROUP: Final = ("239.255.255.250", 1900)
US: Final = "127.0.0.1"  # where it sees whoever speaks to it from anywhere on loopback
DEVICE: Final = "urn:schemas-upnp-org:device:InternetGatewayDevice:1"
SERVICE: Final = "urn:schemas-upnp-org:service:WANIPConnection:1"
COMMON: Final = "urn:schemas-upnp-org:service:WANCommonInterfaceConfig:1"
PUBLIC: Final = "11.22.33.44"  # nobody is dialled there; it only has to look public
WORDS: Final = {718: "ConflictInMappingEntry", 725: "OnlyPermanentLeasesSupported",
                714: "NoSuchEntryInArray", 401: "Invalid Action"}  # fmt: skip

DESCRIPTION: Final = f"""<?xml version="1.0"?>
<root xmlns="urn:schemas-upnp-org:device-1-0"><specVersion><major>1</major><minor>0</minor>
</specVersion><device><deviceType>{DEVICE}</deviceType><friendlyName>test</friendlyName>
<manufacturer>test</manufacturer><modelName>test</modelName><UDN>uuid:1</UDN><deviceList><device>
<deviceType>urn:schemas-upnp-org:device:WANDevice:1</deviceType><friendlyName>w</friendlyName>
<UDN>uuid:2</UDN><serviceList><service><serviceType>{COMMON}</serviceType>
<serviceId>urn:upnp-org:serviceId:WANCommonIFC1</serviceId><controlURL>/common</controlURL>
<eventSubURL>/e</eventSubURL><SCPDURL>/s</SCPDURL></service></serviceList><deviceList><device>
<deviceType>urn:schemas-upnp-org:device:WANConnectionDevice:1</deviceType>
<friendlyName>c</friendlyName><UDN>uuid:3</UDN><serviceList><service>
<serviceType>{SERVICE}</serviceType><serviceId>urn:upnp-org:serviceId:WANIPConn1</serviceId>
<controlURL>/control</controlURL><eventSubURL>/e</eventSubURL><SCPDURL>/s</SCPDURL></service>
</serviceList></device></deviceList></device></deviceList></device></root>"""


@dataclass
class Gateway:
    """What it was told, and how it behaves. `ports`: outside → (host, inside, lease)."""

    external: str = PUBLIC
    permanent_only: bool = False
    taken: set[int] = field(default_factory=set)
    ports: dict[int, tuple[str, int, int]] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)
    searched: int = 0
    asleep: bool = False
    over: bool = False
    changed: threading.Condition = field(default_factory=threading.Condition)

    def act(self, action: str, told: dict[str, str]) -> tuple[int, dict[str, str]]:
        """Do what was asked: an error code, or 0 and the answer."""
        match action:
            case "GetStatusInfo":
                return 0, {"NewConnectionStatus": "Connected", "NewLastConnectionError":
                           "ERROR_NONE", "NewUptime": "99"}  # fmt: skip
            case "GetExternalIPAddress":
                return 0, {"NewExternalIPAddress": self.external}
            case "AddPortMapping":
                return self._add(told), {}
            case "DeletePortMapping":
                gone = self.ports.pop(int(told["NewExternalPort"]), None)
                return (0 if gone is not None else 714), {}
            case _:
                return 401, {}

    def _add(self, told: dict[str, str]) -> int:
        outside, lease = int(told["NewExternalPort"]), int(told["NewLeaseDuration"])
        if outside in self.taken:
            return 718
        if self.permanent_only and lease:
            return 725
        assert told["NewProtocol"] == "TCP"
        self.ports[outside] = (told["NewInternalClient"], int(told["NewInternalPort"]), lease)
        return 0

    def told(self) -> None:
        """Something was asked of it."""

    def until(self, *actions: str, seconds: float = 10) -> None:
        """Wait until it has heard these actions so far, in this order."""
        with self.changed:
            assert self.changed.wait_for(lambda: self.heard[: len(actions)] == [*actions], seconds)


@contextmanager
def gateway(
    here: str = HERE, made_as: type["Gateway"] = Gateway, **how: object
) -> Iterator[Gateway]:
    """A router on the loopback network, or where we have the address `here`."""
    router = made_as(**how)  # type: ignore[arg-type]

    class Control(BaseHTTPRequestHandler):
        """Its description, and its SOAP actions."""

        def do_GET(self) -> None:
            self._answer(200, DESCRIPTION)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            action = self.headers["SOAPAction"].strip('"').rpartition("#")[2]
            told = dict(re.findall(r"<(New\w+)>([^<]*)</New\w+>", body))
            with router.changed:
                code, answer = router.act(action, told)
                router.heard.append(action)
                router.told()
                router.changed.notify_all()
            if code:
                fault = (f"<s:Fault><faultcode>s:Client</faultcode><faultstring>UPnPError"
                         f"</faultstring><detail><UPnPError><errorCode>{code}</errorCode>"
                         f"<errorDescription>{WORDS[code]}</errorDescription></UPnPError>"
                         "</detail></s:Fault>")  # fmt: skip
                self._answer(500, _soap(fault))
                return
            parts = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in answer.items())
            inner = f'<u:{action}Response xmlns:u="{SERVICE}">{parts}</u:{action}Response>'
            self._answer(200, _soap(inner))

        def _answer(self, status: int, text: str) -> None:
            data = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Nothing on the terminal."""

    server = ThreadingHTTPServer((here, 0), Control)
    where = f"http://{here}:{server.server_address[1]}/desc.xml"
    search = _search_socket(here)
    threads = [
        threading.Thread(target=server.serve_forever, daemon=True),
        threading.Thread(target=_answer_searches, args=(search, router, where), daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        yield router
    finally:
        server.shutdown()
        server.server_close()
        router.over = True
        threads[1].join(5)
        search.close()


def _search_socket(here: str) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.settimeout(0.1)
    sock.bind(("", GROUP[1]))
    joined = socket.inet_aton(GROUP[0]) + socket.inet_aton(here)
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, joined)
    return sock


def _answer_searches(sock: socket.socket, router: Gateway, where: str) -> None:
    while not router.over:
        try:
            text, sender = sock.recvfrom(2000)
        except TimeoutError:
            continue
        if not text.startswith(b"M-SEARCH") or router.asleep:
            continue
        if sender[0].startswith("127.") and sender[0] != HERE:  # another process of tests
            continue
        router.searched += 1
        wanted = re.search(rb"\r\nST: *(\S+)", text)
        if wanted is not None and wanted[1].decode() in {DEVICE, SERVICE}:
            told = wanted[1].decode()
            answer = (
                f"HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=120\r\nST: {told}\r\n"
                f"USN: uuid:1::{told}\r\nEXT:\r\nSERVER: test UPnP/1.0 test/1\r\n"
                f"LOCATION: {where}\r\n\r\n"
            )
            sock.sendto(answer.encode(), sender)


def _soap(inner: str) -> str:
    return (
        '<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" '
        's:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body>'
        f"{inner}</s:Body></s:Envelope>"
    )


class Telling(Gateway):
    """One that prints its ports."""

    def told(self) -> None:
        print(json.dumps(self.ports), flush=True)


if __name__ == "__main__":
    with gateway(sys.argv[1], made_as=Telling):
        sys.stdin.read()
