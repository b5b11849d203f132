"""Malformed input: only a refusal, nothing accepted, no store asked, and no secret anywhere."""

from __future__ import annotations

import logging
import random
import re
import string
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.world import Spy, World, code, spy_of

from rescind import Refused, Rescind, Session
from rescind._tokens import (
    CHECKSUM_LENGTH,
    SECRET_LENGTH,
    SESSION_PREFIX,
    TOKEN_LENGTH,
    checksum,
    digest_of,
    jitter,
    new_id,
    new_session_id,
    new_session_token,
    session_id_of,
)
from rescind.testing import FakeClock

QUICK, LARGE = 4_000, 100_000
LETTERS = string.ascii_letters + string.digits + "-_.=+/ \n\x00é٣\ud800"


def secret_of(token: str) -> str:
    return token[len(SESSION_PREFIX) + 25 : -CHECKSUM_LENGTH]


def test_the_shape_of_a_token() -> None:
    session_id = new_session_id()
    token = new_session_token(session_id)
    assert re.fullmatch(r"rsc_s_[0-9a-f]{24}\.[A-Za-z0-9_-]{49}", token, re.ASCII)
    assert len(token) == TOKEN_LENGTH == 80
    assert session_id_of(token) == session_id
    assert len(secret_of(token)) == SECRET_LENGTH


def test_nothing_repeats() -> None:
    for make in (new_id, new_session_id, lambda: new_session_token("0" * 24)):
        assert len({make() for _ in range(2000)}) == 2000


def test_the_digest_is_of_the_whole_text() -> None:
    """No second spelling: base64 has spare bits in its last character, the digest has none."""
    token = new_session_token(new_session_id())
    assert len(digest_of(token)) == 32
    assert digest_of(token) != digest_of(token[:-1] + ("A" if token[-1] != "A" else "B"))
    assert digest_of("\ud800")


def test_jitter_stays_within_its_bounds() -> None:
    seen = [jitter(0.2, 0.3) for _ in range(1000)]
    assert 0.2 <= min(seen) < 0.21
    assert 0.29 < max(seen) <= 0.3


@given(st.text(max_size=200))
def test_no_text_is_taken_for_a_token(text: str) -> None:
    assert session_id_of(text) is None


@given(st.text(alphabet=string.ascii_letters + string.digits + "-_", min_size=43, max_size=43))
def test_a_right_checksum_is_no_defence_and_is_not_taken_for_one(secret: str) -> None:
    """Whoever can make a token can make its checksum: it must still be unknown to the store."""
    body = f"{SESSION_PREFIX}{'0' * 24}.{secret}"
    with Rescind("memory://", clock=FakeClock()) as auth:
        assert code(auth.check(body + checksum(body))) == "revoked"


def mutated(token: str, chance: random.Random) -> str:
    """One token with one to three small changes."""
    text = token
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(text))
        kind = chance.randrange(6)
        if kind == 0:
            text = text[:at] + chance.choice(LETTERS) + text[at + 1 :]
        elif kind == 1:
            text = text[:at] + text[at + 1 :] or "x"
        elif kind == 2:
            text = text[:at] + chance.choice(LETTERS) + text[at:]
        elif kind == 3:
            text = text[:at] + text[at:].swapcase()
        elif kind == 4:
            other = chance.randrange(len(text))
            low, high = min(at, other), max(at, other)
            text = (
                text[:low]
                + text[high : high + 1]
                + text[low + 1 : high]
                + text[low : low + 1]
                + text[high + 1 :]
            )
        else:
            text = text[: at + 1] * 2
    return text


def attack(auth: Rescind[Any], token: str, count: int) -> None:
    spy, chance = spy_of(auth), random.Random(7)
    secret = secret_of(token)
    for _ in range(count):
        text = mutated(token, chance)
        if text == token:
            continue
        spy.calls.clear()
        refused = auth.check(text, strict=chance.random() < 0.2)
        assert isinstance(refused, Refused), "accepted"
        if session_id_of(text) is None:
            assert refused.code in ("malformed", "missing")
            assert spy.quiet(), "a store was asked about a token with a wrong checksum"
        assert not leaks(refused, text, secret)


def leaks(refused: Refused, text: str, secret: str) -> bool:
    """Whether anything of what was presented is in the refusal."""
    said = f"{refused} {refused!r} {refused.args!r} {vars(refused)!r}"
    return secret in said or (len(text) > 12 and text[-12:] in said)


def test_mutated_tokens(world: World, caplog: pytest.LogCaptureFixture) -> None:
    auth = world.engine(spy=True)
    token = auth.sessions.start("ada").token
    assert code(auth.check(token)) == "live"
    with caplog.at_level(logging.DEBUG):
        attack(auth, token, QUICK)
    assert secret_of(token) not in caplog.text
    assert code(auth.check(token)) == "live"


@pytest.mark.long
def test_a_hundred_thousand_mutated_tokens(world: World, caplog: pytest.LogCaptureFixture) -> None:
    auth = world.engine(spy=True)
    token = auth.sessions.start("ada").token
    with caplog.at_level(logging.INFO):
        attack(auth, token, LARGE)
    assert secret_of(token) not in caplog.text


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(
        st.none(), st.text(), st.binary(), st.integers(), st.floats(), st.lists(st.text()), st.booleans(),
        st.from_regex(r"rsc_s_[0-9a-f]{24}\.[A-Za-z0-9_-]{49}", fullmatch=True),
    )
)  # fmt: skip
def test_whatever_is_presented_is_refused_without_a_store(presented: Any) -> None:
    spy = Spy(Rescind("memory://").core.store)
    auth: Rescind[Any] = Rescind(store=spy.as_store, clock=FakeClock())
    for strict in (False, True):
        refused = auth.check(presented, strict=strict)
        assert isinstance(refused, Refused)
        assert refused.code == ("missing" if presented in (None, "") else "malformed")
    assert spy.quiet() or session_id_of(presented) is not None


@pytest.mark.parametrize("strict", [False, True])
def test_a_megabyte_is_refused_without_reading_it(world: World, strict: bool) -> None:
    """Constant work: only the length of it is looked at."""

    looks: list[str] = []

    class Measured(str):
        __slots__ = ()

        def encode(self, *args: Any, **kwargs: Any) -> bytes:
            looks.append("looked")
            return super().encode(*args, **kwargs)

        def __getitem__(self, key: Any) -> str:
            looks.append("looked")
            return super().__getitem__(key)

    auth = world.engine(spy=True)
    token = auth.sessions.start("ada").token
    spy_of(auth).calls.clear()
    for text in (token * 13000, "x" * 1_000_000, token + "\n" * 1_000_000):
        assert code(auth.check(text, strict=strict)) == "malformed"
        assert code(auth.check(Measured(text), strict=strict)) == "malformed"
    assert looks == []
    assert spy_of(auth).quiet()


def test_secrets_are_in_no_repr_no_row_and_no_log(world: World, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        auth = world.engine()
        issued = auth.sessions.start("ada")
        session = auth.check(issued.token)
        assert isinstance(session, Session)
        receipt = auth.revoke(session=session, reason="for a test")
        refused = auth.check(issued.token)
        facts = auth.core.store.facts(session.id)
        trail = auth.core.store.audit_events("default", limit=9)
    secret = secret_of(issued.token)
    for told in (issued, session, receipt, receipt.to_dict(), refused, facts, trail, auth, auth.core.cache):
        assert secret not in repr(told) + str(told)
    assert secret not in caplog.text
    if world.kind == "sqlite":
        files = [path for path in world.path.parent.iterdir() if path.is_file()]
        assert all(secret.encode() not in path.read_bytes() for path in files)
