"""A person gets a page, a program gets JSON."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rescind.transport.message import RequestFacts
from rescind.transport.negotiate import answer_form, prefers_html

CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "html"),
    [
        ("", False),
        ("*/*", False),
        ("application/json", False),
        ("application/json, text/plain, */*", False),
        (CHROME, True),
        ("text/html", True),
        ("TEXT/HTML; charset=utf-8", True),
        ("text/*", True),
        ("text/html, */*; q=0.01", True),
        ("text/html, */*", True),
        ("application/xhtml+xml", True),
        ("text/html, application/json", True),
        ("application/json, text/html", False),
        ("application/json;q=0.9, text/html", True),
        ("application/json, text/html;q=0.9", False),
        ("application/problem+json, text/html;q=0.5", False),
        ("text/html;q=0", False),
        ("text/html;q=0, */*", False),
        ("text/html;q=x", False),
        ("text/html;q=-1", False),
        ("text/html;q=nan", False),
        ("*/*;q=1, text/html;q=0.1", False),
        ("image/png", False),
        (";;,,", False),
    ],
)
def test_what_accept_prefers(accept: str, html: bool) -> None:
    assert prefers_html(accept) is html


@given(st.text(st.characters(codec="latin-1"), max_size=60))
def test_any_accept_has_an_answer(accept: str) -> None:
    assert prefers_html(accept) in {True, False}


def asks(method: str = "GET", accept: str = CHROME, **headers: str) -> RequestFacts:
    lines = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return RequestFacts(method, "https", "app.example", "/", ((b"accept", accept.encode()), *lines))


@pytest.mark.parametrize(
    ("facts", "form"),
    [
        (asks(), "html"),
        (asks("HEAD"), "html"),
        (asks("POST"), "json"),
        (asks(accept="*/*"), "json"),
        (asks(authorization="Bearer t"), "json"),
        (asks(authorization="Basic t"), "json"),
        (asks(hx_request="true"), "htmx"),
        (asks("POST", hx_request="true"), "htmx"),
        (asks(hx_request="false"), "html"),
        (asks(hx_request="true", authorization="Bearer t"), "json"),
    ],
)
def test_the_form_of_the_answer(facts: RequestFacts, form: str) -> None:
    assert answer_form(facts) == form


def test_accept_in_two_lines_is_one_list() -> None:
    facts = RequestFacts("GET", "https", "a", "/", ((b"accept", b"image/png"), (b"accept", b"text/html")))
    assert answer_form(facts) == "html"
