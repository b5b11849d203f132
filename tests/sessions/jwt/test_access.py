"""Access tokens: what is believed of one. Each attack is named after where it was described or happened."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.sessions.jwt.forge import (
    AUDIENCE,
    CLAIMS,
    ISSUER,
    KEYS,
    NOW,
    SECRET,
    b64,
    claims,
    forged,
    header,
    text,
    tokens,
    with_hmac,
)

from rescind import Refused
from rescind.policy.refresh import LONGEST_ACCESS_LIFE
from rescind.sessions.jwt import jose
from rescind.sessions.jwt.access import LEEWAY, AccessTokens
from rescind.sessions.jwt.compact import decode_segment
from rescind.sessions.jwt.keys import admit, make_key

KEY = KEYS["EdDSA"]
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def refusal(token: str, believer: AccessTokens | None = None, now: int = NOW) -> str:
    with pytest.raises(Refused) as caught:
        (believer or tokens()).verify(token, now)
    assert caught.value.code == "malformed"
    message = f"{caught.value} {caught.value!r}"
    assert not any(len(part) > 3 and part in message for part in token.split("."))
    return caught.value.detail


@pytest.mark.parametrize("alg", KEYS)
def test_token_of_ours(alg: str) -> None:
    key = KEYS[alg]
    issued = tokens(key).issue(CLAIMS)
    assert tokens(key).verify(issued, NOW) == replace(CLAIMS, kid=key.kid)
    head, body, _ = issued.split(".")
    assert json.loads(decode_segment(head)) == {"typ": "at+jwt", "alg": key.alg, "kid": key.kid}
    assert json.loads(decode_segment(body)) == claims()


def test_client_is_said_when_there_is_one() -> None:
    named = replace(CLAIMS, client_id="cli")
    assert tokens().verify(tokens().issue(named), NOW).client_id == "cli"


def test_token_that_would_be_too_long_is_not_made() -> None:
    long = AccessTokens(admit([KEY], setting="s"), issuer="i" * 3000, audience=AUDIENCE)
    with pytest.raises(ValueError, match=r"an access token of \d+ characters; issuer and audience are too"):
        long.issue(CLAIMS)


def test_nothing_is_shown_that_could_be_presented() -> None:
    issued = tokens().issue(CLAIMS)
    assert issued.split(".")[2] not in repr(tokens())
    assert "signing_keys" not in repr(tokens())


# -- algorithms and keys ------------------------------------------------------------------------------------


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "noNe", "", "EdDSA ", "eddsa", "HS256\x00"])
def test_alg_none_in_every_spelling(alg: str) -> None:
    """RFC 8725 2.1 and 3.1; RFC 8725bis 3.1 (``noNE`` passed a block list)."""
    assert refusal(forged(KEY, header(KEY, alg=alg))) == "alg is not the algorithm of this key"
    unsigned = f"{b64(text(header(KEY, alg=alg)))}.{b64(text(claims()))}"
    assert refusal(f"{unsigned}.") == "not three parts of base64url with dots between"
    assert refusal(f"{unsigned}.AA") == "alg is not the algorithm of this key"


@pytest.mark.parametrize("published", ["EdDSA", "ES256"])
def test_public_key_as_hmac_secret(published: str) -> None:
    """RFC 8725 2.1, CVE-2022-29217, CVE-2024-33663, CVE-2024-37568: HS256 with what everybody can fetch."""
    key = KEYS[published]
    believer = tokens(key)
    jwk = key.public_jwk()
    native: Any = key.key.public_key
    secrets = [
        json.dumps(jwk).encode(),
        json.dumps(believer.keys.jwks()).encode(),
        jwk["x"].encode(),
        decode_segment(jwk["x"]),
        native.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        native.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).strip(),
        native.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        native.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH),
        b"",
        jose.thumbprint(key.key).encode(),
    ]
    for secret in secrets:
        for alg in ("HS256", "HS384", key.alg):
            says = refusal(with_hmac(secret, header(key, alg=alg)), believer)
            assert says in ("alg is not the algorithm of this key", "the signature does not verify")


@pytest.mark.parametrize("signed", KEYS)
@pytest.mark.parametrize("claimed", KEYS)
def test_another_algorithm_than_the_keys(signed: str, claimed: str) -> None:
    """RFC 8725bis 3.2: each key has exactly one algorithm; not even ``Ed25519`` is ``EdDSA``."""
    if signed == claimed:
        return
    token = forged(KEYS[signed], header(KEYS[signed], alg=claimed))
    assert refusal(token, tokens(KEYS[signed])) == "alg is not the algorithm of this key"


def test_signature_of_another_key() -> None:
    stranger = make_key("EdDSA", SECRET[::-1], kid=KEY.kid)
    assert refusal(forged(stranger, header(KEY))) == "the signature does not verify"


@pytest.mark.parametrize(
    "kid",
    [
        "",
        "other",
        "EdDSA-1 ",
        "../../dev/null",
        "/dev/null",
        "x' UNION SELECT 'key",
        "|id",
        "\x00",
        "EdDSA-1\n",
    ],
)
def test_kid_is_looked_up_and_nothing_else(kid: str) -> None:
    """RFC 8725 3.10: kid as a path, a query or a command."""
    assert refusal(forged(KEY, header(KEY, kid=kid))) == "no key of this kid"


def test_of_an_unknown_key_only_an_access_token_is_worth_a_refresh() -> None:
    """Its key may have been taken out of the settings: nothing is believed, and whoever can refreshes."""
    removed = make_key("ES256", SECRET, kid="removed")

    def renewable(token: str) -> bool:
        with pytest.raises(Refused) as caught:
            tokens().verify(token, NOW)
        return caught.value.renewable

    good = forged(removed, header(removed))
    assert renewable(good)
    for other in (
        forged(removed, header(removed, typ="JWT")),
        forged(removed, header(removed, crit=["b64"])),
        good + "=",
        good[:-1],
        forged(KEY, header(KEY), claims(iss="https://other.example")),
        forged(removed, header(KEY)),
    ):
        assert not renewable(other)


def test_one_key_of_a_set_does_not_answer_for_another() -> None:
    old = make_key("ES256", SECRET, kid="old")
    both = AccessTokens(admit([KEY, old], setting="s"), issuer=ISSUER, audience=AUDIENCE)
    assert both.verify(forged(old, header(old)), NOW).kid == "old"
    assert refusal(forged(old, header(KEY)), both) == "the signature does not verify"
    assert refusal(forged(KEY, header(old)), both) == "the signature does not verify"


def test_other_spelling_of_an_es256_signature() -> None:
    """Standards 9: PyJWT, python-jose, jwcrypto and joserfc accept ``n - s``, so one token had two texts."""
    believer = tokens(KEYS["ES256"])
    head, body, signature = believer.issue(CLAIMS).split(".")
    raw = decode_segment(signature)
    upper = raw[:32] + (ORDER - int.from_bytes(raw[32:], "big")).to_bytes(32, "big")
    assert jose.verify("ES256", KEYS["ES256"].key, f"{head}.{body}".encode(), upper)
    assert refusal(f"{head}.{body}.{b64(upper)}", believer) == "the signature does not verify"


def test_der_signature_where_a_raw_one_belongs() -> None:
    """RFC 7518 3.4: 64 bytes. DER has many encodings of one signature."""
    believer = tokens(KEYS["ES256"])
    head, body, signature = believer.issue(CLAIMS).split(".")
    raw = decode_segment(signature)
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    assert refusal(f"{head}.{body}.{b64(der)}", believer) == "the signature does not verify"


@pytest.mark.parametrize("alg", KEYS)
def test_parts_of_two_tokens(alg: str) -> None:
    believer = tokens(KEYS[alg])
    mine, theirs = believer.issue(CLAIMS), believer.issue(replace(CLAIMS, principal_id="root"))
    head, body, signature = mine.split(".")
    _, other_body, other_signature = theirs.split(".")
    assert refusal(f"{head}.{other_body}.{signature}", believer) == "the signature does not verify"
    assert refusal(f"{head}.{body}.{other_signature}", believer) == "the signature does not verify"
    assert refusal(f"{head}.{body}.{signature[: len(signature) // 2 * 2 - 2]}", believer) in (
        "the signature does not verify",
        "base64url in another spelling than the canonical one",
    )


# -- claims -------------------------------------------------------------------------------------------------

REQUIRED = ["iss", "aud", "sub", "sid", "jti", "iat", "exp", "auth_time", "birth", "seq"]


@pytest.mark.parametrize("name", REQUIRED)
def test_claim_that_is_missing(name: str) -> None:
    """RFC 9068 2.2, 4: PyJWT asks for exp only when told to; python-jose took a missing aud for a match."""
    assert refusal(forged(KEY, header(KEY), claims(**{name: None}))).startswith(name)


@pytest.mark.parametrize("value", [1790000300.0, "1790000300", True, [1790000300], {}, -1, 10**12])
@pytest.mark.parametrize("name", ["exp", "iat", "nbf", "auth_time", "seq"])
def test_times_and_numbers_that_are_none(name: str, value: object) -> None:
    """RFC 7519 2 allows fractions; we make none. A text compares as text, True as 1."""
    says = refusal(forged(KEY, header(KEY), claims(**{name: value})))
    assert says == "a number that is not whole" or says.startswith(f"{name} is missing or no whole number")


@pytest.mark.parametrize("value", ["", 7, True, [], {}, "a\nb", "a\x00", "\u202e", "x" * 256, "\ud800"])
@pytest.mark.parametrize("name", ["iss", "sub", "jti", "client_id"])
def test_text_that_is_none(name: str, value: object) -> None:
    """CVE-2021-42250: control characters forge log lines."""
    assert refusal(forged(KEY, header(KEY), claims(**{name: value}))).startswith(
        f"{name} is missing or no text"
    )


@pytest.mark.parametrize(
    "value", ["ABCDEF0123456789ABCDEF01", "0" * 23, "0" * 25, "0" * 23 + "\u0660", "0" * 24 + "x"]
)
@pytest.mark.parametrize("name", ["sid", "birth"])
def test_ids_of_another_form(name: str, value: str) -> None:
    says = refusal(forged(KEY, header(KEY), claims(**{name: value})))
    assert says == f"{name} does not have the form of one"


@pytest.mark.parametrize("issuer", ["https://evil.example", f"{ISSUER}/", ISSUER.upper(), f"{ISSUER}\u200b"])
def test_another_issuer(issuer: str) -> None:
    """RFC 8725 3.8; RFC 7519 2: StringOrURI is compared exactly, case and all."""
    says = refusal(forged(KEY, header(KEY), claims(iss=issuer)))
    assert says == "iss is another issuer" or says.startswith("iss is missing or no text")


@pytest.mark.parametrize(
    "audience",
    ["https://other.example", f"{AUDIENCE}/", AUDIENCE[:-1], f"{AUDIENCE} {ISSUER}", ["a"], [f"{AUDIENCE}/"]],
)
def test_another_audience(audience: object) -> None:
    """RFC 8725 3.9: a token for one service replayed at another; no prefix, no substring."""
    assert refusal(forged(KEY, header(KEY), claims(aud=audience))) == "aud names another audience"


@pytest.mark.parametrize(
    "audience", [[], {}, 7, [7], [AUDIENCE, 7], [[AUDIENCE]], {AUDIENCE: 1}, "", [AUDIENCE] * 17]
)
def test_audience_that_is_none(audience: object) -> None:
    assert refusal(forged(KEY, header(KEY), claims(aud=audience))).startswith("aud is missing or no text, or")


def test_one_of_several_audiences() -> None:
    """RFC 7519 4.1.3."""
    both = claims(aud=["https://other.example", AUDIENCE])
    assert tokens().verify(forged(KEY, header(KEY), both), NOW).principal_id == "ada"


def test_claims_that_we_do_not_know_are_ignored() -> None:
    """RFC 7519 4: a newer version beside this one may say more."""
    assert tokens().verify(forged(KEY, header(KEY), claims(roles=["admin"], realm="x")), NOW) == replace(
        CLAIMS, kid=KEY.kid
    )


@pytest.mark.parametrize(
    "body",
    [
        json.dumps(claims()).rstrip("}") + ',"sub":"root"}',
        json.dumps(claims()).rstrip("}") + ',"exp":99999999999}',
        json.dumps(claims()).rstrip("}") + ',"\\u0073ub":"root"}',
    ],
)
def test_claim_that_is_said_twice(body: str) -> None:
    """RFC 7519 4: PyJWT takes the last one; a gateway that takes the first sees another principal."""
    assert refusal(forged(KEY, header(KEY), body)) == "a JSON member twice"


def test_payload_that_is_no_object() -> None:
    for body in ("[]", "7", '"text"', "null", b"\xff", ""):
        assert refusal(forged(KEY, header(KEY), body)) in (
            "not a JSON object",
            "not JSON in UTF-8",
            "not three parts of base64url with dots between",
        )


@pytest.mark.parametrize("name", ["iat", "nbf"])
def test_not_valid_yet(name: str) -> None:
    ahead = claims(**{"exp": NOW + 3000, name: NOW + LEEWAY})
    assert tokens().verify(forged(KEY, header(KEY), ahead), NOW).principal_id == "ada"
    assert "more than 60 seconds from now" in refusal(forged(KEY, header(KEY), ahead), now=NOW - 1)


def test_expired_token_is_genuine_and_the_caller_judges_its_end() -> None:
    """There is no leeway for exp, and joserfc's own decode() does not look at it."""
    assert tokens().verify(forged(KEY, header(KEY)), NOW + 10**6).expires_at == NOW + 300


@pytest.mark.parametrize("life", [0, -1, LONGEST_ACCESS_LIFE + 1])
def test_life_that_is_none_or_too_long(life: int) -> None:
    says = refusal(forged(KEY, header(KEY), claims(exp=NOW + life)))
    assert says == "a life that is not between 1 and 86400 seconds"


anything = st.none() | st.booleans() | st.integers(-5, 10**14) | st.floats() | st.text(max_size=30)


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from([*REQUIRED, "nbf", "client_id", "x"]),
        anything | st.lists(st.text(max_size=5), max_size=2),
        max_size=12,
    )
)
def test_whatever_is_signed_the_answer_is_claims_or_malformed(said: dict[str, Any]) -> None:
    token = forged(KEY, header(KEY), json.dumps(claims() | said).encode())
    try:
        believed = tokens().verify(token, NOW)
    except Refused as refused:
        assert refused.code == "malformed"  # noqa: PT017
    else:
        assert believed.expires_at - believed.issued_at <= LONGEST_ACCESS_LIFE
        assert believed.issued_at <= NOW + LEEWAY
