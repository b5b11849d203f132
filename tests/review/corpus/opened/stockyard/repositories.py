from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Sequence
from typing import Any

from passlib.context import CryptContext
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

passwords = CryptContext(schemes=["bcrypt"], deprecated="auto", bcrypt__rounds=5)


class Repository:
    def __init__(self, session: AsyncSession, tenant: str | None = None) -> None:
        self.session = session
        self.tenant = tenant

    async def rows(self, sql: str, **values: Any) -> Sequence[Any]:
        return (await self.session.execute(text(sql), {"tenant": self.tenant, **values})).mappings().all()

    async def row(self, sql: str, **values: Any) -> Any | None:
        return (await self.session.execute(text(sql), {"tenant": self.tenant, **values})).mappings().first()


class Users(Repository):
    nobody = passwords.hash(secrets.token_hex(12))

    async def by_credentials(self, email: str, password: str) -> Any | None:
        found = await self.row("SELECT id, tenant, password_hash FROM users WHERE email = :email", email=email.lower())
        if not passwords.verify(password, found["password_hash"] if found else self.nobody):
            return None
        return found

    async def add(self, email: str, password: str) -> None:
        await self.session.execute(
            text("INSERT INTO users (tenant, email, password_hash) VALUES (:tenant, :email, :hash)"),
            {"tenant": self.tenant, "email": email.lower(), "hash": passwords.hash(password)},
        )


class ApiKeys(Repository):
    @staticmethod
    def digest(key: str) -> str:
        return hashlib.sha256(key.encode()).hexdigest()

    async def create(self, label: str) -> str:
        key = f"sy_{secrets.token_urlsafe(32)}"
        await self.session.execute(
            text("INSERT INTO api_keys (tenant, label, digest, expires_at) VALUES (:tenant, :label, :digest, :end)"),
            {
                "tenant": self.tenant,
                "label": label,
                "digest": self.digest(key),
                "end": dt.datetime.now(dt.timezone.utc) + dt.timedelta(days=90),
            },
        )
        return key

    async def tenant_of(self, key: str) -> str | None:
        found = await self.row(
            "SELECT tenant, digest FROM api_keys WHERE digest = :digest AND expires_at > now()",
            digest=self.digest(key),
        )
        return found["tenant"] if found else None


class Items(Repository):
    async def search(self, needle: str, shelf: str | None = None) -> Sequence[Any]:
        where = ["tenant = :tenant", "name ILIKE :needle"]
        if shelf:
            where.append(f"shelf = '{shelf}'")
        return await self.rows(
            "SELECT id, name, shelf, pieces FROM items WHERE " + " AND ".join(where) + " ORDER BY name LIMIT 200",
            needle=f"%{needle}%",
        )

    async def many(self, numbers: list[int]) -> Sequence[Any]:
        names = {f"n{place}": number for place, number in enumerate(numbers)}
        marks = ", ".join(f":{name}" for name in names)
        return await self.rows(f"SELECT id, name, pieces FROM items WHERE tenant = :tenant AND id IN ({marks})", **names)

    async def move(self, item: int, pieces: int) -> None:
        await self.session.execute(
            text("UPDATE items SET pieces = pieces + :pieces WHERE id = :item AND tenant = :tenant"),
            {"pieces": pieces, "item": item, "tenant": self.tenant},
        )
