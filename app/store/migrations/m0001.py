"""Step 1: circles, their keys and secrets, ops, posts, joins, drafts.

What the set is about and what was said lie apart (`ops`, `bodies`): sums, digests and the order of
posts are made without reading text. Envelopes are not kept: sealing is deterministic, so they are
made again from a body and its place. Long names stand once (`devices`, `epochs`), ops have small
numbers in their stead: most of the time of a large sync goes into index pages. `sums` holds for
each hour what reconciliation adds up. `ops.linked` tells whether the op before in the same log is
here, where it says it is. Unsent words have no op yet; their text waits in `posts.waiting`.
`search` has the words of a text but not the text; its row numbers are those of `posts`.
`quarantine.op` is set where an envelope opened and its op is not signed as far as is known here.
"""

SQL = """
CREATE TABLE circles (
    circle_no INTEGER PRIMARY KEY AUTOINCREMENT,
    circle BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL,
    about TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL,
    display_name TEXT NOT NULL,
    member_seed BLOB NOT NULL,
    device_seed BLOB NOT NULL,
    door_seed BLOB NOT NULL,
    port INTEGER NOT NULL DEFAULT 0,
    card_counter INTEGER NOT NULL DEFAULT 0,
    made_at INTEGER NOT NULL
);
CREATE TABLE seal_keys (
    circle_no INTEGER NOT NULL REFERENCES circles ON DELETE CASCADE,
    public BLOB NOT NULL,
    seed BLOB NOT NULL,
    made_at INTEGER NOT NULL,
    PRIMARY KEY (circle_no, public)
) WITHOUT ROWID;
CREATE TABLE secrets (
    circle_no INTEGER NOT NULL REFERENCES circles ON DELETE CASCADE,
    epoch BLOB NOT NULL,
    words BLOB,
    authority BLOB,
    PRIMARY KEY (circle_no, epoch)
) WITHOUT ROWID;
CREATE TABLE devices (
    device_no INTEGER PRIMARY KEY,
    circle_no INTEGER NOT NULL REFERENCES circles ON DELETE CASCADE,
    device BLOB NOT NULL
);
CREATE UNIQUE INDEX devices_by_name ON devices (circle_no, device);
CREATE TABLE epochs (
    epoch_no INTEGER PRIMARY KEY,
    circle_no INTEGER NOT NULL REFERENCES circles ON DELETE CASCADE,
    epoch BLOB NOT NULL
);
CREATE UNIQUE INDEX epochs_by_name ON epochs (circle_no, epoch);
CREATE TABLE ops (
    op_no INTEGER PRIMARY KEY,
    circle_no INTEGER NOT NULL REFERENCES circles ON DELETE CASCADE,
    log INTEGER NOT NULL,
    device_no INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    hour INTEGER NOT NULL,
    epoch_no INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    state INTEGER NOT NULL,
    linked INTEGER NOT NULL,
    first_seen INTEGER NOT NULL,
    op BLOB NOT NULL,
    envelope BLOB NOT NULL
);
CREATE INDEX ops_by_envelope ON ops (substr(envelope, 1, 8));
CREATE UNIQUE INDEX ops_authority ON ops (circle_no, op) WHERE log = 0;
CREATE INDEX ops_by_place ON ops (circle_no, log, device_no, seq);
CREATE INDEX ops_by_hour ON ops (circle_no, log, hour);
CREATE INDEX ops_pending ON ops (circle_no) WHERE state = 0;
CREATE INDEX ops_unlinked ON ops (circle_no) WHERE linked = 0;
CREATE TABLE bodies (
    op_no INTEGER PRIMARY KEY REFERENCES ops ON DELETE CASCADE,
    body BLOB NOT NULL
);
CREATE TABLE sums (
    circle_no INTEGER NOT NULL REFERENCES circles ON DELETE CASCADE,
    log INTEGER NOT NULL,
    hour INTEGER NOT NULL,
    epoch_no INTEGER NOT NULL,
    count INTEGER NOT NULL,
    total BLOB NOT NULL,
    PRIMARY KEY (circle_no, log, hour, epoch_no)
) WITHOUT ROWID;
CREATE TABLE forks (
    circle_no INTEGER NOT NULL REFERENCES circles ON DELETE CASCADE,
    device BLOB NOT NULL,
    log INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (circle_no, device, log, seq)
) WITHOUT ROWID;
CREATE TABLE posts (
    post_no INTEGER PRIMARY KEY,
    circle_no INTEGER NOT NULL REFERENCES circles ON DELETE CASCADE,
    post BLOB NOT NULL,
    thread BLOB,
    reply_to BLOB,
    author BLOB NOT NULL,
    written_at INTEGER NOT NULL,
    shown_at INTEGER NOT NULL,
    first_seen INTEGER NOT NULL,
    is_read INTEGER NOT NULL,
    op_no INTEGER,
    waiting BLOB
);
CREATE INDEX posts_by_post ON posts (substr(post, 1, 8));
CREATE INDEX posts_by_time ON posts (circle_no, shown_at) WHERE reply_to IS NULL;
CREATE INDEX posts_by_thread ON posts (circle_no, thread, shown_at) WHERE reply_to IS NOT NULL;
CREATE INDEX posts_by_parent ON posts (circle_no, reply_to) WHERE reply_to IS NOT NULL;
CREATE INDEX posts_by_op ON posts (op_no) WHERE op_no IS NOT NULL;
CREATE INDEX posts_unread ON posts (circle_no) WHERE is_read = 0;
CREATE INDEX posts_unsent ON posts (circle_no, post_no) WHERE waiting IS NOT NULL;
CREATE VIRTUAL TABLE search USING fts5 (
    words, content = '', columnsize = 0, tokenize = 'unicode61 remove_diacritics 2'
);
INSERT INTO search (search, rank) VALUES ('secure-delete', 1);
INSERT INTO search (search, rank) VALUES ('automerge', 8);
CREATE TABLE tombstones (
    circle_no INTEGER NOT NULL REFERENCES circles ON DELETE CASCADE,
    envelope BLOB NOT NULL,
    PRIMARY KEY (circle_no, envelope)
) WITHOUT ROWID;
CREATE TABLE quarantine (
    circle_no INTEGER NOT NULL REFERENCES circles ON DELETE CASCADE,
    envelope BLOB NOT NULL,
    bytes BLOB NOT NULL,
    op BLOB,
    PRIMARY KEY (circle_no, envelope)
);
CREATE INDEX quarantine_by_op ON quarantine (circle_no, op) WHERE op IS NOT NULL;
CREATE TABLE cards (
    circle_no INTEGER NOT NULL REFERENCES circles ON DELETE CASCADE,
    device BLOB NOT NULL,
    counter INTEGER NOT NULL,
    card BLOB NOT NULL,
    PRIMARY KEY (circle_no, device)
) WITHOUT ROWID;
CREATE TABLE meetings (
    circle_no INTEGER NOT NULL REFERENCES circles ON DELETE CASCADE,
    device BLOB NOT NULL,
    last_met INTEGER NOT NULL,
    PRIMARY KEY (circle_no, device)
) WITHOUT ROWID;
CREATE TABLE removals (
    circle_no INTEGER PRIMARY KEY REFERENCES circles ON DELETE CASCADE,
    by BLOB NOT NULL,
    reason TEXT NOT NULL,
    said_at INTEGER NOT NULL
);
CREATE TABLE invites (
    circle_no INTEGER NOT NULL REFERENCES circles ON DELETE CASCADE,
    key BLOB NOT NULL,
    secret BLOB NOT NULL,
    label TEXT NOT NULL,
    PRIMARY KEY (circle_no, key)
) WITHOUT ROWID;
CREATE TABLE joins (
    join_no INTEGER PRIMARY KEY,
    "join" BLOB NOT NULL UNIQUE,
    state TEXT NOT NULL,
    secret BLOB,
    display_name TEXT NOT NULL,
    member_seed BLOB,
    device_seed BLOB,
    door_seed BLOB,
    seal_seed BLOB,
    nonce BLOB,
    port INTEGER NOT NULL DEFAULT 0,
    addresses TEXT NOT NULL,
    capsule BLOB,
    circle BLOB,
    reason INTEGER NOT NULL DEFAULT 0,
    made_at INTEGER NOT NULL
);
CREATE TABLE drafts (
    circle_no INTEGER NOT NULL REFERENCES circles ON DELETE CASCADE,
    place TEXT NOT NULL,
    draft BLOB NOT NULL,
    PRIMARY KEY (circle_no, place)
) WITHOUT ROWID;
"""
