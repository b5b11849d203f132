"""Who may reach a handler, whose rows it touches, and what it asks before."""
