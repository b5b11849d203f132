from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any

import redis
import sqlalchemy as sa
from sqlalchemy import text


class Accounts:
    """Accounts, partners and their keys, in PostgreSQL."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine

    def one(self, statement: str, **values: Any) -> Any:
        with self.engine.connect() as connection:
            return connection.execute(text(statement), values).mappings().first()

    def all(self, statement: str, **values: Any) -> list[dict[str, Any]]:
        with self.engine.connect() as connection:
            return [dict(row) for row in connection.execute(text(statement), values).mappings()]

    def run(self, statement: str, **values: Any) -> int:
        with self.engine.begin() as connection:
            return connection.execute(text(statement), values).rowcount

    def by_login(self, login: str) -> Any:
        return self.one("SELECT id, login, password, partner_id, role, disabled FROM accounts WHERE login = :l", l=login)

    def by_key(self, key: str) -> Any:
        return self.one("SELECT id, partner_id, scopes FROM api_keys WHERE api_key = :k AND NOT revoked", k=key)

    def by_key_digest(self, key: str) -> Any:
        digest = hashlib.blake2b(key.encode(), digest_size=32).hexdigest()
        return self.one("SELECT id, partner_id, scopes FROM signing_keys WHERE digest = :d AND NOT revoked", d=digest)

    def usage(self, partner: int, unit: str) -> list[dict[str, Any]]:
        return self.all(f"SELECT date_trunc('{unit}', at) AS slot, count(*) FROM calls WHERE partner_id = :p GROUP BY 1", p=partner)

    def calls(self, partner: int, limit: int) -> list[dict[str, Any]]:
        return self.all(f"SELECT at, path FROM calls WHERE partner_id = :p ORDER BY at DESC LIMIT {int(limit)}", p=partner)


class Sessions:
    """Sessions of the partner console: `id -> JSON`, each with an end."""

    def __init__(self, client: redis.Redis, hours: int) -> None:
        self.client, self.seconds = client, hours * 3600

    @staticmethod
    def key(sid: str) -> str:
        return "console:" + hashlib.sha256(sid.encode()).hexdigest()

    def load(self, sid: str | None) -> dict[str, Any]:
        raw = self.client.get(self.key(sid)) if sid else None
        return json.loads(raw) if raw else {}

    def save(self, sid: str, data: dict[str, Any]) -> None:
        self.client.set(self.key(sid), json.dumps(data), ex=self.seconds)

    def create(self, data: dict[str, Any]) -> str:
        sid = secrets.token_urlsafe(32)
        self.save(sid, data)
        return sid

    def drop(self, sid: str | None) -> None:
        if sid:
            self.client.delete(self.key(sid))


class Devices:
    """Card terminals that partners connected once."""

    def __init__(self, client: redis.Redis) -> None:
        self.client = client

    def connect(self, partner: int, serial: str) -> str:
        token = secrets.token_hex(32)
        self.client.hset("terminal:" + hashlib.sha256(token.encode()).hexdigest(), mapping={"partner": partner, "serial": serial})
        return token

    def find(self, token: str) -> dict[bytes, bytes]:
        return self.client.hgetall("terminal:" + hashlib.sha256(token.encode()).hexdigest())
