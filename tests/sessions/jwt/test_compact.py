"""The text of a token: one form, one spelling, one reading."""

from __future__ import annotations

import json
import string
from base64 import urlsafe_b64decode
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.sessions.jwt.forge import KEYS, b64, claims, forged, header

from rescind import Refused
from rescind.sessions.jwt.compact import (
    MAX_TOKEN,
    decode_segment,
    encode_segment,
    put_together,
    strict_json,
    take_apart,
)

KEY = KEYS["EdDSA"]
ALPHABET = string.ascii_letters + string.digits + "-_"
GOOD = forged(KEY, header(KEY))
HEAD, BODY, SIGNATURE = GOOD.split(".")


def refusal(text: str) -> str:
    with pytest.raises(Refused) as caught:
        take_apart(text)
    assert caught.value.code == "malformed"
    assert not any(len(part) > 3 and part in str(caught.value) for part in text.split("."))
    return caught.value.detail


def test_a_token_taken_apart() -> None:
    parts = take_apart(GOOD)
    assert (parts.alg, parts.kid) == ("EdDSA", KEY.kid)
    assert json.loads(parts.payload) == claims()
    assert parts.signing_input == f"{HEAD}.{BODY}".encode()
    assert encode_segment(parts.signature) == SIGNATURE
    assert SIGNATURE not in repr(parts)
    assert "ada" not in repr(parts)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "..",
        "a.b",
        "a.b.c.d",
        f"{GOOD}.",
        f".{GOOD}",
        f"{GOOD}.{SIGNATURE}",
        f"{HEAD}.{BODY}.",  # RFC 7515 A.5, an unsecured JWS
        f"{HEAD}..{SIGNATURE}",  # RFC 7515 F, detached content
        f"{HEAD}.{BODY}.{SIGNATURE}\n",  # `$` of a regular expression lets it through
        f"\n{GOOD}",
        f" {GOOD}",
        f"{GOOD} ",
        f"{GOOD}\x00",
        f"Bearer {GOOD}",
        f"{HEAD}.{BODY}.{SIGNATURE}=",  # standards 9: PyJWT, python-jose and jwcrypto accept it
        f"{HEAD}=.{BODY}.{SIGNATURE}",
        f"{HEAD}\u2024{BODY}\u2024{SIGNATURE}",  # one dot leader
        GOOD.replace("_", "/").replace("-", "+") + "+/",
        f"{HEAD}.{BODY}.{SIGNATURE[:-1]}\u0661",  # a digit, but no ASCII one
        f"{HEAD}.{BODY}.{SIGNATURE[:-1]}\ud800",
        json.dumps({"protected": HEAD, "payload": BODY, "signature": SIGNATURE}),  # RFC 7515 7.2.2
        json.dumps({"payload": BODY, "signatures": [{"protected": HEAD, "signature": SIGNATURE}]}),
        f"{GOOD},{GOOD}",
        f"{HEAD}.{BODY}.{SIGNATURE}.{BODY}.{SIGNATURE}",  # RFC 7516 7.1: five parts are a JWE
    ],
)
def test_another_form_than_the_compact_one(text: str) -> None:
    """RFC 8725bis 3.3 (compact form only), CVE-2022-39227 (format confusion), CVE-2026-102946 (JSON form)."""
    assert refusal(text) == "not three parts of base64url with dots between"


def test_long_text_is_not_looked_at() -> None:
    """CVE-2025-61920, CVE-2024-33664: no decoding before the size is known."""
    assert refusal("a" * (MAX_TOKEN + 1)) == "longer than 4096 characters"
    assert refusal(f"{HEAD}.{'A' * 1_000_000}.{SIGNATURE}") == "longer than 4096 characters"


@pytest.mark.parametrize("filling", ["", "x", "xx"])
@pytest.mark.parametrize("part", [0, 1, 2])
def test_bits_that_decode_to_nothing(part: int, filling: str) -> None:
    """RFC 4648 3.5: another last character, the same bytes, so a second text of the same token."""
    head, body = header(KEY, kid=f"k{filling}"), claims(sub=f"m{filling}")
    parts = forged(KEY, head, body).split(".")
    whole = parts[part]
    spare = {0: 0, 2: 15, 3: 3}[len(whole) % 4]  # further characters that decode to the same bytes
    twins = [
        ".".join([*parts[:part], whole[:-1] + last, *parts[part + 1 :]])
        for last in ALPHABET
        if last != whole[-1] and loosely(whole[:-1] + last) == loosely(whole)
    ]
    assert len(twins) == spare
    for twin in twins:
        assert refusal(twin) == "base64url in another spelling than the canonical one"


def loosely(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@settings(deadline=None)
@given(st.binary(max_size=40))
def test_bytes_have_one_text(raw: bytes) -> None:
    assert decode_segment(encode_segment(raw)) == raw


@settings(deadline=None)
@given(st.text("ABCDwxyz0189-_=+/ \n", max_size=12) | st.text(max_size=6))
def test_text_has_one_spelling(text: str) -> None:
    try:
        raw = decode_segment(text)
    except Refused:
        return
    assert encode_segment(raw) == text


@pytest.mark.parametrize(
    ("more", "source"),
    [
        ({"crit": ["exp"]}, "RFC 7515 4.1.11; CVE-2025-59420, CVE-2026-32597"),
        ({"crit": []}, "RFC 7515 4.1.11: an empty list is invalid"),
        ({"crit": ["b64"], "b64": False}, "RFC 7797 6"),
        ({"b64": False}, "RFC 7797 3: the signature would cover other bytes"),
        ({"b64": True}, "RFC 7797 3"),
        ({"zip": "DEF"}, "RFC 8725bis 3.8, CVE-2024-33664"),
        ({"jwk": {"kty": "oct", "k": "AAAA"}}, "RFC 7515 4.1.3; CVE-2026-27962, CVE-2018-0114"),
        ({"jku": "https://evil.example/keys"}, "RFC 7515 4.1.2; RFC 8725 3.10"),
        ({"x5u": "https://evil.example/cert"}, "RFC 7515 4.1.5; RFC 8725 3.10"),
        ({"x5c": ["MIIB"]}, "RFC 7515 4.1.6"),
        ({"x5t": "abc"}, "RFC 7515 4.1.7"),
        ({"x5t#S256": "abc"}, "RFC 7515 4.1.8"),
        ({"enc": "A256GCM"}, "RFC 8725bis 3.4: a JWE is no signed token"),
        ({"cty": "JWT"}, "RFC 7519 5.2: a nested token"),
        ({"iss": "https://shop.example"}, "RFC 7519 5.3: claims replicated in the header"),
        ({"p2c": 10**9}, "RFC 8725bis 3.7"),
    ],
)
def test_header_member_that_we_do_not_make(more: dict[str, Any], source: str) -> None:
    assert source
    assert refusal(forged(KEY, header(KEY, **more))) == "the header has other members than alg, kid and typ"


@pytest.mark.parametrize("missing", ["typ", "alg", "kid"])
def test_header_member_that_is_missing(missing: str) -> None:
    head = header(KEY)
    del head[missing]
    assert refusal(forged(KEY, head)) == "the header has other members than alg, kid and typ"


@pytest.mark.parametrize(
    "typ",
    [
        "JWT",
        "at+JWT",
        "AT+JWT",
        "application/at+jwt",
        "logout+jwt",
        "secevent+jwt",
        "dpop+jwt",
        "",
        None,
        1,
        [],
    ],
)
def test_another_kind_of_token(typ: object) -> None:
    """RFC 8725 3.11 and 3.12, RFC 9068 4: an ID token or a logout token is no access token."""
    assert refusal(forged(KEY, header(KEY, typ=typ))) == "typ is not at+jwt"


@pytest.mark.parametrize("value", [None, 7, True, ["EdDSA"], {"a": "b"}])
@pytest.mark.parametrize("name", ["alg", "kid"])
def test_header_values_that_are_no_text(name: str, value: object) -> None:
    assert refusal(forged(KEY, header(KEY, **{name: value}))) == "alg or kid is no text"


@pytest.mark.parametrize(
    ("head", "says"),
    [
        ('{"typ":"at+jwt","alg":"none","alg":"EdDSA","kid":"EdDSA-1"}', "a JSON member twice"),  # RFC 7515 4
        ('{"typ":"at+jwt","alg":"EdDSA","kid":"x","k\\u0069d":"EdDSA-1"}', "a JSON member twice"),
        ('["at+jwt"]', "not a JSON object"),
        ("null", "not a JSON object"),
        ('"typ"', "not a JSON object"),
        ('{"typ":"at+jwt"', "not JSON in UTF-8"),
        ('{"typ":"at+jwt"}{"alg":"none"}', "not JSON in UTF-8"),  # trailing data
        ("\ufeff{}", "not JSON in UTF-8"),  # RFC 8259 8.1: no byte order mark
        (b'{"typ":"\xff"}', "not JSON in UTF-8"),
        ('{"typ":"at+jwt"}'.encode("utf-16"), "not JSON in UTF-8"),  # RFC 8725 3.7 (UTF-8 only)
        (b"\xed\xa0\x80", "not JSON in UTF-8"),
        ("[" * 1500, "not JSON in UTF-8"),  # the parser's recursion limit
        ('{"a":' * 500, "not JSON in UTF-8"),
        ("{'typ':'at+jwt'}", "not JSON in UTF-8"),
        ('{"typ":NaN}', "a number that is not whole"),
        ('{"typ":-Infinity}', "a number that is not whole"),
        ('{"typ":1e400}', "a number that is not whole"),
        ('{"typ":1.0}', "a number that is not whole"),
        ('{"typ":9007199254740993}', "a number of too many digits"),  # 2**53 + 1, RFC 8259 6
        (f'{{"typ":{"9" * 1000}}}', "a number of too many digits"),
    ],
)
def test_json_with_two_readings_or_none(head: str | bytes, says: str) -> None:
    """RFC 7515 4, RFC 7519 4, RFC 8259 4 and 6, RFC 8725 2.4 (different parsers see different tokens)."""
    assert refusal(forged(KEY, head)) == says
    with pytest.raises(Refused, match=says):
        strict_json(head if isinstance(head, bytes) else head.encode())


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(1 - 10**14, 10**15 - 1) | st.text(max_size=8),
    lambda one: st.lists(one, max_size=3) | st.dictionaries(st.text(max_size=5), one, max_size=3),
)


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=5), json_values, max_size=5))
def test_what_is_strict_json_is_json(value: dict[str, Any]) -> None:
    assert strict_json(json.dumps(value).encode()) == value


@settings(deadline=None)
@given(st.binary(max_size=60) | st.text('{}[]":,0123456789.eE-+naNIfity \\u', max_size=40).map(str.encode))
def test_strict_json_refuses_or_agrees_with_the_ordinary_parser(raw: bytes) -> None:
    try:
        value = strict_json(raw)
    except Refused as refused:
        assert refused.code == "malformed"  # noqa: PT017
    else:
        assert value == json.loads(raw)


def test_what_is_put_together_comes_apart() -> None:
    said = {"sub": "Zoë ✓"}
    head = {"typ": "at+jwt", "alg": "EdDSA", "kid": "k"}
    parts = take_apart(f"{put_together(head, said)}.{b64(b'x')}")
    assert strict_json(parts.payload) == said
