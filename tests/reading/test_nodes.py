"""Small questions to nodes."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from tests.reading.written import module

from rescind.reading import last_name, unparsed, walk

TWO = """
    import jwt

    def outer(token):
        def inner():
            return jwt.decode(token)
        if token:
            return inner() or jwt.decode(token, "k")
"""


def expression(written: str) -> ast.expr:
    return ast.parse(written, mode="eval").body


@pytest.mark.parametrize(
    ("written", "name"), [("pickle.loads", "loads"), ("loads", "loads"), ("made()", ""), ("'text'", "")]
)
def test_last_name(written: str, name: str) -> None:
    assert last_name(expression(written)) == name


@pytest.mark.parametrize(
    "written", ["a", "a.b", "a.b.c", "a().b", "a[0].b.c", "1 .real", "f'{a}'.b", "(a, b)", "-a"]
)
def test_unparsed_is_what_ast_says(written: str) -> None:
    assert unparsed(expression(written)) == ast.unparse(expression(written))


def test_nodes_of_a_module_by_their_classes(tmp_path: Path) -> None:
    made = module(tmp_path, TWO)
    assert made.nodes == tuple(walk(made.tree))
    assert [each.lineno for each in made.nodes_of(ast.Call)] == [6, 8, 8]
    both = made.nodes_of(ast.If, ast.Return)
    assert [type(each).__name__ for each in both] == ["Return", "If", "Return"], "in the order of the source"
    assert made.nodes_of(ast.stmt) == (), "exactly these classes, not those below them"


def test_nodes_of_a_function_are_those_that_it_runs(tmp_path: Path) -> None:
    outer, inner = module(tmp_path, TWO).functions
    assert outer.nodes == tuple(outer.walk())
    assert [each.lineno for each in outer.nodes_of(ast.Call)] == [8, 8]
    assert [each.lineno for each in inner.nodes_of(ast.Call)] == [6]
