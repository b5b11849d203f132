"""What a rule is, and where all of them are found.

One rule is one file ``rules/rsc101_name.py`` with one class ``RSC101``. Its docstring is its documentation:
a summary in one line and the `SECTIONS`; the page, ``rescind explain`` and what other tools are told come
from it. ``tests/review/fixtures/RSC101/`` has the code that it must find (``bad*``: a file, or a folder that
is one project) and the code that it must not (``good*``). A line that must be found ends in ``# RSC101``, and
the rule may find nothing else there.

Numbers: 1xx deser, 2xx sqli, 3xx timing, 4xx weak_hash, 5xx jwt, 6xx cookie, fixation and long_lived, 7xx
predictable, 8xx enumeration, secret_log and hardcoded, 9xx transport and authorisation.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from functools import cache
from typing import ClassVar

from rescind.review import rules as folder
from rescind.review.finding import Class, Confidence, Finding, Severity, Step
from rescind.review.look import Look

SECTIONS = ("What it checks", "Why it matters", "How it is decided", "Fix", "References", "Since")


class Rule(ABC):
    """Base of all rules. One object looks at every module, so it keeps nothing between calls.

    Attributes:
        kind: the class of its findings.
        severity: of a finding that says nothing else.
    """

    kind: ClassVar[Class]
    severity: ClassVar[Severity]

    @property
    def number(self) -> str:
        """Such as ``RSC101``."""
        return type(self).__name__

    def prepare(self, look: Look) -> None:  # noqa: B027 - most rules ask for nothing of that kind
        """Ask what is of the whole project and kept, once, before several processes would each do so.

        Args:
            look: at any module of it.
        """

    @abstractmethod
    def check(self, look: Look) -> Iterator[Finding]:
        """The findings in one module. Files may be looked at in any order, or in several processes."""

    def finding(
        self,
        look: Look,
        node: ast.AST,
        message: str,
        *,
        severity: Severity | None = None,
        confidence: Confidence = "high",
        trace: Iterable[Step] = (),
        fix: str = "",
    ) -> Finding:
        """A finding at a node of the module that is looked at."""
        place = look.module.place(node)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):  # its head is meant
            place = place._replace(end_line=place.line)
        end = (
            getattr(node, "end_col_offset", None)
            if place.end_line == getattr(node, "end_lineno", 0) == place.line
            else None
        )
        return Finding(
            rule=self.number,
            kind=self.kind,
            file=place.file,
            line=place.line,
            end_line=place.end_line,
            severity=severity or self.severity,
            confidence=confidence,
            message=message,
            trace=tuple(trace),
            fix=fix,
            column=place.column,
            end_column=0 if end is None else place.column + end - getattr(node, "col_offset", 0),
        )


@cache
def rules() -> tuple[Rule, ...]:
    """One object of every rule, in the order of their numbers.

    Raises:
        TypeError: a file of ``rules/`` has no class of its number.
    """
    made: list[Rule] = []
    for found in pkgutil.iter_modules(folder.__path__):
        if not found.name.startswith("rsc"):
            continue
        number = found.name.partition("_")[0].upper()
        cls = getattr(importlib.import_module(f"{folder.__name__}.{found.name}"), number, None)
        if not isinstance(cls, type) or not issubclass(cls, Rule):
            raise TypeError(f"rules/{found.name}.py needs a class {number}(Rule)")
        made.append(cls())
    return tuple(sorted(made, key=lambda rule: rule.number))
