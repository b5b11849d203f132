"""Names in texts are replaced, unknown ones refused, and secrets never shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


@given(st.lists(st.text("abcdef", min_size=4, max_size=9), min_size=1), st.text("abcdef "))
def test_no_secret_survives_the_mask(secrets: list[str], around: str) -> None:
    text = around + around.join(secrets) + around
    masked = mask(text, secrets)
    assert not any(secret in masked for secret in secrets)
