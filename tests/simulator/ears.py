"""What homes log goes wrong, heard while a story is played."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from p2p.simulator.power import HOUSE


class Ear(logging.Handler):
    """Hears what homes say goes wrong."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.errors: list[str] = []
        self.hung_up: list[str] = []
        self.deaf_to: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        said = record.getMessage()
        if HOUSE.get("") in self.deaf_to:
            return  # what a liar brings upon itself
        if record.levelno >= logging.WARNING:
            self.errors.append(said)
        elif said.startswith("hung up: "):
            self.hung_up.append(said.removeprefix("hung up: "))


@contextmanager
def listening() -> Iterator[Ear]:
    log = logging.getLogger("hearthside")
    ear, level = Ear(), log.level
    log.addHandler(ear)
    log.setLevel(logging.INFO)
    try:
        yield ear
    finally:
        log.removeHandler(ear)
        log.setLevel(level)
