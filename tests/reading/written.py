"""Projects that a test writes down and reads."""

from __future__ import annotations

import ast
import textwrap
from pathlib import Path

from rescind.reading import Module, Project, read


def project(folder: Path, files: dict[str, str]) -> Project:
    """The files, below the folder, as a project."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
    return read(folder)


def module(folder: Path, text: str) -> Module:
    """One file as a module of its own project."""
    found = project(folder, {"m.py": text}).module("m")
    assert found is not None
    return found


def named(module: Module, expression: str) -> list[str]:
    """The names in full of an expression, as if it stood at the end of the module."""
    node = ast.parse(expression, mode="eval").body
    return [each.name for each in module.project.resolve(node, module.scope)]


def known(module: Module, expression: str) -> list[object]:
    """The values that the expression may have at the end of the module."""
    node = ast.parse(expression, mode="eval").body
    return [each.value for each in module.project.values_of(node, module.scope).options]


def within(module: Module, function: str, expression: str) -> list[str]:
    """The names in full of an expression at the end of that function."""
    node = ast.parse(expression, mode="eval").body
    made = next(each for each in module.functions if each.qualname == f"{module.name}.{function}")
    for each in ast.walk(node):
        if hasattr(each, "lineno"):
            each.lineno = made.node.end_lineno or 0
    return [each.name for each in module.project.resolve(node, made.scope)]
