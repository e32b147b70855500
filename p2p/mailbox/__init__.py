"""A mailbox: a blind store for sealed envelopes, and how members and strangers talk with it."""
