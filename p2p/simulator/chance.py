"""Seeded chance: one seed gives many streams, each with a name, so that none disturbs another."""

import random


def stream(seed: int, *names: str) -> random.Random:
    """The stream of that name. The same in every process, whatever hashes strings there."""
    return random.Random("/".join((str(seed), *names)))


def spread(chance: random.Random, low: float, high: float) -> float:
    """A number between two positive bounds, as likely small as large: equal chance a factor."""
    return float(low * (high / low) ** chance.random())
