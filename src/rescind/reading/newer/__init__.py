"""Syntax that the running Python cannot parse, read with libcst and lowered to nodes of ``ast``.

This package alone imports libcst. `lower` is all that the rest of the room uses.
"""

from __future__ import annotations

from rescind.reading.newer.module import CannotRead, available, lower

__all__ = ["CannotRead", "available", "lower"]
