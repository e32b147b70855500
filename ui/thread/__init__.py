"""A post with its replies, and the box to write back in."""
