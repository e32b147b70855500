"""Circle settings: what hosts set and all can read, and the sheets that change it."""
