"""A million sessions in the cache: bytes each, and what a full collection costs more."""

from __future__ import annotations

import gc
import random
import statistics
import time

from bench.gate import Gate, Report, Row
from bench.measure import resident
from rescind._tokens import digest_of, new_session_id
from rescind.model.principal import PrincipalIds
from rescind.model.session import Session, from_micros
from rescind.revocation.cache import Cached, SessionCache
from rescind.revocation.index import keys_of


def run(count: int = 1_000_000) -> Report:
    """``count`` sessions, as the engine caches them; the newest few thousand are kept as objects."""
    gc.collect()
    small, before = collection(), resident()
    cache: SessionCache[str] = SessionCache(PrincipalIds(str), count * 2)
    chance, sample = random.Random(1), []
    for number in range(count):
        digest = fill(cache, number)
        if chance.random() < 0.002:
            sample.append(digest)
    gc.collect()
    each = (resident() - before) / count
    longer = collection() - small
    found = sum(cache.get(digest) is not None for digest in sample)
    begin = time.process_time()
    for digest in sample:
        cache.get(digest)
    again = (time.process_time() - begin) / len(sample)
    rows = [
        Row("sessions cached", f"{len(cache):,}", len(cache)),
        Row("memory each", f"{each:.0f} bytes", each),
        Row("a full collection takes longer by", f"{longer * 1e3:.2f} ms", longer),
        Row("look-up of a random one", f"{again * 1e6:.2f} us", again),
    ]
    gates = [
        Gate("bytes per cached session", each, at_most=250),
        Gate("full collection longer by ms", longer * 1e3, at_most=10),
        Gate("sessions found again", found / len(sample), at_least=1),
    ]
    return Report("memory", rows, gates)


def fill(cache: SessionCache[str], number: int) -> bytes:
    session_id, principal, now = new_session_id(), f"user-{number}", 1_800_000_000_000_000
    moment, until = from_micros(now), from_micros(now + 10**12)
    session = Session(session_id, principal, moment, moment, until, roles=("member",))
    record = Cached(
        session,
        birth="birth",
        issued_seq=1,
        stamp=1,
        expires_at=now + 10**12,
        idle=10**10,
        last_seen=now,
        read_at=1.0,
        keys=keys_of(session_id, principal, None, None, None),
    )
    digest = digest_of(session_id)
    cache.put(digest, record, principal)
    return digest


def collection() -> float:
    """Median CPU seconds of a full collection."""
    taken = []
    for _ in range(7):
        begin = time.process_time()
        gc.collect()
        taken.append(time.process_time() - begin)
    return statistics.median(taken)
