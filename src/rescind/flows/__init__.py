"""One user-visible action per file: sync, one unit of work, clock and randomness injected."""
