"""Waymark: hikers share routes, notes and conditions."""

__version__ = "0.9.2"
