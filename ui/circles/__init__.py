"""Circles: the list, beginning one, inviting, and coming in."""
