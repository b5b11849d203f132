"""The jar keeps, replaces, forgets, and follows the Secure rule."""

from __future__ import annotations

import pytest

from rescind.drill.client import Answer
from rescind.drill.consent import Endpoint, endpoints
from rescind.drill.cookies import Jar


def endpoint(base: str, address: str) -> Endpoint:
    return endpoints([base], allow={"shop.example"}, resolver=lambda host, port: [address])[0]


LOCAL = endpoint("http://localhost", "127.0.0.1")
PLAIN = endpoint("http://shop.example", "203.0.113.7")
TLS = endpoint("https://shop.example", "203.0.113.7")


def take(jar: Jar, *cookies: str, at: Endpoint = LOCAL) -> Jar:
    jar.take(Answer(200, tuple(("set-cookie", text) for text in cookies), b"", 0, 0), at)
    return jar


def test_cookies_are_kept_and_replaced() -> None:
    jar = take(Jar(), "a=1; Path=/; HttpOnly", "b=x=y; SameSite=Lax", "a=2", "", "noname", "=5")
    assert jar.header() == [("Cookie", "a=2; b=x=y")]
    assert (jar.get("a"), jar.get("c"), jar.names) == ("2", None, ["a", "b"])


@pytest.mark.parametrize(
    "deletion",
    ["a=; Max-Age=0", "a=gone; max-age=-1", "a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
     "a=; Max-Age=0; Expires=Fri, 01 Jan 2100 00:00:00 GMT"],
)  # fmt: skip
def test_deleted_cookies_are_forgotten(deletion: str) -> None:
    assert take(Jar(), "a=1", deletion).header() == []


@pytest.mark.parametrize(
    "kept",
            ["a=1; Max-Age=60", "a=1; Expires=Fri, 01 Jan 2100 00:00:00 GMT", "a=1; Expires=soon",
             "a=1; Max-Age=x",
             "a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT"],
)  # fmt: skip
def test_living_cookies_stay(kept: str) -> None:
    assert take(Jar(), kept).get("a") == "1"


def test_secure_cookies_need_https_or_this_machine() -> None:
    assert take(Jar(), "a=1; Secure", at=PLAIN).header() == []
    assert take(Jar(), "a=1; Secure", at=TLS).get("a") == "1"
    assert take(Jar(), "a=1; Secure", at=LOCAL).get("a") == "1"
    assert take(Jar(), "a=1", at=PLAIN).get("a") == "1"
