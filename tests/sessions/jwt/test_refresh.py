"""Refresh tokens: derived, recognised, and of one spelling."""

from __future__ import annotations

import random
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rescind._tokens import checksum, digest_of, new_session_id, new_session_token
from rescind.credentials.keyring import Keyring
from rescind.sessions.jwt.refresh import LONGEST, RefreshTokens
from rescind.sessions.minting import PresentedRefresh

OLD, NEW = "an-old-secret-of-thirty-two-bytes", "0123456789abcdefghijklmnopqrstuvwxyz"
ID = "0123456789abcdef01234567"
TOKENS = RefreshTokens(Keyring([NEW]), "default")


def test_a_token_of_ours() -> None:
    text = TOKENS.make(ID, 7)
    assert text.startswith(f"rsc_r_{ID}.7.")
    assert TOKENS.read(text) == PresentedRefresh(ID, 7)
    assert TOKENS.make(ID, 7) == text
    assert text not in repr(TOKENS)
    assert NEW not in repr(TOKENS)
    assert len(TOKENS.make(ID, 9_999_999_999)) == LONGEST
    assert TOKENS.read(TOKENS.make(ID, 9_999_999_999)) == PresentedRefresh(ID, 9_999_999_999)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["default", "default|1", "a", "a|b"]), st.integers(1, 10**9)), max_size=6
    )
)
def test_realms_sessions_and_generations_have_tokens_of_their_own(those: list[tuple[str, int]]) -> None:
    made = {RefreshTokens(Keyring([NEW]), realm).make(ID, generation) for realm, generation in those}
    assert len(made) == len(set(those))


def test_token_of_another_realm_secret_or_purpose_is_not_genuine() -> None:
    text = TOKENS.make(ID, 7)
    assert RefreshTokens(Keyring([NEW]), "other").read(text) is None
    assert RefreshTokens(Keyring([OLD]), "default").read(text) is None
    assert TOKENS.read(new_session_token(ID)) is None


def test_change_of_secret() -> None:
    before, both = RefreshTokens(Keyring([OLD]), "default"), RefreshTokens(Keyring([NEW, OLD]), "default")
    text = before.make(ID, 7)
    assert both.read(text) == PresentedRefresh(ID, 7)
    # A worker with the old list and one with the new one answer alike: the digest says which was handed out.
    assert both.make(ID, 7) != text
    assert both.again(ID, 7, digest_of(text)) == text
    assert both.again(ID, 7, digest_of(both.make(ID, 7))) == both.make(ID, 7)
    assert TOKENS.again(ID, 7, digest_of(text)) is None


@pytest.mark.parametrize(
    "text",
    [None, 7, b"rsc_r_", "", "x" * 10_000, "rsc_r_", f"rsc_r_{ID}.1.", f"rsc_s_{ID}.1", "\ud800", "é" * 80],
)
def test_junk(text: object) -> None:
    assert TOKENS.read(text) is None


def test_generation_has_one_spelling() -> None:
    _, _, secret = TOKENS.make(ID, 7).split(".")
    for written in ("07", "+7", "7 ", "٧", "-7", "0", "7.0", "7_0", "9" * 11):
        body = f"rsc_r_{ID}.{written}.{secret[:43]}"
        if body.isascii():
            assert TOKENS.read(body + checksum(body)) is None
        assert TOKENS.read(f"{body}{secret[43:]}") is None


def run(count: int, seed: int) -> None:
    dice, alphabet = random.Random(seed), string.ascii_letters + string.digits + "-_.= \n"
    good = TOKENS.make(new_session_id(), 3)
    for _ in range(count):
        place = dice.randrange(len(good))
        text = dice.choice(
            [
                good[:place] + dice.choice(alphabet) + good[place + 1 :],
                good[:place] + dice.choice(alphabet) + good[place:],
                good[:place] + good[place + dice.randrange(1, 5) :],
            ]
        )
        body = text[:-6]
        for one in (text, body + checksum(body)):  # its checksum anybody can mend
            assert (TOKENS.read(one) is None) == (one != good)


def test_a_changed_token_is_refused() -> None:
    run(3000, seed=1)


@pytest.mark.long
def test_a_hundred_thousand_changed_tokens_are_refused() -> None:
    run(100_000, seed=2)
