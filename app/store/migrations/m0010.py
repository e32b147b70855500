"""That a goodbye went out proves nothing, so it is not kept at which doors it did."""

SQL = """
ALTER TABLE goodbyes DROP COLUMN handed;
"""
