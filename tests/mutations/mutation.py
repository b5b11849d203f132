"""One way to break the protocol."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Patch:
    """``old``, which occurs exactly once in the module, becomes ``new``."""

    module: str
    old: str
    new: str


@dataclass(frozen=True)
class Mutation:
    """Attributes:
    name: as the protocol calls it.
    patches: what is changed.
    test: the test that must fail then, and passes otherwise.
    """

    name: str
    patches: tuple[Patch, ...]
    test: str
