"""The circle itself: acts, rules and the state they lead to. No I/O in here."""
