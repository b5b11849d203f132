"""ASGI scopes and WSGI environs give the same facts."""

from __future__ import annotations

import io
from urllib.parse import quote, unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rescind.transport.message import RequestFacts, Response, from_environ, from_scope


def scope(**changes: object) -> dict[str, object]:
    plain: dict[str, object] = {
        "type": "http",
        "method": "post",
        "scheme": "https",
        "path": "/a b",
        "raw_path": b"/a%20b",
        "query_string": b"x=1&y=%2F",
        "headers": [(b"host", b"App.Example:8443"), (b"cookie", b"a=b")],
        "client": ("203.0.113.9", 5000),
    }
    return plain | changes


def environ(**changes: object) -> dict[str, object]:
    plain: dict[str, object] = {
        "REQUEST_METHOD": "POST",
        "wsgi.url_scheme": "https",
        "wsgi.input": io.BytesIO(),
        "SCRIPT_NAME": "",
        "PATH_INFO": "/a b",
        "QUERY_STRING": "x=1&y=%2F",
        "HTTP_HOST": "App.Example:8443",
        "HTTP_COOKIE": "a=b",
        "REMOTE_ADDR": "203.0.113.9",
        "SERVER_NAME": "internal",
        "CONTENT_TYPE": "",
    }
    return plain | changes


def test_both_servers_give_the_same_facts() -> None:
    expected = RequestFacts(
        method="POST",
        scheme="https",
        host="app.example:8443",
        target="/a%20b?x=1&y=%2F",
        headers=((b"host", b"App.Example:8443"), (b"cookie", b"a=b")),
        client="203.0.113.9",
    )
    assert from_scope(scope()) == expected
    assert from_environ(environ()) == expected


def test_a_websocket_handshake_is_a_get_of_the_scheme_it_was_upgraded_from() -> None:
    facts = from_scope(scope(type="websocket", scheme="wss"))
    assert (facts.method, facts.scheme, facts.websocket) == ("GET", "https", True)


def test_a_mounted_wsgi_application_keeps_its_prefix() -> None:
    assert from_environ(environ(SCRIPT_NAME="/app", QUERY_STRING="")).target == "/app/a%20b"


def test_a_query_is_not_taken_from_the_raw_path_as_well() -> None:
    assert from_scope(scope(raw_path=b"/a?x=1", query_string=b"x=1")).target == "/a?x=1"


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_the_target_restores_the_path(path: str) -> None:
    """Whatever a path holds, quoting it gives the same path and no second query or fragment."""
    wire = path.encode()
    for facts in (
        from_scope(scope(path="/" + path, raw_path=None, query_string=b"")),
        from_environ(environ(PATH_INFO="/" + wire.decode("latin-1"), QUERY_STRING="")),
    ):
        assert unquote_to_bytes(facts.target) == b"/" + wire
        assert not set(facts.target) & set("?# \\")


@pytest.mark.parametrize(
    "headers",
    [[], [(b"host", b"a.example"), (b"host", b"b.example")]],
    ids=["absent", "two hosts"],
)
def test_a_host_that_cannot_be_trusted_is_empty(headers: list[tuple[bytes, bytes]]) -> None:
    assert from_scope(scope(headers=headers)).host == ""


def test_a_header_with_two_values_has_a_value_that_no_rule_accepts() -> None:
    facts = from_scope(scope(headers=[(b"origin", b"https://a"), (b"origin", b"https://b")]))
    assert facts.one(b"origin") == ""
    assert from_scope(scope(headers=[(b"origin", b"x"), (b"origin", b"x")])).one(b"origin") == "x"
    assert facts.one(b"accept") is None


@pytest.mark.parametrize("client", [None, ("", 0), ["", None]])
def test_a_peer_without_an_address_is_none(client: object) -> None:
    assert from_scope(scope(client=client)).client is None
    assert from_environ(environ(REMOTE_ADDR="")).client is None


def test_a_response_speaks_asgi() -> None:
    answer = Response(200, (("content-type", "text/plain"),), b"x")
    assert answer.raw_headers() == [(b"content-type", b"text/plain")]
    assert answer.header("content-type") == "text/plain"
    assert answer.header("location") is None


def test_quote_is_what_a_browser_sends() -> None:
    assert from_scope(scope(raw_path=quote("/é").encode(), query_string=b"")).target == "/%C3%A9"
