"""The connection, told in people: what the pill at the foot of the sidebar says."""
