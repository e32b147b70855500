"""Mailboxes of a circle: who owns them, and which of our own words are kept there."""

SQL = """
CREATE TABLE boxes (
    circle_no INTEGER NOT NULL REFERENCES circles ON DELETE CASCADE,
    box BLOB NOT NULL,
    peer BLOB NOT NULL,
    addresses TEXT NOT NULL,
    owner BLOB,
    counter INTEGER NOT NULL DEFAULT 0,
    retained BLOB NOT NULL DEFAULT x'',
    PRIMARY KEY (circle_no, box)
) WITHOUT ROWID;
CREATE TABLE in_boxes (
    op_no INTEGER NOT NULL REFERENCES ops ON DELETE CASCADE,
    circle_no INTEGER NOT NULL,
    box BLOB NOT NULL,
    PRIMARY KEY (op_no, box)
) WITHOUT ROWID
"""
