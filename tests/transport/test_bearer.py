"""Authorization is read whole or refused."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rescind._tokens import new_session_id, new_session_token
from rescind.transport.bearer import MAX_TOKEN_BYTES, Malformed, read_bearer

B64TOKEN = string.ascii_letters + string.digits + "-._~+/"


@given(
    st.text(B64TOKEN, min_size=1, max_size=100),
    st.integers(0, 2),
    st.sampled_from(["Bearer", "bearer", "bEARER"]),
)
def test_every_token_of_rfc_6750_is_read_in_any_case_of_the_scheme(
    token: str, pads: int, scheme: str
) -> None:
    token += "=" * pads
    assert read_bearer(f"{scheme} {token}".encode()) == token
    assert read_bearer(f" {scheme}   {token}\t".encode()) == token


def test_our_own_token_is_one() -> None:
    token = new_session_token(new_session_id())
    assert read_bearer(b"Bearer " + token.encode()) == token


@given(st.binary(max_size=60))
def test_anything_else_is_malformed_and_quotes_nothing(value: bytes) -> None:
    read = read_bearer(b"Bearer " + value)
    if isinstance(read, Malformed):
        assert read.source == "bearer"
        assert len(value) < 3 or value.decode("latin-1") not in repr(read)
    else:
        assert read.encode() == value.strip(b" \t")
        assert not set(read) - set(B64TOKEN + "=")


@pytest.mark.parametrize(
    "value",
    [
        b"", b"Bearer", b"Bearer ", b"Bearer  ", b"Basic dXNlcjpwYXNz", b"Negotiate abc", b"Bearertoken",
        b"token", b"Bearer a b", b"Bearer a,Bearer b", b"Bearer a, b", b"Bearer =", b"Bearer =a",
        b"Bearer a=b", b"Bearer\ta", b"Bearer a\x00", b"Bearer \xc3\xa9", b'Bearer "a"',
        b"Bearer a\r\nx: y", b"Digest a", b"B\xe9arer a",
    ],
)  # fmt: skip
def test_what_is_not_one_bearer_token_is_refused(value: bytes) -> None:
    assert isinstance(read_bearer(value), Malformed)


def test_the_length_is_capped_before_anything_is_decoded() -> None:
    """CVE-2025-61920."""
    longest = b"x" * (MAX_TOKEN_BYTES - len(b"Bearer "))
    assert read_bearer(b"Bearer " + longest) == longest.decode()
    assert read_bearer(b"Bearer " + longest + b"x") == Malformed("Authorization is too long", "bearer")
    assert isinstance(read_bearer(b"Bearer " + b"x" * 1_000_000), Malformed)
