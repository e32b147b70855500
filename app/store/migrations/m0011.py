"""A goodbye brings the secrets that its acts are sealed under: maybe nobody else has them yet."""

SQL = """
ALTER TABLE goodbyes ADD COLUMN grants BLOB NOT NULL DEFAULT x'80';
"""
