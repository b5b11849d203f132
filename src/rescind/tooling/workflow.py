"""Workflow commands of GitHub Actions: each becomes a remark at its line of a pull request.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations


def command(level: str, place: dict[str, str], message: str) -> str:
    """One line.

    Args:
        level: ``error``, ``warning`` or ``notice``.
        place: ``file``, ``line``, ``title`` and the like.
    """
    fields = ",".join(f"{name}={escaped(value, ':,')}" for name, value in place.items())
    return f"::{level} {fields}::{escaped(message)}"


def escaped(text: str, more: str = "") -> str:
    """Nothing in it ends the line or the field."""
    for character in f"%\r\n{more}":
        text = text.replace(character, f"%{ord(character):02X}")
    return text
