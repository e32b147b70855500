"""The open log: who did what about people, roles and invites, in whole sentences."""
