"""Where names are bound and which binding a use sees, held against Python's own table of symbols."""

from __future__ import annotations

import ast
import symtable
from pathlib import Path

import pytest
from tests.reading.written import module, named, within

from rescind.reading import Module

EVERYTHING = """
ai = 0
import a, b.c, d.e as f
from g import h as i
j = k = 1
l, (m, *n) = 1, (2, 3)
o: int = 1
p: int
for q, r in x: s = 1
with y as (t, u): pass
try:
    pass
except E as v:
    pass
match w:
    case [aa, *ab]: pass
    case {"x": ac, **ad}: pass
    case Point(x=ae) | ae: pass
if (af := 1): ag = 2
def ah(a1, /, a2=1, *a3, a4, **a5):
    global ai
    ai = 1
    aj = lambda al: al
    def inner():
        nonlocal aj
        aj = 2
    return [am for am in a3 if (an := am)]
class ao(Base):
    ap = 1
    def aq(self): pass
async def ar():
    async with x as at: pass
    async for au in x: pass
del j
av += 1
"""


def tables(table: symtable.SymbolTable) -> dict[str, set[str]]:
    """The names that each named block binds, as Python sees it."""
    found = {}
    waiting = [table]
    while waiting:
        each = waiting.pop()
        waiting += each.get_children()
        if each.get_type() == "module" or each.get_name() not in {"lambda", "listcomp"}:
            names = {
                s.get_name()
                for s in each.get_symbols()
                if s.is_assigned()
                or s.is_imported()
                or s.is_parameter()
                or s.is_annotated()
                or s.is_namespace()
            }
            shared = {s.get_name() for s in each.get_symbols() if s.is_declared_global() or s.is_free()}
            found[each.get_name()] = names - (shared if each.get_type() != "module" else set())
    return found


def ours(made: Module) -> dict[str, set[str]]:
    scopes = {"top": made.scope} | {node.name: made.scope_for(node) for node in made.functions_and_classes}
    return {name: set(scope.bindings) - scope.shared for name, scope in scopes.items()}


def test_bindings_are_those_of_python(tmp_path: Path) -> None:
    made = module(tmp_path, EVERYTHING)
    theirs = tables(symtable.symtable(EVERYTHING, "m.py", "exec"))
    # Python writes what `:=` binds in a comprehension to the function; so do we.
    assert {name: sorted(names) for name, names in ours(made).items()} == {
        name: sorted(names) for name, names in theirs.items()
    }


def test_the_bindings_of_this_project_are_those_of_python(tmp_path: Path) -> None:
    for path in sorted(Path(__file__).parents[2].joinpath("src/rescind/reading").glob("*.py")):
        text = path.read_text(encoding="utf-8")
        made = module(tmp_path, text)
        assert set(made.scope.bindings) - {"*"} == tables(symtable.symtable(text, "m.py", "exec"))["top"], (
            path
        )


def test_classes_hide_nothing_from_their_methods(tmp_path: Path) -> None:
    made = module(
        tmp_path,
        "import a as x\nclass K:\n    import b as x\n    y = x\n    def f(self):\n        return x\n",
    )
    assert within(made, "K.f", "x") == ["a"]
    assert named(made, "K.y") == ["b"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("def f(x=x): pass", "m"),
        ("@x\ndef f(): pass", "m"),
        ("class K(x): pass", "m"),
        ("def f(a: x): pass", "m"),
        ("def f():\n    x", "m.f"),
        ("class K:\n    x", "m.K"),
        ("def f():\n    lambda y=x: y", "m.f"),
    ],
)
def test_where_a_node_is_evaluated(tmp_path: Path, text: str, names: str) -> None:
    made = module(tmp_path, text)
    node = next(each for each in ast.walk(made.tree) if isinstance(each, ast.Name) and each.id == "x")
    assert made.scope_of(node).qualname == names
    assert made.statement_of(node) is not None


def test_comprehensions_have_names_of_their_own(tmp_path: Path) -> None:
    made = module(tmp_path, "import a as x\nY = [x for x in x if x]\n")
    names = [
        each for each in ast.walk(made.tree) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)
    ]
    inside = [made.scope_of(each).node for each in names]
    assert [type(node).__name__ for node in inside] == ["ListComp", "Module", "ListComp"]
