"""How signed, sealed ops travel between the computers of a circle.

The lowest floor of the house. It knows ops, envelopes, epochs and sets; it knows no posts and
no windows. Sources: ``docs/protocol.md`` for every byte, ``docs/architecture.md`` for the floors.
"""
