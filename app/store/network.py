"""The rows about what the home may do on the networks around it."""

from app.net_commands import NetSettings
from app.store.db import Database


def read(db: Database) -> NetSettings:
    """As it was chosen last; everything is allowed until somebody says otherwise."""
    ((lan, port_mapping, relay, paused),) = db.read(
        "SELECT lan, port_mapping, relay, paused FROM network"
    )
    return NetSettings(
        lan=bool(lan), port_mapping=bool(port_mapping), relay=bool(relay), paused=bool(paused)
    )


def keep(db: Database, chosen: NetSettings) -> None:
    """Within a transaction."""
    db.execute(
        "UPDATE network SET lan = ?, port_mapping = ?, relay = ?, paused = ?",
        (int(chosen.lan), int(chosen.port_mapping), int(chosen.relay), int(chosen.paused)),
    )
