"""Statements that can take no parameters: what is made with ``CREATE TRIGGER`` is text alone.

The text is constant. What is put into its gaps are names of tables and columns, quoted by Django, expressions
made of them, and the realm, which ``watched`` has looked at.
"""

from __future__ import annotations

import re

GAP = re.compile(r"\{(\w+)\}")


def fill(text: str, **parts: str) -> str:
    """``text`` with each ``{name}`` replaced, once: what is put in is not looked at again.

    Raises:
        KeyError: a gap that nothing is given for.
    """
    return GAP.sub(lambda gap: parts[gap[1]], text)
