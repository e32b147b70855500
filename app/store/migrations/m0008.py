"""Whether others of our circles may meet through this home."""

SQL = """
ALTER TABLE network ADD COLUMN relay INTEGER NOT NULL DEFAULT 1;
"""
