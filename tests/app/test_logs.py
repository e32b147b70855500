"""What goes to stderr tells where something went wrong, never about whom."""

import io
import logging
import sys
import threading
import warnings
from collections.abc import Iterator

import pytest

from app.logs import outline, set_up_logging


@pytest.fixture
def stderr(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Give a stream that logging goes to, and put everything back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    for place, name in ((sys, "excepthook"), (threading, "excepthook"), (sys, "unraisablehook")):
        monkeypatch.setattr(place, name, getattr(place, name))
    stream = io.StringIO()
    set_up_logging(stream)
    yield stream
    logging.captureWarnings(capture=False)
    root.handlers[:] = handlers
    root.setLevel(level)


def test_our_own_words_go_through_and_an_exceptions_words_do_not(stderr: io.StringIO) -> None:
    """The type and the place are enough to find it."""
    try:
        int("Ada's secret")
    except ValueError:
        logging.getLogger("app.rpc").exception("a command failed")
    assert stderr.getvalue().startswith("error: app.rpc: a command failed (ValueError at ")
    assert "Ada" not in stderr.getvalue()


def test_a_librarys_words_are_its_own(stderr: io.StringIO) -> None:
    """libp2p names peers: of its errors only the place is told, of the rest nothing."""
    logging.getLogger("somelibrary.deep").warning("peer %s", "12D3Koo")
    logging.getLogger("somelibrary.deep").error("peer %s", "12D3Koo")
    logging.getLogger("app.home").info("quiet")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("12D3Koo", UserWarning, stacklevel=1)
    assert stderr.getvalue() == "error: somelibrary.deep\n"


def test_what_nobody_caught_is_told_by_type_and_place(stderr: io.StringIO) -> None:
    """In the main thread and in any other."""
    sys.excepthook(KeyError, KeyError("Ada"), None)
    assert stderr.getvalue() == (
        "Hearthside stopped because of a fault of its own: KeyError at an unknown place\n"
    )

    def stumble() -> None:
        raise KeyError("Ada")

    thread = threading.Thread(target=stumble)
    thread.start()
    thread.join()
    assert stderr.getvalue().count("KeyError at ") == 2
    assert "Ada" not in stderr.getvalue()


def test_a_group_is_told_one_by_one() -> None:
    """However deep; the place is the last one in our own code."""
    inner = ExceptionGroup("Ada", [KeyError("Ada"), ValueError("Ben")])
    told = outline(ExceptionGroup("Cleo", [inner, OSError()]))
    assert told == (
        "KeyError at an unknown place; ValueError at an unknown place; OSError at an unknown place"
    )
