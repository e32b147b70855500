"""Whether the person has the home stand still: nothing of it goes out until they go on."""

SQL = """
ALTER TABLE network ADD COLUMN paused INTEGER NOT NULL DEFAULT 0;
"""
