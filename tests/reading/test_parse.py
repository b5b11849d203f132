"""Any text becomes a tree, with the lines and columns of the file; what could not be read is said."""

from __future__ import annotations

import ast
import random
import sysconfig
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rescind.reading import walk
from rescind.reading.newer import CannotRead, lower
from rescind.reading.parse import parse
from rescind.reading.unread import Unread

NEWER = [
    "type X = int\n",
    "type X[T] = list[T]\n",
    "def f[T: int, *Ts, **P](x: T) -> T: ...\n",
    "class A[T = int]: ...\n",
    "def f[*Ts = *tuple[int]](): ...\n",
    'f"{d["a"]}"\n',
    'f"{x!r:{y["a"]}}"\n',
    'f"{"a" "b"}"\n',
    "f'{a['b']:>{w['c']}}'\n",
    't"hello {x!r}"\n',
    "try:\n    pass\nexcept A, B:\n    pass\n",
    "try:\n    pass\nexcept* A, B:\n    pass\n",
    "f\"{'\\n'.join(x)}\"\n",
    "async def f[T](x):\n    return [y async for y in x]\n",
]


@pytest.mark.parametrize("text", NEWER)
def test_newer_syntax_is_read(text: str) -> None:
    """Between other statements, so that its lines are those of the file."""
    tree, unread = parse(f"import a\n\n{text}b = 1\n", "f.py")
    assert unread == ()
    first, middle, last = tree.body
    assert (first.lineno, middle.lineno, last.lineno) == (1, 3, 3 + text.count("\n"))


def test_newer_syntax_is_lowered_to_the_nodes_of_older() -> None:
    newer, _ = parse('x = f"a{d["k"]!r:>{w}}b"\n', "f.py")
    older, _ = parse("x = f\"a{d['k']!r:>{w}}b\"\n", "f.py")
    assert ast.dump(newer) == ast.dump(older)
    generic, _ = parse("@d\nclass A[T](B, k=1):\n    x: T = 1\n", "f.py")
    plain, _ = parse("@d\nclass A(B, k=1):\n    x: T = 1\n", "f.py")
    without = ast.dump(generic).replace(", type_params=[TypeVar(name='T')]", "")
    assert without == ast.dump(plain).replace(", type_params=[]", "")


def test_columns_count_bytes_as_those_of_python_do() -> None:
    text = "é = 'ü', (x for x in y)\nf(\n  z for z in y)\na[1, ]\n(b)\n"
    assert same(text)


def same(text: str) -> bool:
    """Whether the lowered tree is the one that Python makes, with every place outside of f-strings."""
    ours, theirs = ast.Module(lower(text), []), ast.parse(text)
    if ast.dump(ours) != ast.dump(ast.Module(theirs.body, [])):
        return False
    for tree in (ours, theirs):
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                node.values = []
    return ast.dump(ours, include_attributes=True) == ast.dump(
        ast.Module(theirs.body, []), include_attributes=True
    )


def library(count: int) -> list[Path]:
    files = sorted(Path(sysconfig.get_path("stdlib")).glob("*.py")) + sorted(
        Path(__file__).parent.glob("*.py")
    )
    return random.Random(5).sample(files, count)


def lowered_as_python_does(files: list[Path]) -> int:
    compared = 0
    for path in files:
        text = path.read_text(encoding="utf-8", errors="replace")
        assert same(text), path
        compared += 1
    return compared


def test_python_itself_is_lowered_as_python_does() -> None:
    assert lowered_as_python_does([path for path in library(12) if path.stat().st_size < 15_000]) > 3


@pytest.mark.long
@pytest.mark.filterwarnings("ignore:invalid escape:DeprecationWarning")
def test_the_library_of_python_is_lowered_as_python_does() -> None:
    assert lowered_as_python_does(library(120)) == 120


BROKEN = '''import os
@dec
def ok[T](x: T) -> T:
    s = """
not a statement
"""
    return x
print "hello"
try:
    pass
except A, B:
    pass
x = (1,
def broken(:
    pass
type X = int
u = \'\'\'never
w = 3
class K:
    pass
'''


def test_a_broken_statement_is_left_out_and_said() -> None:
    tree, unread = parse(BROKEN, "f.py")
    assert [(node.lineno, node.end_lineno) for node in tree.body] == [
        (1, 1), (3, 7), (9, 12), (16, 16), (18, 18), (19, 20),
    ]  # fmt: skip
    assert [(each.line, each.first, each.last) for each in unread] == [
        (8, 8, 8), (13, 13, 13), (14, 14, 15), (17, 17, 17),
    ]  # fmt: skip
    assert unread[1] == Unread("f.py", "syntax error: '(' was never closed", 13, 13, 13)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("x = " + "(" * 5_000 + ")" * 5_000, "syntax error: too many nested parentheses"),
        ("x = 1" + " + 1" * 20_000, "nested too deeply"),
        ("x = a" + ".b" * 20_000, "nested too deeply"),
        ("if a:\n" + "".join(" " * n + "if a:\n" for n in range(1, 150)), None),
        ("x = " + "not " * 20_000 + "1", None),
        ("\x0c\x0b(", None),
    ],
)
def test_what_is_too_deep_is_said(text: str, why: str | None) -> None:
    tree, unread = parse(f"{text}\ny = 1\n", "f.py")
    assert unread and (why is None or unread[0].why == why)
    assert len(tree.body) <= 1


def test_generated_code_of_any_depth_is_walked() -> None:
    text = "if a:\n    pass\n" + "elif b:\n    x = 1\n" * 900
    tree, unread = parse(text, "f.py")
    assert unread or sum(isinstance(node, ast.If) for node in walk(tree)) == 901


PIECES = st.sampled_from(
    [*NEWER, "x = 1\n", "def f():\n    return 1\n", "'''", '"""\n', "(", ")", "[\n", "\\\n", "f'{", "}'",
     "@a\n", "class A:\n", "    pass\n", "\t", "else:\n", "#\n", "é", "\x0c", "match x:\n    case 1: pass\n",
     "lambda:", "\n"]
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@example("\x0c\x0cf'{")
@example("x = 1\x0c\x1c\u2028\nprint 1\ny = 2")
@given(st.lists(PIECES, max_size=8).map("".join) | st.text(max_size=40))
def test_any_text_is_read_or_said(text: str) -> None:
    text = text.replace("\r", "\n").replace("\0", "")
    tree, unread = parse(text, "f.py")
    lines = text.count("\n") + 1
    for node in walk(tree):
        assert 0 <= getattr(node, "lineno", 1) <= lines + 1
    for each in unread:
        assert 1 <= each.first <= each.line <= each.last <= lines + 1, each


@settings(max_examples=40, deadline=None)
@given(st.lists(PIECES, max_size=6).map("".join))
def test_the_parser_of_newer_syntax_never_ends_the_process(text: str) -> None:
    with suppress(CannotRead):
        lower(text)


@pytest.mark.long
@pytest.mark.parametrize(
    "text", ["x = 1" + "+1" * 1_900, "x = a" + "()" * 1_900, "x = " + "(" * 1_900 + ")" * 1_900]
)
def test_the_stack_bears_what_the_limit_lets_through(text: str) -> None:
    said = ""
    try:
        lower(text)
    except CannotRead as refused:
        said = refused.why
    assert "too many parts" not in said


def test_many_parts_that_are_not_deep_are_no_reason_to_refuse() -> None:
    text = "def f[T]():\n" + "".join(f"    x.a{n} = g(y, {n})\n" for n in range(800))
    (function,) = lower(text)
    assert isinstance(function, ast.FunctionDef) and len(function.body) == 800


def test_more_than_the_limit_is_refused_before_the_parser_sees_it() -> None:
    with pytest.raises(CannotRead, match="too many parts"):
        lower("x = 1" + "+1" * 5_000)
