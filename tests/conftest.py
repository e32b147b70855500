"""What all tests share: a screen only in memory, honest skipping, a village and its founder."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings

from tests.p2p.village import Person, Village, a_village

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# Two cores that also compile QML and hash passphrases are no place to time single examples.
settings.register_profile("house", deadline=None)
settings.load_profile("house")


@cache
def missing_for(marker: str) -> str | None:
    """What this machine lacks for tests with that marker, in words; None: nothing."""
    if marker == "window":
        tools = [tool for tool in ("Xvfb", "openbox", "xdotool") if shutil.which(tool) is None]
        return " and ".join(tools) or None
    try:
        made = subprocess.run(
            ["unshare", "--net", "true"], capture_output=True, timeout=20, check=False
        )
    except FileNotFoundError:
        return "unshare"
    return None if made.returncode == 0 else "the right to make network namespaces"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for marker in ("window", "netns"):
            if item.get_closest_marker(marker) and (missing := missing_for(marker)):
                item.add_marker(pytest.mark.skip(reason=f"not here: {missing}"))


@pytest.fixture
def village(tmp_path: Path) -> Iterator[Village]:
    with a_village(tmp_path) as made:
        yield made


@pytest.fixture
def ada(village: Village) -> Person:
    return village.founder("Ada")
