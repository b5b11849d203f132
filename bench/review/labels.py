"""The labelled cases: what stands in the ``labels.toml`` of each project of the corpus, found in its code.

A label names its place by a piece of the line's text (``anchor``), never by a number, and where that stands
more than once by the function or class around it (``within``), or by which of them it is (``nth``, from 1).
Its span is

==============  ==============================================================================================
scope           lines that belong to the label
==============  ==============================================================================================
``statement``   the innermost statement of the line; of ``if``, ``for``, ``with``, ``def``, ``class`` the head
``function``    the innermost function around the line with its decorators: where something is missing
``class``       the innermost class around the line with its decorators
==============  ==============================================================================================

``also`` names further places of the same case, such as the constant that a call far away uses; ``or`` names
classes by which a reviewer may call the same thing. Every vulnerable place of the corpus has a label, so a
finding of one of the classes anywhere else is a false alarm.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

CORPUS = Path(__file__).parents[2] / "tests" / "review" / "corpus"
GATED = ("seen", "held_out")
SPLITS = (*GATED, "fresh", "later", "opened", "latest")
CLASSES = (
    "deser", "sqli", "timing", "weak_hash", "jwt", "cookie", "predictable", "long_lived", "enumeration",
    "secret_log", "hardcoded", "fixation", "transport", "authorisation",
)  # fmt: skip
SCOPES = ("statement", "function", "class")
PLACE = {"file", "anchor", "within", "nth"}
KEYS = PLACE | {"scope", "class", "or", "vulnerable", "why", "also"}

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = Function | ast.ClassDef


class LabelError(ValueError):
    """A label that cannot be found in the code, or says too little; the message names file and anchor."""


@dataclass(frozen=True)
class Span:
    """Lines of one file, the first and the last included, from 1."""

    file: Path
    first: int
    last: int

    def touches(self, file: Path, first: int, last: int) -> bool:
        return file == self.file and first <= self.last and last >= self.first


@dataclass(frozen=True)
class Case:
    """One labelled place.

    Attributes:
        kind: its class, one of ``CLASSES``.
        accepted: the classes of findings that count for it; ``kind`` is among them.
        spans: where such a finding may be; the first is that of the anchor itself.
        line: of the anchor in the first of the spans.
    """

    split: str
    project: str
    kind: str
    accepted: frozenset[str]
    vulnerable: bool
    why: str
    spans: tuple[Span, ...]
    line: int

    @property
    def name(self) -> str:
        """For people; the same where the project was copied to."""
        parts = self.spans[0].file.parts
        start = max(n for n in range(len(parts)) if parts[n : n + 2] == (self.split, self.project))
        return f"{'/'.join(parts[start:])}:{self.line} {self.kind}"


@cache
def cases(split: str) -> tuple[Case, ...]:
    """All cases of one part of the corpus, one of ``SPLITS``.

    Raises:
        LabelError: a label does not fit the code.
    """
    return tuple(case for path in sorted((CORPUS / split).glob("*/labels.toml")) for case in of_project(path))


def of_project(path: Path) -> Iterator[Case]:
    for entry in tomllib.loads(path.read_text(encoding="utf-8"))["case"]:
        yield case_of(path.parent, entry)


def case_of(project: Path, entry: dict[str, Any]) -> Case:
    """One ``[[case]]`` of a project, found in its code."""
    where = f"{project.name}/{entry.get('file')}: {entry.get('anchor')!r}"
    unknown, scope = set(entry) - KEYS, entry.get("scope", "statement")
    if unknown or scope not in SCOPES or not isinstance(entry.get("vulnerable"), bool):
        raise LabelError(f"{where}: keys are {sorted(KEYS)}, scopes {SCOPES}, vulnerable is true or false")
    accepted = frozenset({entry["class"], *entry.get("or", [])})
    if not accepted <= set(CLASSES) or not entry.get("why"):
        raise LabelError(f"{where}: needs classes among {CLASSES}, and why")
    places = [{key: value for key, value in entry.items() if key in PLACE}, *entry.get("also", [])]
    lines = [line_of(project, place) for place in places]
    spans = tuple(
        span_of(project / place["file"], line, scope if number == 0 else "statement")
        for number, (place, line) in enumerate(zip(places, lines, strict=True))
    )
    return Case(
        split=project.parent.name,
        project=project.name,
        kind=entry["class"],
        accepted=accepted,
        vulnerable=entry["vulnerable"],
        why=entry["why"],
        spans=spans,
        line=lines[0],
    )


def line_of(project: Path, place: dict[str, Any]) -> int:
    """The only line with the anchor, in the file or in the function or class ``within``."""
    path = project / place["file"]
    where = f"{project.name}/{place['file']}: {place['anchor']!r}"
    if not path.is_file():
        raise LabelError(f"{where}: there is no such file")
    first, last = 1, len(text_of(path))
    if "within" in place:
        named = [node for name, node in definitions(path) if name == place["within"]]
        if len(named) != 1:
            raise LabelError(f"{where}: {place['within']} is defined {len(named)} times")
        first, last = lines_of(named[0])
    found = [n for n in range(first, last + 1) if place["anchor"] in text_of(path)[n - 1]]
    chosen = found[place["nth"] - 1 :][:1] if "nth" in place else found
    if len(chosen) != 1:
        raise LabelError(f"{where}: stands on {len(found)} lines, needs one: say within or nth")
    return chosen[0]


def span_of(path: Path, line: int, scope: str) -> Span:
    if scope == "statement":
        holding = [span for span in statements(path) if holds(span, line)]
    else:
        wanted = ast.ClassDef if scope == "class" else Function
        holding = [lines_of(node) for _, node in definitions(path) if isinstance(node, wanted)]
        holding = [span for span in holding if holds(span, line)]
    if not holding:
        raise LabelError(f"{path.name}:{line} is in no {scope}")
    first, last = min(holding, key=lambda span: span[1] - span[0])
    return Span(path, first, last)


def holds(span: tuple[int, int], line: int) -> bool:
    return span[0] <= line <= span[1]


@cache
def statements(path: Path) -> list[tuple[int, int]]:
    return [span for node in ast.walk(tree_of(path)) if (span := statement(node))]


def statement(node: ast.AST) -> tuple[int, int] | None:
    """First and last line of a statement; of one with a body, up to where the body begins."""
    if not isinstance(node, ast.stmt):
        return None
    first = lines_of(node)[0] if isinstance(node, Definition) else node.lineno
    body: list[ast.stmt] = getattr(node, "body", [])
    if not body:
        return first, node.end_lineno or node.lineno
    return first, max(node.lineno, lines_of(body[0])[0] - 1)


def lines_of(node: ast.stmt) -> tuple[int, int]:
    """First and last line, decorators included."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(d.lineno for d in decorators)]), node.end_lineno or node.lineno


@cache
def text_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


@cache
def definitions(path: Path) -> list[tuple[str, Definition]]:
    """Every function and class of a file with its dotted name."""
    found: list[tuple[str, Definition]] = []

    def walk(node: ast.AST, prefix: str) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, Definition):
                found.append((f"{prefix}{child.name}", child))
                walk(child, f"{prefix}{child.name}.")
            else:
                walk(child, prefix)

    walk(tree_of(path), "")
    return found
