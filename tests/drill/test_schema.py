"""What the schema says is what the reader does."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from tests.drill.test_plan import FILE
from tests.drill.test_read import SHORTEST, WRONG, known_keys, misspelt
from tests.drill.written import DRILLS, FEW

from rescind.drill.plan import Plan
from rescind.drill.schema import schema

VALIDATOR = Draft202012Validator(schema())
NOT_FOR_A_SCHEMA = (
    "JSON pointer",
    "regular expression",
    "JSON has no",
    "has no value",
    "number of the trial",
    "column 8",
)


def accepted(document: Any) -> bool:
    """By the schema."""
    return bool(VALIDATOR.is_valid(document))


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(schema())
    assert accepted(tomllib.loads(FILE))
    assert accepted(tomllib.loads(SHORTEST))


@FEW
@given(DRILLS)
def test_it_accepts_what_the_reader_accepts(document: Any) -> None:
    assert accepted(document), next(VALIDATOR.iter_errors(document)).message


@FEW
@given(st.data())
def test_it_refuses_keys_that_are_not_known(data: st.DataObject) -> None:
    document = data.draw(DRILLS)
    place = data.draw(st.sampled_from(known_keys(document)))
    assert not accepted(misspelt(document, place, f"{place[-1]}_"))


@pytest.mark.parametrize(("old", "new", "said"), WRONG, ids=lambda text: " ".join(text.split())[:40])
def test_it_refuses_what_the_reader_refuses(old: str, new: str, said: str) -> None:
    """Less what is about several tables, or about the inside of a text."""
    if not any(words in said for words in NOT_FOR_A_SCHEMA):
        assert not accepted(tomllib.loads(SHORTEST.replace(old, new)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('post = "/logout"', 'post = "/logout", get = "/x"'),
        ('post = "/logout", ', ""),
        ('post = "/logout"', 'post = "logout"'),
        ('post = "/logout"', 'post = "/logout", form = {}, json = 1'),
        ("{ json = ", '{ cookie = "c", json = '),
        ('header = "Authorization", ', ""),
        ('header = "Authorization"', 'cookies = ["a"], header = "Authorization"'),
        ('{ header = "Authorization", value = "Bearer {t}" }', "{ cookies = [] }"),
        (', json = { "/email" = "a@b.c" }', ""),
        (', json = { "/email" = "a@b.c" }', ', json = {}, body = ""'),
        ('["http://127.0.0.1:8000"]', "[]"),
        ("[sign_in]", "rate = 0\n[sign_in]"),
        ("[sign_in]", "connections = 1\n[sign_in]"),
        ("[sign_in]", "timeout = -1\n[sign_in]"),
        ("[[end]]", "[run]\ntrials = 0\n[[end]]"),
        ('name  = "logout"', 'name = ""'),
    ],
)
def test_rules_of_a_table_are_in_it(old: str, new: str) -> None:
    assert old in SHORTEST
    assert not accepted(tomllib.loads(SHORTEST.replace(old, new)))


def structs(kind: type[msgspec.Struct], seen: set[type]) -> Iterator[type[msgspec.Struct]]:
    """Every kind of table under this one."""
    if kind in seen:
        return
    seen.add(kind)
    yield kind
    for field in msgspec.structs.fields(kind):
        for found in _inside(field.type):
            yield from structs(found, seen)


def _inside(kind: Any) -> Iterator[type[msgspec.Struct]]:
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        yield kind
    for part in getattr(kind, "__args__", ()):
        yield from _inside(part)


def test_every_field_of_every_table_is_described() -> None:
    definitions = schema()["$defs"]
    kinds = list(structs(Plan, set()))
    assert {kind.__name__ for kind in kinds} == set(definitions)
    for kind in kinds:
        described = definitions[kind.__name__]["properties"]
        assert list(described) == [field.name for field in msgspec.structs.fields(kind)]
        assert [name for name, part in described.items() if not part.get("description")] == []


def test_null_is_offered_nowhere() -> None:
    assert "null" not in str(schema()) and "None" not in str(schema())
