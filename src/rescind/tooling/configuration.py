"""One table of a TOML file, for a tool: what is not there is empty, what is wrong is named."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from rescind.tooling.errors import ToolError


def table(path: Path, keys: tuple[str, ...]) -> Mapping[str, Any]:
    """The table at ``keys``; empty where it or the file is not there.

    Raises:
        ToolError: the file cannot be read or is no TOML, or no table stands there.
    """
    inner: Any = document(path)
    for key in keys:
        inner = inner.get(key, {})
        if not isinstance(inner, dict):
            raise ToolError(f"{path.name}: {key} must be a table: [{'.'.join(keys)}]")
    return inner  # type: ignore[no-any-return]


def document(path: Path) -> Mapping[str, Any]:
    """All of it; empty where the file is not there.

    Raises:
        ToolError: as `table`.
    """
    try:
        return tomllib.loads(path.read_bytes().decode())
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ToolError(f"{path.name} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise ToolError(f"{path.name} is no TOML: {error}") from None


def refuse_unknown(given: Mapping[str, Any], known: Collection[str], where: str) -> None:
    """Every key is one of ``known``.

    Args:
        where: the file, and after a colon the section: ``rescind.toml: [review]``.

    Raises:
        ToolError: one is not; the nearest is named.
    """
    name, _, section = where.partition(": ")
    for key in given:
        if key not in known:
            raise ToolError(f"{name}: unknown key {key!r} in {section}; {nearest(key, known)}")


def nearest(word: str, known: Collection[str]) -> str:
    """What may have been meant, for the end of a message."""
    near = get_close_matches(word, known, 1)
    return f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}"
