"""Logins: one spelling for one name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rescind.policy.login_name import login_digest, normalise_login


@pytest.mark.parametrize(
    "spelling",
    [
        "ada@example.com",
        "Ada@Example.COM",
        "  ada@example.com\t",
        "\uff41da@example.com",
        "ad\uff21@example.com",
    ],
)
def test_spellings_of_one_login(spelling: str) -> None:
    assert normalise_login(spelling) == "ada@example.com"


def test_one_accent_in_two_code_points_and_a_sharp_s() -> None:
    assert normalise_login("Rene\u0301@x") == normalise_login("ren\u00e9@x")
    assert normalise_login("STRASSE") == normalise_login("stra\u00dfe")


VISIBLE = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40)


@given(VISIBLE)
def test_normalising_twice_changes_nothing(login: str) -> None:
    try:
        once = normalise_login(login)
    except ValueError:  # some visible characters fold to longer or to invisible ones
        return
    assert normalise_login(once) == once


@given(st.text("abcXYZ\u00e4\u00c4\u00e9\u00c9\u00df\u03c3\u03c2\u03a3@.-", min_size=1, max_size=40))
def test_upper_and_lower_case_are_one(login: str) -> None:
    assert normalise_login(login.upper()) == normalise_login(login.lower()) == normalise_login(login)


@pytest.mark.parametrize("login", ["", "   ", None, 7, b"ada"])
def test_what_is_no_text_is_a_type_error(login: object) -> None:
    with pytest.raises(TypeError, match="login"):
        normalise_login(login)  # type: ignore[arg-type]


@pytest.mark.parametrize("login", ["x" * 256, "x" * 10**7, "ada\nbob", "ada\u200b", "a\0b", "half\ud83d"])
def test_too_long_and_invisible_characters_are_refused(login: str) -> None:
    with pytest.raises(ValueError, match="login"):
        normalise_login(login)


def test_the_digest_is_short_and_not_the_login() -> None:
    assert login_digest("ada@example.com") == login_digest("ada@example.com")
    assert login_digest("ada@example.com") != login_digest("bob@example.com")
    assert len(login_digest("half\ud83d")) == 6
