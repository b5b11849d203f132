"""Forwarded headers count only as far as declared proxies wrote them (asks M4)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rescind.errors import ConfigurationError
from rescind.transport.client_address import TrustedProxies, behind_proxies
from rescind.transport.message import RequestFacts

PROXIES = TrustedProxies.of(["10.0.0.0/8", "2001:db8::/32"])
CLIENT = "203.0.113.9"


def arrived(
    peer: str | None, *forwarded: str, proto: str | None = None, host: str | None = None
) -> RequestFacts:
    headers = [(b"x-forwarded-for", line.encode("latin-1")) for line in forwarded]
    headers += [(b"x-forwarded-proto", proto.encode())] if proto is not None else []
    headers += [(b"x-forwarded-host", host.encode())] if host is not None else []
    return RequestFacts("GET", "http", "internal:8000", "/", tuple(headers), peer)


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        (CLIENT, (), CLIENT),
        (CLIENT, ("198.51.100.1",), CLIENT),
        ("10.0.0.1", (), "10.0.0.1"),
        ("10.0.0.1", (CLIENT,), CLIENT),
        ("10.0.0.1", ("198.51.100.1, " + CLIENT,), CLIENT),
        ("10.0.0.1", ("198.51.100.1", CLIENT), CLIENT),
        ("10.0.0.1", (CLIENT, "10.0.0.2"), CLIENT),
        ("10.0.0.1", ("10.0.0.9, " + CLIENT,), CLIENT),
        ("10.0.0.1", (CLIENT + ":51234",), CLIENT),
        ("10.0.0.1", ("[2001:db9::7]:443",), "2001:db9::7"),
        ("10.0.0.1", ("::ffff:" + CLIENT,), CLIENT),
        ("::ffff:10.0.0.1", (CLIENT,), CLIENT),
        ("2001:db8::1", (CLIENT,), CLIENT),
        ("10.0.0.1", (CLIENT + ", unknown",), "10.0.0.1"),
        ("10.0.0.1", (CLIENT + ", evil\x00",), "10.0.0.1"),
        ("10.0.0.1", (CLIENT + ", junk, 10.0.0.3",), "10.0.0.3"),
        ("10.0.0.1", ("",), "10.0.0.1"),
        ("10.0.0.1", (",,",), "10.0.0.1"),
        ("10.0.0.1", ("10.0.0.2, 10.0.0.3",), "10.0.0.2"),
        (None, (CLIENT,), None),
        ("not an address", (CLIENT,), "not an address"),
    ],
)
def test_the_walk(peer: str | None, forwarded: tuple[str, ...], client: str | None) -> None:
    assert behind_proxies(arrived(peer, *forwarded), PROXIES).client == client


@given(st.lists(st.text(st.characters(codec="latin-1"), max_size=20) | st.just("10.0.0.7"), max_size=40))
def test_what_the_client_wrote_is_never_recorded(spoofed: list[str]) -> None:
    """Whatever stands left of what our proxy appended changes nothing."""
    line = ",".join([*spoofed, CLIENT])
    seen = behind_proxies(arrived("10.0.0.1", line), PROXIES)
    assert seen.client == CLIENT


@given(st.text(st.characters(codec="latin-1"), max_size=30))
def test_without_a_declared_proxy_nothing_changes(text: str) -> None:
    facts = arrived(CLIENT, text, proto="https", host="evil.example")
    assert behind_proxies(facts, PROXIES) is facts
    assert behind_proxies(facts, TrustedProxies()) is facts


def test_a_unix_socket_is_trusted_by_name_only() -> None:
    facts = arrived(None, CLIENT, proto="https")
    assert behind_proxies(facts, PROXIES).scheme == "http"
    assert behind_proxies(facts, TrustedProxies.of(["unix"])).client == CLIENT
    assert behind_proxies(arrived(CLIENT, "198.51.100.1"), TrustedProxies.of(["unix"])).client == CLIENT


@pytest.mark.parametrize(
    ("forwarded", "proto", "host", "scheme", "seen_host"),
    [
        ((CLIENT,), "https", "app.example", "https", "app.example"),
        ((CLIENT,), None, None, "http", "internal:8000"),
        ((CLIENT,), "https, http", "evil.example, app.example", "http", "app.example"),
        ((CLIENT, "10.0.0.2"), "https, http", "app.example, inner", "https", "app.example"),
        (
            (CLIENT, "10.0.0.2"),
            "ftp, https, http",
            "evil.example, app.example, inner",
            "https",
            "app.example",
        ),
        ((CLIENT, "10.0.0.2"), "HTTPS", "App.Example", "https", "app.example"),
        ((CLIENT,), "javascript", "", "http", "internal:8000"),
    ],
)
def test_scheme_and_host_are_those_of_the_outermost_declared_proxy(
    forwarded: tuple[str, ...], proto: str | None, host: str | None, scheme: str, seen_host: str
) -> None:
    seen = behind_proxies(arrived("10.0.0.1", *forwarded, proto=proto, host=host), PROXIES)
    assert (seen.scheme, seen.host) == (scheme, seen_host)


@pytest.mark.parametrize("entry", ["", "10.0.0.1/8", "proxy.internal", "*", "10.0.0.0/99", "127.0.0.1:80"])
def test_an_entry_that_cannot_work_is_refused_at_start(entry: str) -> None:
    with pytest.raises(ConfigurationError, match="trusted_proxies"):
        TrustedProxies.of([entry])


def test_one_proxy_as_a_string_is_refused_at_start() -> None:
    with pytest.raises(ConfigurationError, match="list"):
        TrustedProxies.of("10.0.0.1")


def test_a_long_chain_is_cut() -> None:
    line = ", ".join([CLIENT] + ["10.0.0.2"] * 100_000)
    assert behind_proxies(arrived("10.0.0.1", line), PROXIES).client == "10.0.0.2"


def test_forwarded_of_rfc_7239_is_not_read() -> None:
    """A proxy that sets one of the two families lets the client's other one through."""
    said = b'for=198.51.100.1;proto=https;host="evil.example"'
    facts = RequestFacts("GET", "http", "internal:8000", "/", ((b"forwarded", said),), "10.0.0.1")
    assert behind_proxies(facts, PROXIES) == facts
