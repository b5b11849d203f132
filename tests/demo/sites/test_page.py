"""The page of all three frameworks: it leads to the others, and nothing on it is markup by accident."""

from __future__ import annotations

import json

import pytest
from tests.drill.test_picture import Outline

from rescind.demo.sites.page import ASKS, form, home
from rescind.demo.sites.places import PAGES

OTHERS = {"FastAPI": "http://localhost:1", "Flask": "http://localhost:2", "Django": "http://localhost:3"}


def outline(html: str) -> Outline:
    """Fields of a form are not closed, so what is open is not asked."""
    found = Outline()
    found.handle_endtag = lambda tag: None  # type: ignore[method-assign]
    found.feed(html)
    return found


@pytest.fixture(autouse=True)
def pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PAGES, json.dumps(OTHERS))


def test_the_form_posts_where_it_should_and_leads_to_the_others() -> None:
    seen = outline(form("Django", '<input type="hidden" name="csrf" value="t">'))
    assert [dict(attributes)["action"] for tag, attributes in seen.seen if tag == "form"] == ["/auth/sign-in"]
    assert [dict(attributes)["href"] for tag, attributes in seen.seen if tag == "a"] == [
        "http://localhost:1",
        "http://localhost:2",
    ]
    assert "csrf" in [attributes.get("name") for _, attributes in seen.seen]


def test_somebody_sees_who_they_are_and_a_button_for_each_thing_to_ask() -> None:
    seen = outline(home("Flask", "<ada>", "a&b"))
    text = " ".join(" ".join(seen.text).split())
    assert "notes in Flask" in text
    assert "<ada>" in text
    assert "a&b" in text
    asks = [attributes["data-ask"] for tag, attributes in seen.seen if tag == "button"]
    assert asks == [*ASKS.values(), ""]
