"""Frozen records without I/O: what rescind remembers and what it hands out."""
