"""Requests to come in that a person decides, what a newcomer is asked and says, goodbyes."""

SQL = """
CREATE TABLE requests (
    circle_no INTEGER NOT NULL REFERENCES circles ON DELETE CASCADE,
    request BLOB NOT NULL,
    invite BLOB NOT NULL,
    content BLOB,
    state TEXT NOT NULL,
    asked TEXT NOT NULL DEFAULT '',
    note TEXT NOT NULL DEFAULT '',
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (circle_no, request)
) WITHOUT ROWID;
CREATE TABLE goodbyes (
    goodbye BLOB PRIMARY KEY,
    door_seed BLOB NOT NULL,
    envelopes BLOB NOT NULL,
    doors TEXT NOT NULL,
    handed TEXT NOT NULL,
    made_at INTEGER NOT NULL
) WITHOUT ROWID;
ALTER TABLE joins ADD COLUMN asked BLOB;
ALTER TABLE joins ADD COLUMN told BLOB;
ALTER TABLE joins ADD COLUMN note TEXT NOT NULL DEFAULT '';
"""
