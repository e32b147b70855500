"""What is used of miniupnpc 2.3, which is written in C and ships no types.

Everything blocks, without the GIL, and raises plain `Exception` with the router's own words.
"""

class UPnP:
    discoverdelay: int
    lanaddr: str
    multicastif: str
    def __init__(
        self,
        multicastif: str | None = None,
        minissdpdsocket: str | None = None,
        discoverdelay: int = 2000,
        localport: int = 0,
    ) -> None: ...
    def discover(self) -> int: ...
    def selectigd(self) -> str: ...
    def externalipaddress(self) -> str: ...
    def addportmapping(
        self,
        external_port: int,
        protocol: str,
        host: str,
        port: int,
        description: str,
        remote_host: str,
        lease: int = 0,
        /,
    ) -> bool: ...
    def deleteportmapping(
        self, external_port: int, protocol: str, remote_host: str = "", /
    ) -> bool: ...
