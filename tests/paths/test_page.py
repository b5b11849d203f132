"""The page loads nothing, says what the map says, and no text of an application becomes a part of it."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.paths.maps import AT_ONCE, HOUR, NEVER, UNKNOWN, credential, drawn, route

from rescind.paths.comparing import compare
from rescind.paths.map import draw
from rescind.paths.model import Behaviour, Evidence, Map
from rescind.paths.page import headline, page
from rescind.paths.policy.configuration import Policy
from rescind.paths.policy.gate import judge

SID, BEARER = credential("cookie:sid", AT_ONCE, password=NEVER), credential("bearer", HOUR)
SHOP = drawn(
    route("/admin", SID, BEARER, audience="admin"), route("/me", SID), route("/"),
    route("/unread", protected=None, worst=UNKNOWN), credentials=(SID, BEARER),
)  # fmt: skip
HOSTILE = (
    "</script><script>alert(1)</script>", "\" onload=alert(1) x='", "<!--", "]]>", "{title}%s\\",
    "a\nb\x00\x1b[31m", "\u202eevil", "\ud800", "&lt;b&gt;", "<style>*{}</style>", "javascript:alert(1)",
)  # fmt: skip


class Read(HTMLParser):
    """Tags with their attributes, and the text of each ``td``, ``th`` and heading."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inside: dict[str, list[str]] = {}
        self._last = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._last = tag

    def handle_data(self, data: str) -> None:
        self.inside.setdefault(self._last, []).append(data)

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.tags)


def made(drawn_map: Map, policy: Policy | None = None) -> str:
    verdict = None if policy is None else judge(drawn_map, policy)
    return page(drawn_map, version="0.1.0", when="today", verdict=verdict)


def hostile(text: str) -> Map:
    """With a text wherever one can stand that comes from the application."""
    why = Behaviour("never", text)
    one = credential(text, why)
    one = type(one)(**{**vars(one), "evidence": (Evidence(text, 3, text),)})
    rows = [route(text, one, method=text, endpoint=text, file=text, line=3, audience=text, notes=(text,))]
    found = drawn(*rows, route(text, protected=None, worst=Behaviour("unknown", text)), credentials=(one,))
    return Map(
        text, "flask", found.credentials, found.routes, (text,), ({"file": text, "line": 1, "why": text},)
    )


def test_it_loads_nothing_and_lets_only_its_own_style_and_script_run() -> None:
    html = made(SHOP, Policy("rescind.toml"))
    read = Read(html)
    loads = [attrs for _, attrs in read.tags if {"src", "srcset", "action", "data"} & set(attrs)]
    links = [str(attrs["href"]) for _, attrs in read.tags if "href" in attrs]
    assert loads == [] and all(each.startswith("#") or each == "data:," for each in links)
    assert not any(name == "style" or name.startswith("on") for _, attrs in read.tags for name in attrs)
    (policy,) = [str(a["content"]) for t, a in read.tags if t == "meta" and "http-equiv" in a]
    for tag in ("style", "script"):
        (body,) = re.findall(f"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        assert f"{tag}-src 'sha256-{b64encode(sha256(body.encode()).digest()).decode()}'" in policy
    assert "unsafe" not in policy and "default-src 'none'" in policy


def test_what_it_says() -> None:
    html = made(SHOP, Policy("rescind.toml"))
    read = Read(html)
    assert read.inside["h1"][0] == "2 of 3 routes that ask for a credential cannot be shut at once"
    assert html.count("<tr data-audience=") == 4
    assert html.index('data-behaviour="unknown"') < html.index('data-behaviour="expiry"')  # the worst first
    assert 'data-behaviour="expiry" data-credentials="c0 c1"' in html
    assert '<small>new password: <span class="never">never</span></small>' in html  # worse than signing out
    assert "<small>disabled:" not in html
    assert "2 failures of rescind.toml" in html and "declare it in [[paths.public]]" in html
    assert 'aria-label="new password: admin 1 never; user 1 never' in html
    assert "Every route holds" in made(SHOP, Policy(unprotected="allowed", unknown="allowed"))


def test_what_changed() -> None:
    before = drawn(route("/me", SID), route("/old"), credentials=(SID,))
    slower = credential("cookie:sid", HOUR, password=NEVER)
    after = drawn(route("/me", slower), route("/<b>"), credentials=(slower,))
    told = page(after, version="1", when="x", difference=compare(before, after), old="old&.json")
    said = Read(told).inside
    assert "3 routes changed since old&.json, 1 for the worse" in said["h2"]
    assert {"worse: signed out", "at once", "1 h", "added", "removed"} <= {*said["td"]}
    assert "<b>" not in told and "GET /<b>" in said["code"]
    assert "Nothing changed since a" in page(
        after, version="1", when="x", difference=compare(after, after), old="a"
    )


def test_headlines() -> None:
    assert headline(drawn(route("/"))) == "None of 1 routes asks for a credential"
    assert headline(drawn(route("/me", SID), credentials=(SID,))).startswith("All 1 routes")


def test_names_are_there_for_who_does_not_see_it() -> None:
    """Each field has a label, each region and picture a name, each table its headings."""
    html = made(SHOP)
    read = Read(html)
    assert all(attrs.get("aria-label") for _, attrs in read.tags if attrs.get("role") in {"img", "region"})
    ids = {attrs.get("id") for tag, attrs in read.tags if tag == "input" and attrs.get("type") == "radio"}
    assert {attrs.get("for") for tag, attrs in read.tags if tag == "label" and "for" in attrs} == ids
    fields = re.findall(r"<label>[^<]+<(select|input)", html)
    assert len(fields) == read.count("select") + 1 == 4
    assert all(attrs.get("scope") for tag, attrs in read.tags if tag == "th")
    assert html.startswith('<!doctype html>\n<html lang="en">')


def test_texts_from_elsewhere_stay_texts() -> None:
    plain = Read(made(hostile("plain"), Policy("rescind.toml")))
    for text in HOSTILE:
        html = made(hostile(text), Policy("rescind.toml"))
        read = Read(html)
        assert [tag for tag, _ in read.tags] == [tag for tag, _ in plain.tags], text
        assert "\x1b" not in html and "\x00" not in html and "\u202e" not in html
        html.encode()


@settings(max_examples=15)
@given(st.text(max_size=30))
def test_whatever_a_route_is_called(text: str) -> None:
    html = made(hostile(f"x{text}"))
    assert [tag for tag, _ in Read(html).tags] == [tag for tag, _ in Read(made(hostile("x"))).tags]


def test_a_key_in_the_source_is_not_shown() -> None:
    folder = Path(__file__).parent / "applications" / "of_fastapi"
    found = draw("static_key.py", folder)
    assert found.credentials and "static_key" in {each.mechanism for each in found.credentials.values()}
    secret = re.search(r'^[A-Z_]*KEY[A-Z_]* = "(.+)"$', (folder / "static_key.py").read_text(), re.MULTILINE)
    assert secret is not None and secret[1] not in made(found) + str(found.to_dict("1"))


@pytest.mark.long
def test_ten_thousand_routes() -> None:
    some = drawn(*(route(f"/{number}", SID) for number in range(10_000)), credentials=(SID,))
    assert len(made(some)) < 8_000_000
