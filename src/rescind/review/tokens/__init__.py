"""Tokens that are signed, and those that are made by chance: what is in them, and who can guess them."""
