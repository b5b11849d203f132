from __future__ import annotations

import asyncio
import logging
import secrets
from dataclasses import dataclass
from typing import Any

from psycopg import AsyncConnection, sql
from psycopg.rows import class_row
from pwdlib import PasswordHash

log = logging.getLogger(__name__)
hasher = PasswordHash.recommended()
NOBODY = hasher.hash(secrets.token_hex(8))


@dataclass
class Clerk:
    id: int
    name: str
    phone: str
    hash: str
    is_manager: bool = False


class Repo:
    def __init__(self, connection: AsyncConnection[Any], sms: Any) -> None:
        self.connection, self.sms = connection, sms

    async def clerk(self, number: int) -> Clerk | None:
        async with self.connection.cursor(row_factory=class_row(Clerk)) as cursor:
            await cursor.execute("SELECT * FROM clerks WHERE id = %s", (number,))
            return await cursor.fetchone()

    async def named(self, name: str) -> Clerk | None:
        async with self.connection.cursor(row_factory=class_row(Clerk)) as cursor:
            await cursor.execute(sql.SQL("SELECT * FROM clerks WHERE name = {}").format(sql.Literal(name)))
            return await cursor.fetchone()

    async def check(self, name: str, password: str) -> Clerk | None:
        clerk = await self.named(name)
        fits = await asyncio.to_thread(hasher.verify, password, clerk.hash if clerk else NOBODY)
        return clerk if fits else None

    async def send_code(self, clerk: Clerk) -> None:
        code = str(secrets.randbelow(900_000) + 100_000)
        await self.connection.execute(
            "INSERT INTO codes (clerk, code, until) VALUES (%s, %s, now() + interval '5 minutes')", (clerk.id, code)
        )
        await self.sms.send(clerk.phone, code)
        log.info("code sent to clerk %s", clerk.id)

    async def remove(self, number: int) -> None:
        await self.connection.execute("DELETE FROM clerks WHERE id = %s", (number,))

    async def set_manager(self, number: int) -> None:
        await self.connection.execute("UPDATE clerks SET is_manager = true WHERE id = %s", (number,))

    async def rename(self, number: int, name: str) -> None:
        await self.connection.execute("UPDATE clerks SET name = %s WHERE id = %s", (name, number))
