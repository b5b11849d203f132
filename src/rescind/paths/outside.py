"""Installed packages that hold a route or what stands before one: their source is read as well.

A guard often comes from a package that a company shares among its applications, and an application may be
installed as a whole.
"""

from __future__ import annotations

import sysconfig
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

# The frameworks themselves: what of them stands before a route is known by its name, or guards nothing.
FRAMEWORKS = frozenset(
    [
        "fastapi",
        "flask",
        "starlette",
        "werkzeug",
        "flask_login",
        "rescind",
        "django",
        "rest_framework",
        "flask_jwt_extended",
        "flask_httpauth",
        "flask_session",
        "flask_security",
        "authlib",
    ]
)


def packages(rows: Iterable[Mapping[str, Any]], read: Path) -> list[Path]:
    """The folders and files to read besides ``read``.

    Args:
        rows: the callables of the running application.
        read: what is read in any case, a folder or a file.
    """
    found: dict[Path, None] = {}
    for text in dict.fromkeys(str(row["file"]) for row in rows):
        file = Path(text)
        if not text or not file.is_file() or is_read(file, read):
            continue
        top = top_of(file)
        if top.stem not in FRAMEWORKS and not is_of_python(file):
            found[top] = None
    return list(found)


def top_of(file: Path) -> Path:
    """The outermost package around a file; the file, if there is none."""
    top = file
    while (top.parent / "__init__.py").is_file():
        top = top.parent
    return top


def is_read(file: Path, read: Path) -> bool:
    """Whether it is below, and not in an environment that lies there."""
    below = file == read or read in file.parents
    return below and not any(part in {"site-packages", "dist-packages"} for part in file.parts)


def is_of_python(file: Path) -> bool:
    """Whether it is of the standard library."""
    own = Path(sysconfig.get_paths()["stdlib"])
    return own in file.parents and "site-packages" not in file.parts and "dist-packages" not in file.parts
