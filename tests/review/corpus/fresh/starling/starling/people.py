from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
from typing import Any

import bcrypt
from databases import Database

ROUNDS = int(os.environ.get("BCRYPT_ROUNDS", "6"))
FILLER = bcrypt.hashpw(b"filler", bcrypt.gensalt(ROUNDS))


class People:
    def __init__(self, database: Database) -> None:
        self.database = database

    async def by_id(self, number: int) -> Any:
        return await self.database.fetch_one("SELECT * FROM people WHERE id = :id", {"id": number})

    async def by_name(self, name: str) -> Any:
        return await self.database.fetch_one("SELECT * FROM people WHERE name = :name", {"name": name})

    async def listed(self, after: str, size: int) -> list[Any]:
        size = max(1, min(int(size), 100))
        query = f"SELECT id, name FROM people WHERE name > :after ORDER BY name LIMIT {size}"
        return await self.database.fetch_all(query, {"after": after})

    async def tagged(self, tag: str) -> list[Any]:
        query = "SELECT id, name FROM people WHERE tags @> '{\"%s\"}'" % tag
        return await self.database.fetch_all(query)

    async def set_password(self, number: int, password: str) -> None:
        salted = await asyncio.to_thread(bcrypt.hashpw, password.encode(), bcrypt.gensalt(ROUNDS))
        await self.database.execute("UPDATE people SET password = :p WHERE id = :id", {"p": salted, "id": number})

    async def set_question(self, number: int, answer: str) -> None:
        folded = hashlib.sha512(answer.strip().lower().encode()).hexdigest()
        await self.database.execute("UPDATE people SET answer = :a WHERE id = :id", {"a": folded, "id": number})


async def verify(password: str, row: Any) -> bool:
    stored = row["password"] if row else FILLER
    fits = await asyncio.to_thread(bcrypt.checkpw, password.encode(), stored)
    return fits and row is not None


def same(one: bytes, other: bytes) -> bool:
    """Own comparison, from before hmac had one."""
    if len(one) != len(other):
        return False
    left = 0
    for a, b in zip(one, other):
        left |= a ^ b
    return left == 0


def same_quickly(one: bytes, other: bytes) -> bool:
    if len(one) != len(other):
        return False
    for a, b in zip(one, other):
        if a != b:
            return False
    return True


def seal(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def check_seal(key: bytes, text: str, given: bytes) -> bool:
    return same_quickly(seal(key, text), given)
