"""Which code is about authentication."""

from __future__ import annotations

from pathlib import Path

from rescind.reading import read
from rescind.review.flow import Flow
from rescind.review.near import Near


def test_by_name_by_what_it_calls_and_by_who_calls_it(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(
        "import jwt\n"
        "def login(): return rows()\n"
        "def rows(): return more()\n"
        "def more(): pass\n"
        "def who(text): return jwt.decode(text)\n"
        "def catalogue(): return prices()\n"
        "def prices(): pass\n"
    )
    project = read(tmp_path)
    near = Near(Flow(project))
    found = {function.name: near(function) for function in project.module("shop").functions}  # type: ignore[union-attr]
    assert found == {
        "login": True, "rows": True, "more": True, "who": True, "catalogue": False, "prices": False,
    }  # fmt: skip
