"""A plugin for pytest: all tests run with the bug that `PLANTED` names."""

import os
from contextlib import ExitStack

from tests.simulator.planted import ALL

_STACK = ExitStack()


def pytest_configure() -> None:
    _STACK.enter_context(ALL[os.environ["PLANTED"]]())


def pytest_unconfigure() -> None:
    _STACK.close()
