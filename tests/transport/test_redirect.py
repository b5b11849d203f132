"""``next`` never leaves the origin: compared with a model of what a browser's URL parser does."""

from __future__ import annotations

from urllib.parse import parse_qs, unquote, urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rescind.transport.redirect import MAX_NEXT, is_safe_next, safe_next, with_next

BASE = "https://app.example/login"
HOST = "app.example"

HOSTILE = [
    "//", "//.", "/.//", "/.//.", "/a/..//",
    "//evil.example", "///evil.example", "////evil.example", "/\\evil.example", "\\\\evil.example",
    "\\/evil.example", "/\\/evil.example", "https:evil.example", "https:/evil.example",
    "https://evil.example", "http:evil.example", "HTTPS://evil.example", "https:\\\\evil.example",
    "https://app.example@evil.example", "//app.example@evil.example", "https://app.example",
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "blob:x",
    "/\t/evil.example", "\t//evil.example", "/\n/evil.example", "/\r/evil.example", "/\x00/evil.example",
    " //evil.example", " /ok", "/ok\r\nSet-Cookie: a=b", "/ok\nLocation: //evil.example",
    "/%09/evil.example", "%09//evil.example", "/%5cevil.example", "/%5Cevil.example", "/%2fevil.example",
    "/%2Fevil.example", "/%252fevil.example", "/%25252fevil.example", "/%0d%0aSet-Cookie:a=b",
    "/.//evil.example", "/..//evil.example", "/a/..//evil.example", "/./../..//evil.example",
    "/%2e//evil.example", "/%2e%2f/evil.example", "/a/%2e%2e//evil.example", "/\u2028/x", "/\x85/x",
    "/\x7f", "/\ud800", "", "ok", "./ok", "../ok", "?next=x", "#x", "/\x0b/evil.example", "x" * 10,
    "/" + "a" * MAX_NEXT,
]  # fmt: skip

FINE = [
    "/", "/a", "/a/b?x=1&y=2#z", "/a%20b", "/a?u=https://other.example/", "/a?u=//other.example", "/a#//x",
    "/a//b", "/é/ü", "/search?q=a%0Ab", "/a:b", "/@me", "/~x/", "/a/../b", "/a/.", "/.well-known/x",
    "/100%", "/a b", "/%F0%9F%98%80", "/next?next=%2F%2Fevil.example", "/" + "a" * (MAX_NEXT - 1),
]  # fmt: skip


def browser_host(reference: str, base: str = BASE) -> str | None:
    """Where a browser goes: the host after the steps of WHATWG URL 4.4, ``None`` for a scheme without one."""
    text = reference.strip("".join(map(chr, range(0x21))))
    for dropped in "\t\n\r":
        text = text.replace(dropped, "")
    own = urlsplit(base)
    scheme, colon, rest = text.partition(":")
    if (
        colon
        and scheme[:1].isalpha()
        and scheme.isascii()
        and scheme.replace("+", "").replace("-", "").replace(".", "").isalnum()
    ):
        if scheme.lower() not in {"http", "https", "ws", "wss", "ftp"}:
            return None
        if scheme.lower() == own.scheme and not rest.replace("\\", "/").startswith("//"):
            text = rest  # "special relative": https:path is a path of this origin
        else:
            return authority(rest.lstrip("/\\"))
    if text.replace("\\", "/").startswith("//"):
        return authority(text.lstrip("/\\"))
    return own.hostname


def authority(text: str) -> str:
    for end in "/\\?#":
        text = text.partition(end)[0]
    return text.rpartition("@")[2].partition(":")[0].lower()


def test_the_model_sees_what_browsers_do() -> None:
    """The oracle itself: a model that never says "evil" would prove nothing."""
    for reference in [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "https://app.example@evil.example",
    ]:
        assert browser_host(reference) == "evil.example", reference
    assert browser_host("https:ok") == HOST
    assert browser_host("javascript:x") is None
    assert browser_host("/ok//evil.example") == HOST


@pytest.mark.parametrize("target", HOSTILE)
def test_hostile(target: str) -> None:
    assert not is_safe_next(target)
    assert safe_next(target, "/home") == "/home"
    assert with_next("/login", target) == "/login"


@pytest.mark.parametrize("target", FINE)
def test_fine(target: str) -> None:
    assert is_safe_next(target)
    location = safe_next(target)
    assert location.isascii()
    assert unquote(location) == unquote(target)


PIECES = st.sampled_from(
    ["/", "//", "\\", ".", "..", "%2f", "%5c", "%09", "%2e", "%25", "\t", "\r\n", "@", ":", "?", "#",
     "evil.example", "https:", "javascript:", "app.example", " ", "é", "\u3000", "／", "%E3%80%82", "\x00",
     ";", "a"]
)  # fmt: skip


@given(
    st.lists(PIECES, max_size=12).map("".join)
    | st.lists(PIECES, max_size=10).map(lambda p: "/" + "".join(p))
    | st.text()
)
def test_a_location_never_leaves_the_origin(target: str) -> None:
    """V3.7.2, as sent, as decoded again by a proxy, and as normalised by one."""
    location = safe_next(target)
    assert location.isascii()
    assert not set(location) & set("\r\n\t\\ \x00")
    assert location.startswith("/")
    decoded = location
    for _ in range(4):
        assert browser_host(decoded) == HOST
        assert urlsplit(urljoin(BASE, decoded)).netloc == HOST
        decoded = unquote(decoded)
    path = urlsplit(urljoin(BASE, location)).path
    assert not path.startswith("//")


@given(st.lists(PIECES, max_size=8).map(lambda p: "/" + "".join(p)))
def test_next_survives_the_way_through_the_sign_in_page(target: str) -> None:
    """``with_next`` adds one parameter whose value is the target, and cannot add another."""
    url = with_next("/login?lang=en#form", target)
    parts = urlsplit(url)
    assert (parts.path, parts.fragment) == ("/login", "form")
    query = parse_qs(parts.query)
    assert query == ({"lang": ["en"], "next": [target]} if is_safe_next(target) else {"lang": ["en"]})


def test_no_target_is_the_default() -> None:
    assert safe_next(None) == "/"
    assert with_next("/login", None) == "/login"
    assert with_next("/login", "/a?b=c") == "/login?next=/a%3Fb%3Dc"
