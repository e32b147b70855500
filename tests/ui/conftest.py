"""What the tests of the window share."""

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="module")
def _tidied_here() -> Iterator[None]:
    """Leftovers of Qt's are taken apart on this thread only; see `ui.tidying`."""
    gc.disable()
    yield
    gc.collect()
    gc.enable()
