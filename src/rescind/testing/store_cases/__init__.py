"""The cases of the store contract, one file per concern."""
