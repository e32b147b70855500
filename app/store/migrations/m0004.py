"""Who holds whose words: what devices have said of it, our own among them, and what is carried on.

One row for each two devices. `head` is how the id of the last op of the run begins. In the order
of `holding_no` they came; the first of those carried for others go when there are too many.
"""

SQL = """
CREATE TABLE holdings (
    holding_no INTEGER PRIMARY KEY,
    circle_no INTEGER NOT NULL REFERENCES circles ON DELETE CASCADE,
    author BLOB NOT NULL,
    holder BLOB NOT NULL,
    counter INTEGER NOT NULL,
    first INTEGER NOT NULL,
    top INTEGER NOT NULL,
    head BLOB NOT NULL,
    signature BLOB NOT NULL
);
CREATE UNIQUE INDEX holdings_by_pair ON holdings (circle_no, author, holder);
"""
