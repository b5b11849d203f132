"""Rules for new passwords: length and not the login, nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rescind.errors import ConfigurationError, PasswordRejected
from rescind.policy.password_rules import PasswordRules, judge_password

RULES = PasswordRules()


def problem_of(password: str, *, login: str | None = None, rules: PasswordRules = RULES) -> str | None:
    try:
        judge_password(password, rules, login=login)
    except PasswordRejected as rejected:
        return rejected.problem
    return None


@pytest.mark.parametrize("length", [0, 1, RULES.min_length - 1])
def test_too_short(length: int) -> None:
    assert problem_of("x" * length) == "too_short"


@pytest.mark.parametrize("length", [RULES.min_length, 64, RULES.max_length])
def test_long_enough_and_not_too_long(length: int) -> None:
    assert problem_of("x" * length) is None


def test_too_long_is_refused_and_not_cut() -> None:
    assert problem_of("x" * (RULES.max_length + 1)) == "too_long"


@pytest.mark.parametrize("password", ["12345678", "        ", "\U0001f600" * 8, "aaaaaaaa", "ÄÖÜäöüßé"])
def test_no_composition_rules(password: str) -> None:
    """ASVS 6.2.5; a code point counts as one whatever its size."""
    assert problem_of(password) is None


def test_length_counts_code_points_after_normalisation() -> None:
    assert problem_of("e\u0301" * 7) == "too_short"
    assert problem_of("e\u0301" * 8) is None


@pytest.mark.parametrize(
    "password", ["ada.lovelace@example.com", "Ada.Lovelace", " ada.lovelace@EXAMPLE.com "]
)
def test_the_login_is_no_password(password: str) -> None:
    """ASVS 6.2.11."""
    assert problem_of(password, login="ada.lovelace@example.com") == "is_login"


def test_the_login_may_be_part_of_it() -> None:
    assert problem_of("not ada.lovelace", login="ada.lovelace@example.com") is None


def test_the_message_names_the_rule_and_not_the_password() -> None:
    with pytest.raises(PasswordRejected) as rejected:
        judge_password("hunter2", RULES)
    assert "8" in str(rejected.value)
    assert "hunter2" not in repr(rejected.value)


def test_half_a_character_is_not_text() -> None:
    assert problem_of("half a \ud83d") == "not_text"


@given(st.text(min_size=1), st.none() | st.text(max_size=30))
def test_no_input_is_an_error_of_ours(password: str, login: str | None) -> None:
    problem_of(password, login=login)


def test_not_a_string_is_a_type_error_without_the_value() -> None:
    with pytest.raises(TypeError, match="bytes") as error:
        judge_password(b"hunter2hunter2", RULES)  # type: ignore[arg-type]
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize(("least", "most"), [(0, 10), (11, 10)])
def test_limits_that_cannot_work_are_named(least: int, most: int) -> None:
    with pytest.raises(ConfigurationError, match="min_length"):
        PasswordRules(min_length=least, max_length=most)
