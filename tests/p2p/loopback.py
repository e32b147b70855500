"""A corner of loopback for this process alone: tests that run beside these multicast there too."""

import os
import sys
from typing import Final

import pytest

_PID: Final = os.getpid()
CORNER: Final = f"127.{20 + _PID % 200}.{_PID // 200 % 250}"
HERE: Final = f"{CORNER}.1"

only_on_linux = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux has all of 127.0.0.0/8 without being told"
)
