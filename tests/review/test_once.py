"""Answers are made once for a project, and known by what they are about."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.reading.written import project

from rescind.reading import Function
from rescind.review.look import Look, Shared
from rescind.review.once import in_circles, once, once_here

MADE: list[object] = []


@pytest.fixture
def look(tmp_path: Path) -> Look:
    MADE.clear()
    made = project(tmp_path, {"a.py": "def f(): ...\n", "b.py": "def f(): ...\ndef f(): ...\n"})
    found = made.module("a")
    assert found is not None
    return Shared(made).look(found)


@once
def of_project(look: Look) -> int:
    MADE.append("project")
    return len(look.project.modules)


@once
def of_function(_look: Look, function: Function, depth: int = 2) -> str:
    MADE.append((function.node, depth))
    return function.qualname


@once_here
def of_module(look: Look) -> str:
    MADE.append(look.module.name)
    return look.module.name


@once
@in_circles(lambda: 0)
def length(look: Look, word: str) -> int:
    """As long as the word, by way of itself."""
    MADE.append(word)
    return length(look, word) + len(word)


def test_whoever_asks_the_project_is_asked_once(look: Look) -> None:
    other = next(each for each in look.everywhere() if each is not look)
    assert (of_project(look), of_project(other)) == (2, 2)
    assert MADE == ["project"]


def test_two_functions_of_one_name_are_two_and_one_is_one(look: Look) -> None:
    b = look.project.module("b")
    assert b is not None
    first, second = b.functions
    again = look.project.function(b, first.node)
    assert first.qualname == second.qualname
    for each in (first, second, again):
        of_function(look, each)
    assert [(first.node, 2), (second.node, 2)] == MADE
    of_function(look, first, 1)
    assert MADE[2:] == [(first.node, 1)]


def test_each_module_has_its_own(look: Look) -> None:
    assert [of_module(each) for each in look.everywhere()] == ["a", "b"]
    assert [of_module(each) for each in look.everywhere()] == ["a", "b"]
    assert MADE == ["a", "b"]


def test_what_asks_for_itself_is_told_something_meanwhile(look: Look) -> None:
    assert length(look, "circle") == 6
    assert length(look, "circle") == 6
    assert MADE == ["circle"]


def test_another_project_has_other_answers(look: Look) -> None:
    of_project(look)
    of_project(Shared(look.project).look(look.module))
    assert MADE == ["project", "project"]


def test_what_fails_is_not_kept_and_may_be_asked_again(look: Look) -> None:
    @once
    @in_circles(lambda: 0)
    def fails(_look: Look) -> int:
        MADE.append("fails")
        raise RecursionError

    for _ in range(2):
        with pytest.raises(RecursionError):
            fails(look)
    assert MADE == ["fails", "fails"]
    assert look.shared.making == set()
