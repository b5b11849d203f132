"""The values that an expression may have: what stands in the source, how sure it is, and what else it may
be."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reading.written import known, module, project

from rescind.reading import Named, Text, Values


def values(folder: Path, text: str, name: str = "X") -> Values:
    made = module(folder, text)
    return made.project.values_of(ast.Name(name, ast.Load()), made.scope)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("X = 'a' 'b'", "ab"),
        ("X = 'a' + 'b' + 'c'", "abc"),
        ("A = 'a'\nX = f'{A}b'", "ab"),
        ("X = ['a'] + ['b']", ["a", "b"]),
        ("X = ['a']\nX += ['b']", ["a", "b"]),
        ("A = ('a',)\nX = [*A, 'b']", ["a", "b"]),
        ("X = {'a': 1, **{'b': 2}}", {"a": 1, "b": 2}),
        ("D = {'a': {'b': 3}}\nX = D['a']['b']", 3),
        ("X = 60 * 60 * 24", 86_400),
        ("X = -1", -1),
        ("X = not True", False),
        ("class C:\n    KEY = 'k'\nX = C.KEY", "k"),
        ("class B:\n    KEY = 'k'\nclass C(B): ...\nX = C().KEY", "k"),
        (
            "from dataclasses import dataclass\n@dataclass\nclass C:\n    key: str = 'k'\nc = C()\nX = c.key",
            "k",
        ),
        ("def f():\n    return 'k'\nX = f()", "k"),
        ("from datetime import timedelta\nX = timedelta(minutes=15)", 900.0),
        ("from datetime import timedelta as t\nX = t(days=1, hours=1).total_seconds()", 90_000.0),
        ("X = int('5')", 5),
        ("X = {1, 2}", {1, 2}),
        ("a, X = 1, 2", 2),
        ("X = 'a'\nX = 'b'", "b"),
        ("X = (Y := 'b')", "b"),
        ("X = '%s-%d' % ('a', 1)", "a-1"),
    ],
)
def test_a_value_that_is_certain(tmp_path: Path, text: str, value: object) -> None:
    only = values(tmp_path, text).only
    assert only is not None and (only.value, only.how) == (value, "always")


@pytest.mark.parametrize(
    ("text", "options", "gaps"),
    [
        ("import os\nX = os.environ.get('S', 'd')", [("d", "default")], [("environment", "S")]),
        ("from os import getenv as g\nX = g('S')", [], [("environment", "S")]),
        ("import os\nX = os.environ['S']", [], [("environment", "S")]),
        ("import os\nX = os.environ.get('S') or 'd'", [("d", "default")], [("environment", "S")]),
        ("import os\nX = int(os.getenv('S', '5'))", [(5, "default")], [("environment", "S")]),
        ("import os\nX = 'p' + os.getenv('S', 'd')", [("pd", "default")], [("environment", "S")]),
        (
            "from decouple import config\nX = config('S', default='d')",
            [("d", "default")],
            [("environment", "S")],
        ),
        ("D = f()\nif D:\n    X = 1\nelse:\n    X = 2", [(1, "branch"), (2, "branch")], []),
        ("X = 1\nif D:\n    X = 2", [(1, "always"), (2, "branch")], []),
        ("X = 1 if f() else 2", [(1, "branch"), (2, "branch")], []),
        ("X = ['a']\nif D:\n    X += ['b']", [(["a"], "always"), (["a", "b"], "always")], []),
        ("import json\nX = json.load(open('f'))", [], [("call", "json.load")]),
        ("X = [f(), 'a']", [(["a"], "always")], [("unknown", "f")]),
    ],
)
def test_a_value_that_is_not(
    tmp_path: Path, text: str, options: list[tuple[object, str]], gaps: list[tuple[str, str]]
) -> None:
    found = values(tmp_path, text)
    assert [(each.value, each.how) for each in found.options] == options
    assert [(each.why, each.name) for each in found.gaps] == gaps or found.gaps[0].why in {"call", "unknown"}
    assert found.only is None


def test_a_text_that_is_known_in_part(tmp_path: Path) -> None:
    made = module(
        tmp_path, "def f(name, n: int):\n    return 'SELECT ' + name, f'a{name}b{n}', 'a%s' % name\n"
    )
    (function,) = made.functions
    (returned,) = function.returns
    (option,) = made.project.values_of(returned, function.scope).options
    assert option.value == (Text(("SELECT ", None)), Text(("a", None, "b", None)), Text(("a", None)))


def test_a_parameter_has_its_default_and_may_be_anything(tmp_path: Path) -> None:
    made = module(tmp_path, "def f(size='d'):\n    return size\n")
    (function,) = made.functions
    found = made.project.values_of(function.returns[0], function.scope)
    assert [(each.value, each.how) for each in found.options] == [("d", "default")]
    assert [(each.why, each.name) for each in found.gaps] == [("parameter", "size")]


def test_objects_and_classes_are_named(tmp_path: Path) -> None:
    made = module(tmp_path, "from a import B, f\nX = [B, B(), f]\n")
    (found,) = known(made, "X")
    assert found == [Named("a.B"), Named("a.B"), Named("a.f")]


def test_settings_of_several_files(tmp_path: Path) -> None:
    made = project(
        tmp_path,
        {
            "conf/__init__.py": "",
            "conf/base.py": "APPS = ['a']\nKEY = 'k'\nDEBUG = False\n",
            "conf/dev.py": "from .base import *\nDEBUG = True\nAPPS += ['b']\nMORE = APPS + ['c']\n",
        },
    )
    dev = made.module("conf.dev")
    assert dev is not None
    assert known(dev, "MORE") == [["a", "b", "c"]]
    assert known(dev, "APPS") == [["a", "b"]]
    assert known(dev, "KEY") == ["k"]
    assert known(dev, "DEBUG") == [True]
    (option,) = made.values_of(ast.Name("KEY", ast.Load()), dev.scope).options
    assert option.module.place(option.node)[:2] == ("conf/base.py", 2)


def test_circles_and_large_products_end(tmp_path: Path) -> None:
    made = module(
        tmp_path,
        "X = X + 1\nY = Z\nZ = Y\nW = 'a' * 10**9\nV = 2 ** 99999\nU = [0] * 1000000\n"
        "def f():\n    return f()\nT = f()\n",
    )
    assert [known(made, name) for name in "XYWVUT"] == [[], [], [], [], [], []]


@pytest.mark.parametrize(
    "text", ["X = " + "(" * 80 + "1" + ")" * 80, "X = " + "not " * 150 + "1", "X = " + "-" * 90 + "1"]
)
def test_deep_expressions_are_no_error(tmp_path: Path, text: str) -> None:
    assert values(tmp_path, text) is not None


EXPRESSIONS = st.recursive(
    st.sampled_from(
        ["1", "'a'", "b'a'", "None", "X", "os.environ['A']", "f()", "1.5", "{}", "[]", "True", "'%s'"]
    ),
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from("+ - * / % | // or and".split()), inner),
        st.builds("[{}, *{}]".format, inner, inner),
        st.builds("{{{}: {}}}".format, inner, inner),
        st.builds("{}[{}]".format, inner, inner),
        st.builds("f'a{{{}}}'".format, inner.filter(lambda text: "'" not in text and "{" not in text)),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("{}(int({}))".format, st.sampled_from(["str", "bool", "list", "timedelta"]), inner),
    ),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(EXPRESSIONS)
def test_any_expression_has_values_or_a_gap(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    made = module(
        tmp_path_factory.mktemp("any"), f"import os\nfrom datetime import timedelta\nX = 3\nY = {text}\n"
    )
    found = made.project.values_of(ast.Name("Y", ast.Load()), made.scope)
    assert found.options or found.gaps
