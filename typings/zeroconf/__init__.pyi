"""What is used of zeroconf 0.150; its own types hide the packets behind private modules."""

from collections.abc import Sequence
from enum import Enum
from types import TracebackType
from typing import Self

class DNSEntry:
    name: str
    type: int

class DNSQuestion(DNSEntry):
    def __init__(self, name: str, type_: int, class_: int) -> None: ...

class DNSRecord(DNSEntry):
    ttl: float

class DNSAddress(DNSRecord):
    def __init__(self, name: str, type_: int, class_: int, ttl: int, address: bytes) -> None: ...

class DNSPointer(DNSRecord):
    def __init__(self, name: str, type_: int, class_: int, ttl: int, alias: str) -> None: ...

class DNSText(DNSRecord):
    def __init__(self, name: str, type_: int, class_: int, ttl: int, text: bytes) -> None: ...

class DNSService(DNSRecord):
    port: int
    def __init__(
        self,
        name: str,
        type_: int,
        class_: int,
        ttl: int,
        priority: int,
        weight: int,
        port: int,
        server: str,
    ) -> None: ...

class DNSIncoming:
    valid: bool
    questions: list[DNSQuestion]
    def __init__(self, data: bytes) -> None: ...
    def is_query(self) -> bool: ...
    def answers(self) -> list[DNSRecord]: ...

class DNSOutgoing:
    def __init__(self, flags: int, multicast: bool = True, id_: int = 0) -> None: ...
    def add_question(self, record: DNSQuestion) -> None: ...
    def add_answer_at_time(self, record: DNSRecord | None, now: float) -> None: ...
    def add_additional_answer(self, record: DNSRecord) -> None: ...
    def packets(self) -> list[bytes]: ...

class IPVersion(Enum):
    V4Only = 1
    V6Only = 2
    All = 3

class ServiceInfo:
    port: int | None
    def parsed_addresses(self) -> list[str]: ...

class Zeroconf:
    def __init__(
        self, interfaces: Sequence[str] = ..., ip_version: IPVersion | None = None
    ) -> None: ...
    def get_service_info(
        self, type_: str, name: str, timeout: int = 3000
    ) -> ServiceInfo | None: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> bool | None: ...
