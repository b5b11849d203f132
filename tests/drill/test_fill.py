"""Names in texts are replaced, unknown ones refused, and secrets never shown."""

from __future__ import annotations

import json
from html import escape
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.drill.written import UNTIMED

from rescind.drill.errors import PlanError
from rescind.drill.fill import fill, fill_json, fill_match, for_trial, mask, names_in, resolve
from rescind.drill.plan import Env, Match


def test_names_are_replaced_everywhere() -> None:
    values = {"user": "ada", "n": "7"}
    assert fill("/u/{user}/{n}?q={{raw}}", values) == "/u/ada/7?q={raw}"
    assert fill_json({"{user}": ["{user}", 1, None, {"a": "{n}"}]}, values) == {
        "{user}": ["ada", 1, None, {"a": "7"}]
    }
    filled = fill_match(Match(status=200, body="{user}", json={"/a": "{n}"}, location="/{user}"), values)
    assert filled == Match(status=200, body="ada", json={"/a": "7"}, location="/ada")
    assert names_in("{a}{{b}}{c}") == ["a", "c"]


def test_a_value_is_not_looked_into_again() -> None:
    assert fill("{a}", {"a": "{b}", "b": "no"}) == "{b}"


def test_an_unknown_name_is_refused_without_telling_values() -> None:
    with pytest.raises(PlanError, match=r"\{usr\}.*known: password, user") as caught:
        fill("{usr}", {"user": "ada", "password": "plum-tractor"})
    assert "plum" not in str(caught.value)


def test_values_come_from_the_plan_or_the_environment() -> None:
    values, secrets = resolve({"user": "ada", "id": 7, "password": Env(env="PW")}, {"PW": "plum"})
    assert values == {"user": "ada", "id": "7", "password": "plum"}
    assert secrets == {"plum"}
    with pytest.raises(PlanError, match=r"vars\.password: the environment variable PW is not set"):
        resolve({"password": Env(env="PW")}, {"PW": ""})


def test_each_trial_has_its_own_values() -> None:
    assert for_trial({"user": "u-{trial}", "x": "y"}, 3) == {"user": "u-3", "x": "y", "trial": "3"}


@UNTIMED
@given(st.lists(st.text("abcdef", min_size=4, max_size=9), min_size=1), st.text("abcdef "))
def test_no_secret_survives_the_mask(secrets: list[str], around: str) -> None:
    text = around + around.join(secrets) + around
    masked = mask(text, secrets)
    assert not any(secret in masked for secret in secrets)


@UNTIMED
@given(st.text(max_size=6), st.text("\"'&<>\\ é%a", max_size=5), st.text(max_size=6))
def test_no_form_of_a_secret_survives_the_mask(before: str, secret: str, after: str) -> None:
    assume(secret)
    for way in (secret, escape(secret), quote(secret), quote_plus(secret), json.dumps(secret)[1:-1]):
        assert way not in mask(before + way + after, {secret})


def test_a_text_with_a_short_secret_is_not_shown() -> None:
    assert mask("wrong password: pig", {"pig"}) == "***"
    assert mask("wrong password: plum", {"pig", "plum"}) == "wrong password: ***"
    assert mask("wrong password", {"", "pig"}) == "wrong password"


def test_a_secret_is_taken_as_it_is() -> None:
    """Else the filled one would be another text than the one that is masked."""
    assert for_trial({"a": "x{trial}", "b": "y{trial}"}, 3, fixed={"x{trial}"})["a"] == "x{trial}"


TEXTS = st.text("{}ab", max_size=12)


@UNTIMED
@given(TEXTS, st.dictionaries(st.text("ab", min_size=1, max_size=2), st.text("{}ab", max_size=4)))
def test_a_text_is_filled_once_from_the_left_or_refused(text: str, values: dict[str, str]) -> None:
    """Against a reader that goes through it character by character."""
    names = names_in(text)
    if set(names) <= set(values):
        assert fill(text, values) == by_hand(text, values)
    else:
        with pytest.raises(PlanError):
            fill(text, values)


@UNTIMED
@given(st.text())
def test_doubled_braces_keep_any_text(text: str) -> None:
    doubled = text.replace("{", "{{").replace("}", "}}")
    assert fill(doubled, {}) == text
    assert names_in(doubled) == []


def by_hand(text: str, values: dict[str, str]) -> str:
    if not text:
        return ""
    for way in ("{{", "}}"):
        if text.startswith(way):
            return way[0] + by_hand(text[2:], values)
    name, closed, _ = text[1:].partition("}")
    if text[0] == "{" and closed and name and set(name) <= set("ab"):
        return values[name] + by_hand(text[len(name) + 2 :], values)
    return text[0] + by_hand(text[1:], values)
