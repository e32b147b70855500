"""Writing something for the circle: a check-in, a question, a story."""
