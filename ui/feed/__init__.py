"""What the people of a circle shared: one column of cards, newest first, with an end."""
