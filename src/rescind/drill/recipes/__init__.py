"""Drills to start from: the two forms that most applications fit, and some applications as they come."""

from __future__ import annotations

from importlib import resources


def names() -> list[str]:
    """The recipes, by name."""
    found = (entry.name for entry in resources.files(__name__).iterdir())
    return sorted(name.removesuffix(".toml") for name in found if name.endswith(".toml"))


def text(name: str) -> str:
    """The commented file of one recipe. Raises KeyError for a name that is none."""
    if name not in names():
        raise KeyError(name)
    return resources.files(__name__).joinpath(f"{name}.toml").read_text(encoding="utf-8")
