from __future__ import annotations

import abc
import hashlib
import logging
import operator
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from secrets import compare_digest

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Stored:
    ident: str
    digest: str
    scopes: frozenset[str]
    until: datetime | None = None


class Scheme(abc.ABC):
    @abc.abstractmethod
    def digest(self, key: str) -> str: ...

    def same(self, key: str, stored: Stored) -> bool:
        return compare_digest(self.digest(key), stored.digest)


class Sha256Scheme(Scheme):
    def digest(self, key: str) -> str:
        return hashlib.sha256(key.encode()).hexdigest()


class KeyedScheme(Scheme):
    def __init__(self, secret: bytes) -> None:
        self.secret = secret

    def digest(self, key: str) -> str:
        return blake2b(key.encode(), key=self.secret, digest_size=32).hexdigest()

    def same(self, key: str, stored: Stored) -> bool:
        return operator.eq(self.digest(key), stored.digest)


class PassphraseScheme(Scheme):
    """For keys that people choose themselves."""

    def digest(self, key: str) -> str:
        return blake2b(key.encode(), digest_size=32).hexdigest()


class ApiKeys:
    def __init__(self, scheme: Scheme, rows: Iterable[Stored] = ()) -> None:
        self.scheme = scheme
        self.rows = {row.ident: row for row in rows}

    def issue(self, scopes: Iterable[str], days: int = 90) -> tuple[Stored, str]:
        ident, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
        stored = Stored(ident, self.scheme.digest(secret), frozenset(scopes), datetime.now(UTC) + timedelta(days=days))
        self.rows[ident] = stored
        log.info("issued key %s with scopes %s", ident, sorted(stored.scopes))
        return stored, f"vg_{ident}_{secret}"

    def issue_for_partner(self, partner: str) -> str:
        ident, secret = partner.lower(), secrets.token_urlsafe(32)
        until = datetime.now(UTC) + timedelta(days=365)
        self.rows[ident] = Stored(ident, self.scheme.digest(secret), frozenset({"partner"}), until)
        key = f"vg_{ident}_{secret}"
        log.info("issued %s for %s", key, partner)
        return key

    def find(self, key: str) -> Stored | None:
        _, ident, secret = key.split("_", 2)
        stored = self.rows.get(ident)
        if stored is None or (stored.until and stored.until < datetime.now(UTC)):
            return None
        return stored if self.scheme.same(secret, stored) else None

    def find_by_digest(self, key: str) -> Stored | None:
        wanted = self.scheme.digest(key)
        for row in self.rows.values():
            if row.digest.startswith(wanted[:8]) and row.digest == wanted:
                return row
        return None

    def revoke(self, ident: str) -> bool:
        return self.rows.pop(ident, None) is not None
