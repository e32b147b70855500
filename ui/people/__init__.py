"""People: who is in a circle, what one may do about them, and the question before a removal."""
