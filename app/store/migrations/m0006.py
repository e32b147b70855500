"""What the home may do on the networks around it: one row, and all of it allowed at first."""

SQL = """
CREATE TABLE network (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    lan INTEGER NOT NULL DEFAULT 1,
    port_mapping INTEGER NOT NULL DEFAULT 1
);
INSERT INTO network (one) VALUES (1);
"""
