"""What one check costs, beside its floor, the raw read of its store, and JWT verification."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Callable
from hashlib import sha256
from itertools import cycle
from pathlib import Path

import jwt

from bench.gate import BenchFailed, Gate, Report, Row
from bench.measure import Case, interleave, pin
from rescind import Refused, Rescind
from rescind._clock import SECOND
from rescind._tokens import TOKEN_LENGTH, digest_of, new_session_id, new_session_token, session_id_of
from rescind.model.principal import Standing
from rescind.model.revocation import Head
from rescind.model.session import SessionRecord

ROUNDS = 40
MANY = 14_000
KEY = "k" * 32
RAW = "raw sqlite3 SELECT by primary key"
BARE = "leased check, without the counter"
ACCESS = "leased check of an access token (EdDSA)"


def run(rounds: int = ROUNDS, many: int = MANY) -> Report:
    """Pinned, interleaved, medians; see the gates for what must hold.

    Args:
        many: sessions that are checked in turn; more than the hot part of the cache holds.
    """
    pin()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "app.db"
        with (
            Rescind(f"sqlite:///{path}", lease=30, reread_every="1h") as auth,
            Rescind(
                f"sqlite:///{path}", lease=30, reread_every="1h", session_model="jwt", access_life="24h"
            ) as signed,
        ):
            cases = interleave([*make_cases(auth, path), make_access(signed)], rounds=rounds)
            # By itself: it walks through megabytes, and what is measured next would find cold CPU caches.
            cases |= interleave([make_many(auth, many)], rounds=rounds)
    return make_report(cases)


def make_cases(auth: Rescind[str], path: Path) -> list[Case]:
    issued = auth.sessions.start("ada")
    token = issued.token
    until_leased(auth, token)
    raw = sqlite3.connect(path, isolation_level=None)
    select = "SELECT * FROM rescind_session WHERE id = ?"
    floor = make_floor(token)
    claims = {
        "sub": "ada",
        "exp": int(time.time()) + 86400,
        "iat": int(time.time()),
        "jti": issued.session.id,
    }
    signed = jwt.encode(claims, KEY, algorithm="HS256")
    store, check, aio = auth.core.store, auth.check, auth.aio.check
    lease_only = make_lease_only(auth)
    return [
        Case("floor: digest, dict, clock", lambda: floor(token)),
        Case("leased check", lambda: check(token)),
        Case(BARE, lambda: lease_only(token)),
        Case("leased check, await", lambda: aio(token), is_async=True),
        Case("head read on every check", lambda: head_read(store.head, check, token), batch=20),
        Case("strict check", lambda: check(token, strict=True), batch=20),
        Case("strict check, await", lambda: aio(token, strict=True), is_async=True, batch=20),
        Case(RAW, lambda: raw.execute(select, (issued.session.id,)).fetchone(), batch=20),
        Case("PyJWT HS256 verify", lambda: jwt.decode(signed, KEY, algorithms=["HS256"]), batch=20),
    ]  # fmt: skip


def make_access(auth: Rescind[str]) -> Case:
    """A signed access token that was seen before."""
    token, check = auth.sessions.start("ada").token, auth.check
    until_leased(auth, token)
    if isinstance(check(token), Refused):
        raise BenchFailed("the access token is not accepted")
    return Case(ACCESS, lambda: check(token))


def make_many(auth: Rescind[str], count: int) -> Case:
    """More sessions than the hot part of the cache holds, all of them known."""
    tokens, check = insert_many(auth, count), auth.check
    for token in tokens:
        check(token)
    in_turn = cycle(tokens)
    return Case("leased check, of many tokens in turn", lambda: check(next(in_turn)))


def insert_many(auth: Rescind[str], count: int) -> list[str]:
    """Sessions of as many people, in one transaction; returns their tokens."""
    core, tokens = auth.core, [new_session_token(new_session_id()) for _ in range(count)]
    now, head, realm = core.time.now(), core.store.head(), auth.settings.realm
    with core.store.write() as unit:
        for number, token in enumerate(tokens):
            session_id = session_id_of(token)
            if session_id is None:
                raise BenchFailed("a new token is not of the form that is checked")
            person = f"p{number}"
            unit.put_standing(Standing(realm, person, updated_at=now))
            unit.insert_session(
                SessionRecord(
                    id=session_id, digest=digest_of(token), realm=realm, principal_id=person,
                    birth=head.birth, issued_seq=head.seq, method="password", created_at=now, auth_time=now,
                    last_seen=now, expires_at=now + 30 * 86_400 * SECOND,
                )
            )  # fmt: skip
    return tokens


def until_leased(auth: Rescind[str], token: str) -> None:
    """Check until the keeper has registered and the answer comes from memory."""
    deadline = time.monotonic() + 10
    while auth.core.worker.current(auth.core.clock.lease()) is None:
        auth.check(token)
        if time.monotonic() > deadline:
            raise BenchFailed("no lease within 10 s")


def make_floor(token: str) -> Callable[[str], object]:
    """What no check can do without: digest, look-up, clock."""
    table = {sha256(token.encode()).digest(): (object(), time.monotonic() + 3600)}

    def floor(presented: str) -> object | None:
        found = table.get(sha256(presented.encode()).digest())
        return found[0] if found is not None and time.monotonic() < found[1] else None

    return floor


def make_lease_only(auth: Rescind[str]) -> Callable[[str], object]:
    """``OpaqueChecks.check`` line by line, without the comparison of the counter."""
    checks = auth.core.checks
    worker, cache, now_of = checks._worker, checks._cache, checks._lease_now

    def check(token: str | None, tenant: str | None = None, touch: bool = True) -> object:
        view = worker.view
        now = now_of()
        if now < view.deadline and type(token) is str:
            if len(token) != TOKEN_LENGTH:
                return None
            digest = sha256(token.encode("utf-8", "surrogatepass")).digest()
            found = cache.hot.get(digest)
            if found is not None and found.mark is view.mark and now < found.fresh_until:
                worker.used = True
                session = found.session
                if tenant is None or session.tenant == tenant:
                    return session
        return checks.asker.run(checks.steps(token, tenant, touch))

    def public(
        token: str | None, *, strict: bool = False, tenant: str | None = None, touch: bool = True
    ) -> object:
        return None if strict else check(token, tenant, touch)

    return public


def head_read(head: Callable[[], Head], check: Callable[[str], object], token: str) -> object:
    """The variant without a counter: one read of the head per check."""
    return head(), check(token)


def make_report(cases: dict[str, Case]) -> Report:
    def ratio(one: str, other: str) -> float:
        return cases[one].median / cases[other].median

    rows = [Row(case.name, f"{case.microseconds:.2f} us", case.median) for case in cases.values()]
    gates = [
        Gate("leased check, times the floor", ratio("leased check", "floor: digest, dict, clock"), at_most=4),
        Gate("the counter, times the check without it", ratio("leased check", BARE), at_most=1.25),
        Gate("access token, times the leased check", ratio(ACCESS, "leased check"), at_most=1.2),
        Gate("PyJWT HS256, times the leased check", ratio("PyJWT HS256 verify", "leased check"), at_least=20),
        Gate("strict check, times a raw SELECT", ratio("strict check", RAW), at_most=1.5),
        Gate("leased check awaited, times plain", ratio("leased check, await", "leased check"), at_most=2),
        Gate("strict check awaited, times plain", ratio("strict check, await", "strict check"), at_most=1.5),
    ]  # fmt: skip
    return Report("check", rows, gates)
