"""Sessions in memory, keyed by token digest.

Two tiers, because a million objects stall every full garbage collection for a tenth of a second while packed
rows are never looked at by the collector:

* *hot*: up to ``HOT`` records as objects, answered in well under a microsecond;
* *cold*: up to ``max_entries`` packed rows of about 100 bytes, unpacked into the hot tier on use.

Eviction is by two generations in each tier: a record that is used moves to the young generation; when the
young one is half of the bound, the old one is dropped. It costs no lock and no bookkeeping on a hit. A record
that falls out is read from the authority again: never a wrong answer, only a read.

The *dead* table remembers digests whose refusal is final (expired, revoked, superseded), so that an open tab
with a dead token costs no read. Standing is never final and never kept there.
"""

from __future__ import annotations

import threading
from struct import Struct
from typing import Generic

from rescind.errors import RefusalCode
from rescind.model.principal import P, PrincipalIds, Standing
from rescind.model.session import Facts, Session, SessionRecord, from_micros, to_micros
from rescind.revocation.index import Key, keys_of

HOT = 4096
DEAD = 65536
MAX_PROFILES = 65536
FINAL: frozenset[str] = frozenset({"expired", "revoked", "superseded"})

# id, issued_seq, stamp, created_at, auth_time, expires_at, last_seen, idle (-1: none), read_at, profile
_ROW = Struct("<12sqqqqqqqdI")
# method, roles, tenant, birth, client, credential, signing key
Profile = tuple[str, tuple[str, ...], str | None, str, str | None, str | None, str | None]


class Cached(Generic[P]):
    """One session in the hot tier. Mutable, but every change is a single attribute store.

    Attributes:
        mark: the view mark under which it was last found clean.
        fresh_until: lease clock, seconds: before it nothing needs a second look (expiry, touch, re-read).
        stamp: the head that was read with the row, in the same snapshot.
        read_at: lease clock, seconds.
        last_seen: microseconds since the epoch, as this process knows it.
        keys: under which log entries concern it.
        facts: the read that it was judged by; ``None`` for one from the cold tier.
        signing_key: the ``kid`` of the key that signed the token, if one did.
    """

    __slots__ = (
        "birth",
        "expires_at",
        "facts",
        "fresh_until",
        "idle",
        "issued_seq",
        "keys",
        "last_seen",
        "mark",
        "read_at",
        "session",
        "signing_key",
        "stamp",
    )

    def __init__(
        self,
        session: Session[P],
        *,
        birth: str,
        issued_seq: int,
        stamp: int,
        expires_at: int,
        idle: int | None,
        last_seen: int,
        read_at: float,
        keys: tuple[Key, ...],
        signing_key: str | None = None,
    ) -> None:
        self.session = session
        self.birth = birth
        self.issued_seq = issued_seq
        self.stamp = stamp
        self.expires_at = expires_at
        self.idle = idle
        self.last_seen = last_seen
        self.read_at = read_at
        self.keys = keys
        self.mark: object = None
        self.fresh_until = 0.0
        self.facts: Facts | None = None
        self.signing_key = signing_key


class Generation:
    """Packed rows with the profiles that they refer to: together, so that a row can never be read with the
    roles of another."""

    __slots__ = ("_numbers", "profiles", "rows")

    def __init__(self) -> None:
        self.rows: dict[int, bytes] = {}
        self.profiles: list[Profile] = []
        self._numbers: dict[Profile, int] = {}

    def number(self, profile: Profile) -> int:
        number = self._numbers.setdefault(profile, len(self.profiles))
        if number == len(self.profiles):
            self.profiles.append(profile)
        return number


class SessionCache(Generic[P]):
    """Bounded; reads take no lock, writes take one."""

    def __init__(self, ids: PrincipalIds[P], max_entries: int) -> None:
        self._ids = ids
        self._half = max(1, max_entries // 2)
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """Forget everything (a new birth, a fork)."""
        self.hot: dict[bytes, Cached[P]] = {}
        self._hot_old: dict[bytes, Cached[P]] = {}
        self._by_id: dict[str, bytes] = {}
        self._cold = Generation()
        self._cold_old = Generation()
        self._dead: dict[bytes, RefusalCode] = {}

    def renew_lock(self) -> None:
        """After a fork: the lock may have been held by a thread that does not exist here."""
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._cold.rows) + len(self._cold_old.rows)

    def get(self, digest: bytes) -> Cached[P] | None:
        found = self.hot.get(digest)
        if found is not None:
            return found
        found = self._hot_old.get(digest) or self._thaw(digest)
        if found is not None:
            self._heat(digest, found)
        return found

    def by_id(self, session_id: str) -> Cached[P] | None:
        """From the hot tier only; elsewhere the session is read."""
        digest = self._by_id.get(session_id)
        return None if digest is None else self.get(digest)

    def put(self, digest: bytes, record: Cached[P], principal: str) -> None:
        key = _cold_key(digest)
        with self._lock:
            cold = self._cold
            if len(cold.rows) >= self._half or len(cold.profiles) >= MAX_PROFILES:
                self._cold_old, self._cold = cold, Generation()
                cold = self._cold
            self._cold_old.rows.pop(key, None)
            # One generation for both, whatever ``clear()`` does meanwhile: a number means nothing elsewhere.
            cold.rows[key] = _pack(record, principal, cold)
        self._heat(digest, record)

    def drop(self, digest: bytes) -> None:
        key = _cold_key(digest)
        with self._lock:
            record = self.hot.pop(digest, None) or self._hot_old.pop(digest, None)
            if record is not None:
                self._by_id.pop(record.session.id, None)
            self._cold.rows.pop(key, None)
            self._cold_old.rows.pop(key, None)

    def bury(self, digest: bytes, code: RefusalCode) -> None:
        """Remember a final refusal; forget the session."""
        self.drop(digest)
        if code in FINAL:
            with self._lock:
                if len(self._dead) >= DEAD:
                    self._dead = {}
                self._dead[digest] = code

    def dead(self, digest: bytes) -> RefusalCode | None:
        return self._dead.get(digest)

    def _heat(self, digest: bytes, record: Cached[P]) -> None:
        with self._lock:
            if len(self.hot) >= HOT // 2:
                for one in self._hot_old.values():
                    self._by_id.pop(one.session.id, None)
                self._hot_old, self.hot = self.hot, {}
            self._hot_old.pop(digest, None)
            self.hot[digest] = record
            self._by_id[record.session.id] = digest

    def _thaw(self, digest: bytes) -> Cached[P] | None:
        key = _cold_key(digest)
        for generation in (self._cold, self._cold_old):
            row = generation.rows.get(key)
            if row is not None:
                return self._unpack(row, generation)
        return None

    def _unpack(self, row: bytes, generation: Generation) -> Cached[P]:
        raw_id, issued, stamp, created, auth, expires, seen, idle, read_at, number = _ROW.unpack_from(row)
        method, roles, tenant, birth, client, credential, signing_key = generation.profiles[number]
        session_id, principal = raw_id.hex(), row[_ROW.size :].decode()
        opened = from_micros(created)
        session = Session(
            session_id,
            self._ids.parse(principal),
            opened,
            opened if auth == created else from_micros(auth),
            from_micros(expires),
            method,
            roles,
            tenant,
            credential,
            client,
        )
        return Cached(
            session,
            birth=birth,
            issued_seq=issued,
            stamp=stamp,
            expires_at=expires,
            idle=None if idle < 0 else idle,
            last_seen=seen,
            read_at=read_at,
            keys=keys_of(session_id, principal, tenant, credential, client, signing_key=signing_key),
            signing_key=signing_key,
        )


def _pack(record: Cached[P], principal: str, generation: Generation) -> bytes:
    session = record.session
    profile: Profile = (
        session.method,
        session.roles,
        session.tenant,
        record.birth,
        session.client_id,
        session.credential_id,
        record.signing_key,
    )
    head = _ROW.pack(
        bytes.fromhex(session.id),
        record.issued_seq,
        record.stamp,
        to_micros(session.created_at),
        to_micros(session.auth_time),
        record.expires_at,
        record.last_seen,
        -1 if record.idle is None else record.idle,
        record.read_at,
        generation.number(profile),
    )
    return head + principal.encode()


def public_session(ids: PrincipalIds[P], record: SessionRecord, standing: Standing) -> Session[P]:
    """What applications see of a row and its standing."""
    return Session(
        id=record.id,
        principal_id=ids.parse(record.principal_id),
        created_at=from_micros(record.created_at),
        auth_time=from_micros(record.auth_time),
        expires_at=from_micros(record.expires_at),
        method=record.method,
        roles=standing.roles,
        tenant=standing.tenant,
        credential_id=record.credential_id,
        client_id=record.client_id,
    )


def cached_record(
    session: Session[P], facts: Facts, read_at: float, signing_key: str | None = None
) -> Cached[P]:
    """A record for the cache, stamped with the head of the snapshot that its row came from."""
    record = facts.record
    return Cached(
        session,
        birth=facts.head.birth,
        issued_seq=record.issued_seq,
        stamp=facts.head.seq,
        expires_at=to_micros(session.expires_at),  # a token's own end may come before the session's
        idle=record.idle,
        last_seen=record.last_seen,
        read_at=read_at,
        keys=keys_of(
            record.id,
            record.principal_id,
            session.tenant,
            record.credential_id,
            record.client_id,
            signing_key=signing_key,
        ),
        signing_key=signing_key,
    )


def _cold_key(digest: bytes) -> int:
    # 128 bits as an int take 16 bytes less than as bytes; nobody can choose a token's digest.
    return int.from_bytes(digest[:16])
