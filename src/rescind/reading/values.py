"""The values that an expression may have, as far as they stand in the source.

An option is a plain Python value with the place where it stands and how it comes about: always, only as the
``default`` of something that is set elsewhere, or in one ``branch``. What else it may be is a `Gap` with its
reason, so nobody takes "this is what stands here" for "this is all that it can be".
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from rescind.reading.module import Module

MOST = 12
How = Literal["always", "default", "branch"]
Why = Literal["environment", "parameter", "call", "branch", "unknown"]


class Text(NamedTuple):
    """A text of which parts are known; None stands for one that is not."""

    parts: tuple[str | None, ...]

    @property
    def start(self) -> str:
        """What it certainly begins with."""
        return self.parts[0] or ""


class Option(NamedTuple):
    """One value that it may have.

    Attributes:
        value: str, bytes, int, float, bool, None, tuple, list, dict, set; `Text` if only parts are known;
            `Named` for what is no plain value: a class, a function, an object of a class.
        node: where the value stands.
        how: ``always``, as the ``default`` of what may be set elsewhere, or in one ``branch``.
    """

    value: Any
    node: ast.AST
    module: Module
    how: How = "always"


class Gap(NamedTuple):
    """What else it may be. ``name`` is the environment variable, the parameter, or what is called."""

    why: Why
    name: str
    node: ast.AST
    module: Module


@dataclass(frozen=True, slots=True)
class Values:
    """What an expression may be: the options that stand in the source, and the gaps."""

    options: tuple[Option, ...] = ()
    gaps: tuple[Gap, ...] = ()

    @property
    def only(self) -> Option | None:
        """The value, if it is certain."""
        return self.options[0] if len(self.options) == 1 and not self.gaps else None

    @property
    def texts(self) -> list[str]:
        """The options that are texts, known in full."""
        return [each.value for each in self.options if isinstance(each.value, str)]

    def __or__(self, other: Values) -> Values:
        return Values((self.options + other.options)[:MOST], (self.gaps + other.gaps)[:MOST])


class Seconds(float):
    """A ``timedelta``, in seconds."""


def least(options: Iterable[Option]) -> How:
    """How sure the weakest of them is."""
    found = {each.how for each in options}
    return "default" if "default" in found else "branch" if "branch" in found else "always"


def weaker(option: Option, how: How) -> Option:
    return option if option.how != "always" else option._replace(how=how)
