"""Ops without their payload: words that have lapsed."""

SQL = """
ALTER TABLE ops ADD COLUMN stripped INTEGER NOT NULL DEFAULT 0;
"""
