"""What the person named: an application to import, or source to read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from rescind.paths.errors import NoTarget

DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*(?::[A-Za-z_][\w.]*(?:\(\))?)?")

SETTINGS = re.compile(r"""DJANGO_SETTINGS_MODULE["']\s*,\s*["']([\w.]+)["']""")


class Target(NamedTuple):
    """``importable`` is ``module:app``, settings of Django, or empty; ``folder`` is where imports begin."""

    text: str
    importable: str
    folder: Path
    source: Path


def target_of(text: str, folder: Path) -> Target:
    """Read what was named, relative to ``folder``.

    Raises:
        NoTarget: it is neither; the message says what was tried.
    """
    path = folder / text
    if path.is_dir():
        return Target(text, "", path, path)
    if path.is_file() and path.name == "manage.py":
        named = SETTINGS.search(path.read_text("utf-8", "replace"))
        if named is not None:
            return Target(text, named[1], path.parent, path.parent)
    if path.is_file() and path.suffix == ".py":
        return Target(text, "", path.parent, path)
    if DOTTED.fullmatch(text) is None:
        raise NoTarget(f"{text} is no module:app, such as shop.main:app, and no file or folder of Python")
    name = text.partition(":")[0].split(".")
    for base in (folder, folder / "src"):
        at = base.joinpath(*name[:1])
        if at.is_dir() or at.with_suffix(".py").is_file():
            return Target(text, text, base, folder)
    return Target(text, text, folder, folder)
