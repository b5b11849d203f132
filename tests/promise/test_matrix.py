"""The table of docs/promise.md says truly which test shows the promise under which fault, and where."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "promise.md").read_text(encoding="utf-8")
CODE = re.compile(r"\b[A-K]\d\b")
NAMED = {
    code: (path, name)
    for code, path, name in re.findall(r"^\| ([A-K]\d) \| `([^`:]+)::(\w+)`", PAGE, re.MULTILINE)
}
NO_FLEET = {"test_matrix", "test_share"}


def table() -> list[list[str]]:
    """The rows of the matrix, head first, without the line below it."""
    lines = PAGE[PAGE.index("| what happens |") :].split("\n\n")[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if "---" not in line]


@pytest.mark.parametrize("code", NAMED)
def test_each_named_test_exists(code: str) -> None:
    path, name = NAMED[code]
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_each_code_of_the_table_is_explained_and_each_explained_is_used() -> None:
    used = {code for row in table()[1:] for cell in row[1:] for code in CODE.findall(cell)}
    assert used == set(NAMED)
    assert len(NAMED) > 30


def test_no_cell_is_empty() -> None:
    head, *rows = table()
    for row in rows:
        assert len(row) == len(head), row[0]
        for place, cell in zip(head[1:], row[1:], strict=True):
            tests = " ".join(CODE.findall(cell)) == cell
            assert tests or len(cell.split()) > 3, f"{row[0]}, {place}: name a test, or say why there is none"


def test_what_cannot_be_is_said_of_files_alone() -> None:
    """A cell without a test of its own belongs to SQLite, or says whose it shares."""
    head, *rows = table()
    for row in rows:
        for place, cell in zip(head[1:], row[1:], strict=True):
            if not CODE.search(cell):
                assert "SQLite" in place, f"{row[0]}, {place}"


def test_each_file_of_this_folder_is_in_the_table() -> None:
    mine = {path.stem for path in Path(__file__).parent.glob("test_*.py")} - NO_FLEET
    assert {Path(path).stem for path, _ in NAMED.values()} >= mine - BESIDE


BESIDE = {
    "test_django",  # Django alone, and one withdrawal for three frameworks
    "test_django_models",  # Django with sessions in Redis, and with tokens
    "test_emergency",  # what waits, not what is lost
    "test_faces",  # one withdrawal for two frameworks
    "test_facts",  # what changes a user of Django behind everybody's back
    "test_servers",  # gunicorn's gevent workers, and who is told to stop
    "test_triggers",  # what changes behind everybody's back
    "test_unmapped",  # a revoker that may not touch the counter
    "test_watch",  # what changes the application's own users
}
