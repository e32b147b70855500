"""The tables of a mailbox. It holds no circle's secrets, and no name, id or word of anybody."""

from typing import Final

STEPS: Final = (
    """
CREATE TABLE boxes (
    box_no INTEGER PRIMARY KEY,
    box BLOB NOT NULL UNIQUE,
    owner BLOB NOT NULL,
    counter INTEGER NOT NULL DEFAULT 0,
    used INTEGER NOT NULL DEFAULT 0,
    held INTEGER NOT NULL DEFAULT 0,
    seen INTEGER NOT NULL DEFAULT 0,
    visited INTEGER NOT NULL
);
CREATE TABLE capabilities (
    box_no INTEGER NOT NULL REFERENCES boxes ON DELETE CASCADE,
    capability BLOB NOT NULL,
    PRIMARY KEY (box_no, capability)
) WITHOUT ROWID;
CREATE TABLE envelopes (
    envelope_no INTEGER PRIMARY KEY,
    box_no INTEGER NOT NULL REFERENCES boxes ON DELETE CASCADE,
    log INTEGER NOT NULL,
    hour INTEGER NOT NULL,
    envelope BLOB NOT NULL,
    arrived INTEGER NOT NULL,
    bytes BLOB NOT NULL
);
CREATE UNIQUE INDEX envelopes_by_id ON envelopes (box_no, envelope);
CREATE INDEX envelopes_by_hour ON envelopes (box_no, log, hour, envelope);
CREATE INDEX envelopes_by_arrival ON envelopes (log, arrived);
CREATE TABLE parcels (
    parcel_no INTEGER PRIMARY KEY,
    box_no INTEGER NOT NULL REFERENCES boxes ON DELETE CASCADE,
    tag BLOB NOT NULL,
    sealed BLOB NOT NULL,
    arrived INTEGER NOT NULL
);
CREATE INDEX parcels_by_tag ON parcels (tag);
CREATE INDEX parcels_by_box ON parcels (box_no);
CREATE INDEX parcels_by_arrival ON parcels (arrived);
CREATE TABLE capsules (
    rendezvous BLOB PRIMARY KEY,
    box_no INTEGER NOT NULL REFERENCES boxes ON DELETE CASCADE,
    sealed BLOB NOT NULL,
    until INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE requests (
    request_no INTEGER PRIMARY KEY,
    rendezvous BLOB NOT NULL REFERENCES capsules ON DELETE CASCADE,
    request BLOB NOT NULL,
    digest BLOB NOT NULL UNIQUE,
    arrived INTEGER NOT NULL
);
CREATE INDEX requests_by_rendezvous ON requests (rendezvous)
""",
)
"""SQL scripts, as those of a home's store."""
