"""Importing libp2p: late, without fastecdsa, and with its mouth shut."""

import importlib
import logging
import os

from p2p.host import nofast


def load() -> None:
    """Import libp2p and everything here that stands on it; a second call costs nothing.

    Takes most of a second and 60 MB the first time. Safe in a worker thread: Python's import lock
    makes anyone else who asks meanwhile wait for the same import.
    """
    nofast.install()
    # libp2p, when this is set, writes addresses and peer ids to a file in the temporary directory.
    os.environ.pop("LIBP2P_DEBUG", None)
    importlib.import_module("p2p.host.ways")
    _silence()


def _silence() -> None:
    """Let libp2p and its multiaddr log nothing: their lines name peers and addresses.

    It sets its own level while being imported, so this comes afterwards. The null handler is
    needed: a logger without any handler prints warnings to the terminal.
    """
    for name in ("libp2p", "multiaddr"):
        logger = logging.getLogger(name)
        logger.handlers = [logging.NullHandler()]
        logger.setLevel(logging.CRITICAL + 1)
        logger.propagate = False
    # This one module logs through `logging.warning(...)`, which also installs a handler on the root
    # logger of the whole program; give it a logger of its own in the module's place.
    connection = importlib.import_module("libp2p.network.connection.swarm_connection")
    vars(connection)["logging"] = logging.getLogger("libp2p.network.connection")
