"""Functions that find out who is signed in."""

from __future__ import annotations

from pathlib import Path

import pytest

from rescind.reading import read
from rescind.review.access.who import finds_out
from rescind.review.look import Shared


@pytest.mark.parametrize("first", ["page", "near"])
def test_it_makes_no_difference_which_is_asked_first(tmp_path: Path, first: str) -> None:
    (tmp_path / "shop.py").write_text(
        "from flask import session\n"
        "def page(): return outer()\n"
        "def outer(): return middle()\n"
        "def middle(): return near()\n"  # as far as calls are followed from the page
        "def near(): return of_visit()\n"
        'def of_visit(): return session["user"]\n'
    )
    project = read(tmp_path)
    module = project.module("shop")
    assert module is not None
    look = Shared(project).look(module)
    functions = {each.name: each for each in module.functions}
    finds_out(look, functions[first])
    assert finds_out(look, functions["near"]) == {"user"}
    assert finds_out(look, functions["page"]) == set()
