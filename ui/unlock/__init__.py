"""The way in: a first run in three steps, and the lock screen."""
