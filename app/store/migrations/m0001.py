"""Step 1: circles, their keys and secrets, ops, posts, joins, drafts.

Header and payload lie apart (`ops`, `bodies`): views and sums never read text. Envelopes are not
kept: sealing is deterministic, so they are made again from header, signature, salt and payload.
Unsent words have no op yet; their text waits in `posts.waiting`.
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
CREATE TABLE ops (
    op_no INTEGER PRIMARY KEY,
    circle_no INTEGER NOT NULL REFERENCES circles ON DELETE CASCADE,
    op BLOB NOT NULL,
    envelope BLOB NOT NULL,
    log INTEGER NOT NULL,
    device BLOB NOT NULL,
    seq INTEGER NOT NULL,
    hour INTEGER NOT NULL,
    epoch BLOB NOT NULL,
    kind INTEGER NOT NULL,
    state INTEGER NOT NULL,
    first_seen INTEGER NOT NULL
);
CREATE UNIQUE INDEX ops_by_op ON ops (circle_no, op);
CREATE UNIQUE INDEX ops_by_envelope ON ops (circle_no, envelope);
CREATE INDEX ops_by_place ON ops (circle_no, log, device, seq);
CREATE INDEX ops_by_hour ON ops (circle_no, log, hour, envelope, epoch);
CREATE INDEX ops_pending ON ops (circle_no) WHERE state = 0;
CREATE TABLE bodies (
    op_no INTEGER PRIMARY KEY REFERENCES ops ON DELETE CASCADE,
    header BLOB NOT NULL,
    signature BLOB NOT NULL,
    salt BLOB NOT NULL,
    payload BLOB NOT NULL
);
CREATE TABLE posts (
    post_no INTEGER PRIMARY KEY,
    circle_no INTEGER NOT NULL REFERENCES circles ON DELETE CASCADE,
    post BLOB NOT NULL,
    thread BLOB NOT NULL,
    reply_to BLOB,
    author BLOB NOT NULL,
    written_at INTEGER NOT NULL,
    shown_at INTEGER NOT NULL,
    first_seen INTEGER NOT NULL,
    is_read INTEGER NOT NULL,
    op_no INTEGER REFERENCES ops ON DELETE CASCADE,
    waiting BLOB
);
CREATE UNIQUE INDEX posts_by_post ON posts (circle_no, post);
CREATE INDEX posts_by_time ON posts (circle_no, shown_at, post) WHERE reply_to IS NULL;
CREATE INDEX posts_by_thread ON posts (circle_no, thread, shown_at) WHERE reply_to IS NOT NULL;
CREATE INDEX posts_by_parent ON posts (circle_no, reply_to) WHERE reply_to IS NOT NULL;
CREATE INDEX posts_unread ON posts (circle_no) WHERE is_read = 0;
CREATE INDEX posts_unsent ON posts (circle_no, post_no) WHERE waiting IS NOT NULL;
CREATE TABLE tombstones (
    circle_no INTEGER NOT NULL REFERENCES circles ON DELETE CASCADE,
    envelope BLOB NOT NULL,
    PRIMARY KEY (circle_no, envelope)
) WITHOUT ROWID;
CREATE TABLE quarantine (
    circle_no INTEGER NOT NULL REFERENCES circles ON DELETE CASCADE,
    envelope BLOB NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (circle_no, envelope)
);
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
