"""Small questions to one node."""

from __future__ import annotations

import ast

import pytest

from rescind.reading import last_name


@pytest.mark.parametrize(
    ("written", "name"), [("pickle.loads", "loads"), ("loads", "loads"), ("made()", ""), ("'text'", "")]
)
def test_last_name(written: str, name: str) -> None:
    assert last_name(ast.parse(written, mode="eval").body) == name
