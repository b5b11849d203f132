"""Sessions in memory: whatever falls out, what is found for a token is exactly what was stored for it."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.world import text_ids

from rescind._tokens import new_session_id
from rescind.model.principal import Standing
from rescind.model.revocation import Head
from rescind.model.session import Facts, SessionRecord
from rescind.revocation import cache as module
from rescind.revocation.cache import Cached, SessionCache, cached_record, public_session

HEAD = Head("b" * 32, 9)
FIELDS = tuple(name for name in Cached.__slots__ if name not in ("facts", "fresh_until", "mark"))


def stored(number: int, **facts: Any) -> tuple[bytes, Cached[str], str]:
    """Digest, record and principal of session ``number``: every fact differs from its neighbours'."""
    record = SessionRecord(
        id=f"{number:024x}",
        digest=hashlib.sha256(str(number).encode()).digest(),
        realm="default",
        principal_id=f"p{number}",
        birth=HEAD.birth,
        issued_seq=number % 9,
        method=f"m{number % 3}",
        created_at=1000 + number,
        auth_time=2000 + number,
        last_seen=3000 + number,
        expires_at=4000 + number,
        idle=None if number % 2 else 50 + number,
        credential_id=f"c{number % 5}" if number % 4 else None,
        client_id=f"app{number % 2}" if number % 3 else None,
    )
    standing = Standing(
        "default",
        record.principal_id,
        roles=(f"role{number % 7}",),
        tenant=f"t{number % 4}" if number % 5 else None,
    )
    session = public_session(text_ids(), record, standing)
    return (
        record.digest,
        cached_record(session, Facts(record, standing, HEAD), 1.5 + number),
        record.principal_id,
    )


def same(found: Cached[str], kept: Cached[str]) -> bool:
    return all(getattr(found, name) == getattr(kept, name) for name in FIELDS)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HOT", 8)


steps = st.lists(
    st.tuples(st.sampled_from(["put", "put", "get", "drop", "bury"]), st.integers(0, 40)), max_size=120
)


@settings(max_examples=120, deadline=None)
@given(
    script=steps,
    most=st.integers(1, 24),
    hot=st.sampled_from([2, 8, 64]),
    profiles=st.sampled_from([1, 3, 99]),
)
def test_what_is_found_is_what_was_stored(
    script: list[tuple[str, int]], most: int, hot: int, profiles: int
) -> None:
    """Mutation: profiles of one generation read with the numbers of another."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "HOT", hot)
        patch.setattr(module, "MAX_PROFILES", profiles)
        cache: SessionCache[str] = SessionCache(text_ids(), most)
        known: set[int] = set()
        for what, number in script:
            digest, record, principal = stored(number)
            if what == "put":
                cache.put(digest, record, principal)
                known.add(number)
            elif what in ("drop", "bury"):
                cache.drop(digest) if what == "drop" else cache.bury(digest, "revoked")
                known.discard(number)
            found = cache.get(digest)
            assert found is None or (number in known and same(found, record))
            by_id = cache.by_id(record.session.id)
            assert by_id is None or (number in known and same(by_id, record))
            assert len(cache) <= max(2, most)


@pytest.mark.usefixtures("small")
def test_two_tiers_keep_more_than_the_hot_one(monkeypatch: pytest.MonkeyPatch) -> None:
    cache: SessionCache[str] = SessionCache(text_ids(), 100)
    for number in range(50):
        cache.put(*stored(number))
    assert len(cache.hot) <= 4
    for number in range(50):
        digest, record, _ = stored(number)
        found = cache.get(digest)
        assert found is not None
        assert same(found, record)


@pytest.mark.usefixtures("small")
def test_what_fell_out_is_gone_not_wrong() -> None:
    cache: SessionCache[str] = SessionCache(text_ids(), 10)
    for number in range(100):
        cache.put(*stored(number))
    assert len(cache) <= 10
    assert cache.get(stored(0)[0]) is None
    assert cache.get(stored(99)[0]) is not None


def test_emptied_while_a_row_is_packed_no_roles_are_mixed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new birth empties the cache from another thread, between a profile's number and its row."""
    cache: SessionCache[str] = SessionCache(text_ids(), 100)
    digest, record, principal = stored(1)
    pack = module._pack

    def emptied_meanwhile(*args: Any) -> bytes:
        row = pack(*args)
        monkeypatch.setattr(module, "_pack", pack)
        cache.clear()
        return row

    monkeypatch.setattr(module, "_pack", emptied_meanwhile)
    cache.put(digest, record, principal)
    cache.put(*stored(2))
    cache.hot.clear()
    found = cache.get(digest)
    assert found is None or same(found, record)


def test_a_final_refusal_is_remembered_and_the_session_forgotten() -> None:
    cache: SessionCache[str] = SessionCache(text_ids(), 10)
    digest, record, principal = stored(1)
    cache.put(digest, record, principal)
    cache.bury(digest, "revoked")
    assert cache.dead(digest) == "revoked"
    assert cache.get(digest) is None
    assert cache.by_id(record.session.id) is None


@pytest.mark.parametrize("code", ["principal_disabled", "wrong_tenant", "idle", "store_unavailable"])
def test_what_can_change_is_not_remembered_as_final(code: Any) -> None:
    cache: SessionCache[str] = SessionCache(text_ids(), 10)
    cache.bury(b"d" * 32, code)
    assert cache.dead(b"d" * 32) is None


def test_the_dead_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "DEAD", 10)
    cache: SessionCache[str] = SessionCache(text_ids(), 10)
    for number in range(100):
        cache.bury(number.to_bytes(32), "revoked")
        assert sum(cache.dead(n.to_bytes(32)) is not None for n in range(100)) <= 10


def test_emptied_means_all_of_it() -> None:
    cache: SessionCache[str] = SessionCache(text_ids(), 10)
    digest, record, principal = stored(1)
    cache.put(digest, record, principal)
    cache.bury(b"d" * 32, "expired")
    cache.clear()
    assert len(cache) == 0
    assert cache.get(digest) is None
    assert cache.by_id(record.session.id) is None
    assert cache.dead(b"d" * 32) is None


def test_ids_are_of_the_application_again_when_they_come_from_the_cold_tier() -> None:
    from rescind.model.principal import PrincipalIds

    cache: SessionCache[int] = SessionCache(PrincipalIds(int), 10)
    record = SessionRecord(new_session_id(), b"d" * 32, "default", "42", HEAD.birth, 1, "m", 1, 1, 1, 2)
    standing = Standing("default", "42")
    facts = Facts(record, standing, HEAD)
    cache.put(
        record.digest, cached_record(public_session(PrincipalIds(int), record, standing), facts, 0.0), "42"
    )
    cache.hot.clear()
    found = cache.get(record.digest)
    assert found is not None
    assert found.session.principal_id == 42
