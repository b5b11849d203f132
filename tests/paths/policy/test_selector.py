"""Which routes are meant: a star is any text, and everything else is itself."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.paths.maps import AT_ONCE, credential, drawn, route

from rescind.paths.policy.selector import Selector, any_fits, with_audiences

ME = credential("cookie:sid", AT_ONCE)


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("/me", "/me", True),
        ("/me", "/me/", False),
        ("/api/*", "/api/a/b", True),
        ("/api/*", "/api", False),
        ("*/edit", "^people/(?P<id>[0-9]+)/edit", True),
        ("/people/{id}", "/people/{id}", True),
        ("/people/[id]", "/people/i", False),
        ("/a?c", "/abc", False),
        ("*", "", True),
        ("/a*", "/a\nb", True),
    ],
)
def test_patterns(pattern: str, path: str, fits: bool) -> None:
    assert any_fits([pattern], path) is fits


@settings(max_examples=40)
@given(st.text(st.characters(exclude_characters="*"), max_size=20), st.text(max_size=5))
def test_text_without_a_star_fits_itself_alone(text: str, more: str) -> None:
    assert any_fits([text], text)
    assert any_fits([text], text + more) is (more == "")
    assert any_fits([f"{text}*"], text + more)


def test_many_stars_take_no_time() -> None:
    begin = process_time()
    assert not any_fits(["*" * 40 + "x"], "/" * 4_000)
    assert process_time() - begin < 5


def test_what_takes_any_method_is_touched_but_not_covered() -> None:
    """What is forgiven must be forgiven for the whole route; what is demanded holds for a part of it."""
    some = Selector(method=("GET",))
    takes_any = route("/me", ME, method="ANY")
    assert (some.covers(takes_any), some.touches(takes_any)) == (False, True)
    assert Selector(path=("/me",)).covers(takes_any)
    assert not some.touches(route("/me", ME, method="POST"))


def test_the_first_audience_that_fits() -> None:
    made = drawn(route("/api/a", ME), route("/enterprise/api/a", ME), route("/", ME), credentials=(ME,))
    rows = [("enterprise", Selector(path=("/enterprise/*",))), ("api", Selector(path=("*/api/*", "/api/*")))]
    assert [each.audience for each in with_audiences(made, rows).routes] == ["api", "enterprise", "user"]
