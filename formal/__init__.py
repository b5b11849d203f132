"""The protocol as a model that a machine explores to the end: ``python -m formal``."""
