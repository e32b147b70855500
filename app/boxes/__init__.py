"""A circle's mailboxes as its members use them: what is paid in, taken out, and kept for others."""
