"""Whatever is reviewed, nothing crashes: odd files, deep ones, and pieces of real ones put together anew."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rescind.review import review

FIXTURES = Path(__file__).parent / "fixtures"


@cache
def statements_of_fixtures() -> list[str]:
    return [
        ast.unparse(node)
        for path in sorted(FIXTURES.rglob("*.py"))
        for node in ast.parse(path.read_text(encoding="utf-8")).body
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x = (",
        "\ufeffx = 1",
        "def f(request):\n    return redirect(" + " + ".join(["request.GET['a']"] * 1500) + ")",
        "def f(cursor, a):\n    cursor.execute(" + "(" * 90 + "a" + ")" * 90 + " + 'SELECT')",
        "def f(token):\n    log.info(" + "str(" * 80 + "token" + ")" * 80 + ")",
        "x = " + "[" * 80 + "]" * 80,
        "def f(x):\n    return f(f(f(x)))\nf(f)\nlog.info(f(token))",
        "class A(A):\n    pin = A.pin\n\n    def check(self):\n        return self.pin == A().pin",
        "x: 'not a type(' = pickle.loads(x)\ndef f(a: '(', b: 'x y'): return sql(a)",
    ],
    ids=range(10),
)
def test_odd_files(tmp_path: Path, text: str) -> None:
    (tmp_path / "app.py").write_text(text)
    assert review(tmp_path).files == 1


ANY_STATEMENTS = st.deferred(
    lambda: st.lists(st.sampled_from(statements_of_fixtures()), min_size=1, max_size=12)
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ANY_STATEMENTS, st.randoms(use_true_random=False))
def test_statements_put_together_anew(tmp_path: Path, statements: list[str], random: object) -> None:
    """Names lose their imports, functions come twice, and lines are missing."""
    text = "\n".join(statements)
    lines = text.split("\n")
    del lines[random.randrange(len(lines))]  # type: ignore[attr-defined]
    (tmp_path / "app.py").write_text("\n".join(lines))
    assert review(tmp_path).files == 1
