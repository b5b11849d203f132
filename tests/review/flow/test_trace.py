"""Where data come from: one small project for each way that they take."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from rescind.reading import read, walk
from rescind.review.flow import Flow, Origin, Policy
from rescind.review.flow.policy import listed

LISTED = Policy("listed", guard=listed)


def origins(tmp_path: Path, policy: Policy | None = None, **files: str) -> tuple[Origin, ...]:
    """Of the argument of the one call of ``sink`` in these files."""
    for name, text in files.items():
        (tmp_path / f"{name}.py").write_text(text)
    project = read(tmp_path)
    for module in project.modules:
        for node in walk(module.tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "sink":
                return Flow(project).origins(node.args[0], module, policy or LISTED)
    raise AssertionError("no sink")


def kinds(found: tuple[Origin, ...]) -> set[str]:
    return {each.part or each.kind for each in found}


FLASK = "from flask import request\n"
ROUTE = "from fastapi import *\napp = FastAPI()\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (FLASK + "def f():\n    x = request.args['a']\n    y = x.strip()\n    sink(y)", {"query"}),
        (FLASK + "def f():\n    x = request.args.get('a')\n    x = x or 'c'\n    sink(f'{x}!')", {"query"}),
        (FLASK + "def f():\n    sink(int(request.args['a']))", set()),
        (FLASK + "def f():\n    sink(request.args.get('a', type=int))", set()),
        (FLASK + "def f():\n    sink({'a': 1}.get(request.args['a']))", set()),
        (FLASK + "def f():\n    a = []\n    a.append(request.form['a'])\n    sink(' '.join(a))", {"form"}),
        (FLASK + "def f():\n    for name in request.cookies.values():\n        sink(name)", {"cookie"}),
        (FLASK + "def f():\n    sink([x for x in request.form.getlist('a')])", {"form"}),
        (FLASK + "def f():\n    a, b = request.args['a'], 1\n    sink(b)", set()),
        (FLASK + "def f():\n    sink('%d' % request.args['a'])", set()),
        (FLASK + "def f():\n    sink('%s %d' % (request.args['a'], 1))", {"query"}),
        (FLASK + "def f():\n    sink(request.headers['Host'])", {"host"}),
        ("def f(request):\n    sink(request.META.get('HTTP_X_FORWARDED_HOST'))", {"host"}),
        ("class V:\n    def get(self):\n        sink(self.request.GET['a'])", {"query"}),
        ("async def f(request):\n    body = await request.json()\n    sink(body['a']['b'])", {"body"}),
        ("def f(request):\n    form = F(request.POST)\n    sink(form.cleaned_data['a'])", {"form"}),
        (ROUTE + "@app.get('/{a}')\ndef f(a: str):\n    sink(a)", {"path"}),
        (ROUTE + "@app.get('/{a}')\ndef f(a: int):\n    sink(a)", set()),
        (ROUTE + "@app.get('/')\ndef f(a: str = Header()):\n    sink(a)", {"header"}),
        (ROUTE + "def g(q):\n    return q\n@app.get('/')\ndef f(a=Depends(g)):\n    sink(a)", {"parameter"}),
        ("import redis\nr = redis.Redis()\ndef f():\n    sink(r.get('a'))", {"store"}),
        ("def f(cursor):\n    cursor.execute('')\n    sink(cursor.fetchone()[0])", {"store"}),
        ("import requests\ndef f():\n    sink(requests.get('http://x').text)", {"remote"}),
        ("import os\ndef f():\n    sink(os.environ['A'])", {"environment"}),
        ("def f(a):\n    sink(a)", {"parameter"}),
        ("def f(a):\n    sink(a)\ndef g():\n    f('constant')", set()),
        ("def f(a: int):\n    sink(a)", set()),
        ("X = 'a'\ndef f():\n    sink(X + 'b')", set()),
    ],
)  # fmt: skip
def test_within_a_module(tmp_path: Path, text: str, expected: set[str]) -> None:
    assert kinds(origins(tmp_path, app=text)) == expected


@pytest.mark.parametrize(
    ("before", "harmless"),
    [
        ("if x not in NAMES: abort(400)", True),
        ("if x not in NAMES:\n        return", True),
        ("if x not in NAMES:\n        x = 'a'", True),
        ("if x and x not in NAMES:\n        raise ValueError", True),
        ("if not re.fullmatch('[a-z]+', x):\n        return", True),
        ("validate_name(x)", True),
        ("assert x.isalnum()", True),
        ("if x != 'a':\n        return", True),
        ("if x in NAMES:\n        log(x)", False),
        ("if x not in NAMES:\n        log(x)", False),
        ("if x not in NAMES:\n        y = 'a'", False),
        ("if y not in NAMES:\n        return", False),
        ("pass", False),
    ],
)
def test_what_was_checked_before(tmp_path: Path, before: str, harmless: bool) -> None:
    text = f"{FLASK}NAMES = ('a', 'b')\ndef f():\n    x = request.args['x']\n    {before}\n    sink(x)"
    assert bool(origins(tmp_path, app=text)) is not harmless


def test_around_it(tmp_path: Path) -> None:
    text = FLASK + "def f():\n    x = request.args['x']\n    sink(x if x in ('a', 'b') else 'a')"
    assert origins(tmp_path, app=text) == ()
    text = FLASK + "def f():\n    x = request.args['x']\n    if x in ('a', 'b'):\n        sink(x)"
    assert origins(tmp_path, app=text) == ()


def test_across_modules_with_the_way_from_there(tmp_path: Path) -> None:
    found = origins(
        tmp_path,
        data="class Rows:\n    def __init__(self, name):\n        self.name = name\n"
        "    def all(self):\n        sink(self.name)",
        web=FLASK
        + "from data import Rows\ndef view():\n    name = request.args['n']\n    return Rows(name).all()",
    )
    (origin,) = found
    assert origin.part == "query"
    assert [(step.file, step.line) for step in origin.steps] == [("web.py", 4), ("web.py", 5), ("data.py", 3)]


def test_arguments_are_those_of_the_call(tmp_path: Path) -> None:
    """One helper for two: what one caller gives it is not what the other gets back."""
    helper = FLASK + "def same(x):\n    return x\ndef a():\n    return same(request.args['a'])\n"
    assert origins(tmp_path, app=helper + "def b():\n    sink(same('constant'))") == ()
    assert kinds(origins(tmp_path, app=helper + "def b():\n    sink(same(request.form['b']))")) == {"form"}


def test_circles_end(tmp_path: Path) -> None:
    text = "def f(x):\n    return g(x)\ndef g(x):\n    sink(x)\n    return f(x)\n"
    assert origins(tmp_path, app=text) == ()
    assert kinds(origins(tmp_path, app="def f(x):\n    while x:\n        x = x + x\n    sink(x)")) == {
        "parameter"
    }
