"""What a rule says: one place in the source, why it is wrong, and how the data got there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

Class = Literal[
    "deser", "sqli", "timing", "weak_hash", "jwt", "cookie", "predictable", "long_lived", "enumeration",
    "secret_log", "hardcoded", "fixation", "transport", "authorisation",
]  # fmt: skip
CLASSES: tuple[Class, ...] = get_args(Class)
# From the worst down. How bad it is where it is true, and how sure it is that it is true.
Severity = Literal["critical", "high", "medium", "low"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
Confidence = Literal["high", "medium", "low"]
CONFIDENCES: tuple[Confidence, ...] = get_args(Confidence)


@dataclass(frozen=True, slots=True, order=True)
class Step:
    """One place on the way from source to sink; ``line`` counts from 1."""

    file: str
    line: int
    note: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One defect.

    Attributes:
        rule: its number, such as ``RSC101``.
        kind: one of `CLASSES`; ``class`` in JSON.
        file: as it is shown to people.
        line, end_line: of the statement or expression, from 1, both included.
        column: in characters, from 1, and where the expression ends in ``line``; 0: not known.
        message: one line, what is wrong here.
        trace: from where the data come in to where they do harm; may be empty.
        fix: one line, what to write instead.
    """

    rule: str
    kind: Class
    file: str
    line: int
    end_line: int
    severity: Severity
    confidence: Confidence
    message: str
    trace: tuple[Step, ...] = ()
    fix: str = ""
    column: int = 0
    end_column: int = 0

    @property
    def order(self) -> tuple[str, int, int, str]:
        """By file, line and rule."""
        return self.file, self.line, self.column, self.rule

    def with_files(self, names: Mapping[str, str]) -> Finding:
        """The same with other names of its files."""
        steps = tuple(replace(step, file=names.get(step.file, step.file)) for step in self.trace)
        return replace(self, file=names.get(self.file, self.file), trace=steps)

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "rule": self.rule,
            "class": self.kind,
            "file": self.file,
            "line": self.line,
            "end_line": self.end_line,
            "severity": self.severity,
            "confidence": self.confidence,
            "message": self.message,
            "trace": [{"file": step.file, "line": step.line, "note": step.note} for step in self.trace],
            "fix": self.fix,
        }
