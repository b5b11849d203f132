"""The corpus of the reviewer is what it says: labels are found in its code, its parts share no shape."""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import pytest
from bench.review.labels import (
    CLASSES,
    CORPUS,
    GATED,
    SPLITS,
    Case,
    LabelError,
    case_of,
    cases,
    definitions,
    tree_of,
)

FEWEST = {"cases": 300, "fine": 130, "of a class": 16, "vulnerable of a class": 4, "fine of a class": 3}
# Words that would tell a reader of code what the label says.
HINTS = re.compile(
    r"(?i)\b(vulnerab\w*|insecure|unsafe(?!_load)|exploit\w*|attack\w*|bandit|nosec|noqa: S|cwe|owasp)\b"
)


def python_files(split: str) -> list[Path]:
    return sorted((CORPUS / split).rglob("*.py"))


def test_there_are_enough_cases_of_each_class() -> None:
    found = [case for split in SPLITS for case in cases(split)]
    assert len(found) >= FEWEST["cases"]
    assert sum(not case.vulnerable for case in found) >= FEWEST["fine"]
    of_class = Counter(case.kind for case in found)
    assert {kind: n for kind in CLASSES if (n := of_class[kind]) < FEWEST["of a class"]} == {}


@pytest.mark.parametrize("split", SPLITS)
def test_each_part_has_both_sides_of_each_class(split: str) -> None:
    sides = Counter((case.kind, case.vulnerable) for case in cases(split))
    if split == "opened":  # was written for some of the classes alone
        assert all(sides[kind, True] and sides[kind, False] for kind, _ in sides)
        return
    assert {kind for kind in CLASSES if sides[kind, True] < FEWEST["vulnerable of a class"]} == set()
    assert {kind for kind in CLASSES if sides[kind, False] < FEWEST["fine of a class"]} == set()


def test_of_the_gated_parts_the_seen_one_has_two_thirds() -> None:
    assert 0.6 <= len(cases("seen")) / sum(len(cases(split)) for split in GATED) <= 0.7


@pytest.mark.parametrize("split", SPLITS)
def test_no_two_labels_of_a_class_share_a_line(split: str) -> None:
    for kind in CLASSES:
        spans = [(span, case.name) for case in cases(split) if kind in case.accepted for span in case.spans]
        for number, (span, name) in enumerate(spans):
            others = [
                n for s, n in spans[number + 1 :] if n != name and span.touches(s.file, s.first, s.last)
            ]
            assert others == [], f"{name} and {others}: a finding of {kind} would count for both"


@pytest.mark.parametrize("split", SPLITS)
def test_the_code_is_complete_and_says_nothing_of_its_labels(split: str) -> None:
    for path in python_files(split):
        compile(tree_of(path), str(path), "exec", dont_inherit=True)
        assert HINTS.findall(path.read_text(encoding="utf-8")) == [], path


@pytest.mark.parametrize("split", SPLITS)
def test_every_project_has_labels_and_no_small_talk(split: str) -> None:
    projects = {path.name for path in (CORPUS / split).iterdir() if path.is_dir()}
    assert projects == {case.project for case in cases(split)}
    assert {path.name for path in CORPUS.iterdir()} == {"README.md", *SPLITS}


class Shape(ast.NodeTransformer):
    """Takes away what a person changes who copies: names of one's own, texts and numbers."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self.names.setdefault(node.id, f"n{len(self.names)}"), node.ctx)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return ast.arg(self.names.setdefault(node.arg, f"n{len(self.names)}"), None)

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.Constant(type(node.value).__name__)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.name, node.returns = "f", None
        return self.generic_visit(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        node.name, node.returns = "f", None
        return self.generic_visit(node)


def shape(text: str) -> str:
    return ast.dump(Shape().visit(ast.parse(text)))


@cache
def shape_of_node(node: ast.AST) -> str:
    return shape(ast.unparse(node))


def around(case: Case) -> ast.AST:
    """The function or class around a case, or the module where there is none."""
    path = case.spans[0].file
    holding = [node for _, node in definitions(path) if node.lineno <= case.line <= (node.end_lineno or 0)]
    return min(holding, key=lambda n: (n.end_lineno or 0) - n.lineno) if holding else tree_of(path)


@cache
def outline(node: ast.AST) -> tuple[str, ...]:
    """The kinds of the statements: the same in a copy, and cheaper than a shape."""
    return tuple(type(inner).__name__ for inner in ast.walk(node) if isinstance(inner, ast.stmt))


@pytest.mark.parametrize("split", [split for split in SPLITS if split != "seen"])
def test_no_shape_of_the_seen_part_is_in_another(split: str) -> None:
    seen = defaultdict(list)
    for case in cases("seen"):
        seen[outline(around(case))].append(case)
    twins = [
        (other.name, case.name)
        for case in cases(split)
        for other in seen.get(outline(around(case)), ())
        if shape_of_node(around(other)) == shape_of_node(around(case))
    ]
    assert twins == []


def test_a_shape_is_the_same_under_other_names_and_not_under_another_call() -> None:
    assert shape("def a(b): return b == 'x'") == shape("def c(d: int) -> bool: return d == 'yy'")
    assert shape("def a(b): return b.get('x')") != shape("def a(b): return b.pop('x')")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "seen" / "toy"
    folder.mkdir(parents=True)
    (folder / "a.py").write_text(
        "class A:\n    @deco\n    def f(self, x):\n        if x == (\n            1\n        ):\n"
        "            return x\n        return x\n\n\ndef g(x):\n    return x\n"
    )
    return folder


def label(**more: object) -> dict[str, object]:
    return {"file": "a.py", "anchor": "x == (", "class": "timing", "vulnerable": True, "why": "so", **more}


@pytest.mark.parametrize(
    ("more", "lines"),
    [
        ({}, (4, 6)),
        ({"scope": "function"}, (2, 8)),
        ({"scope": "class"}, (1, 8)),
        ({"anchor": "def f"}, (2, 3)),
        ({"anchor": "return x", "within": "g"}, (12, 12)),
        ({"anchor": "return x", "within": "A.f", "nth": 2}, (8, 8)),
    ],
)
def test_a_label_has_the_lines_of_its_scope(
    project: Path, more: dict[str, object], lines: tuple[int, int]
) -> None:
    (span,) = case_of(project, label(**more)).spans
    assert (span.first, span.last) == lines


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"anchor": "return x"}, "stands on 3 lines"),
        ({"anchor": "return y"}, "stands on 0 lines"),
        ({"anchor": "return x", "within": "A.h"}, "defined 0 times"),
        ({"anchor": "return x", "nth": 9}, "stands on 3 lines"),
        ({"file": "b.py"}, "no such file"),
        ({"class": "xss"}, "needs classes among"),
        ({"or": ["xss"]}, "needs classes among"),
        ({"why": ""}, "and why"),
        ({"vulnerable": "yes"}, "true or false"),
        ({"scope": "module"}, "scopes"),
        ({"line": 4}, "keys are"),
        ({"scope": "function", "anchor": "class A"}, "is in no function"),
    ],
)
def test_a_label_that_does_not_fit_is_refused(project: Path, more: dict[str, object], message: str) -> None:
    with pytest.raises(LabelError, match=message):
        case_of(project, label(**more))
