"""A village in memory: one seed, one run.

Own clock, own network, own disks that lose their power, own chance. What lives in the houses is
plugged in from above; this package knows streams of frames and nothing of circles.
"""
