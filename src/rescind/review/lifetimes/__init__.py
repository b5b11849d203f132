"""How long something lasts: moments, numbers of seconds, and what is kept for good."""
