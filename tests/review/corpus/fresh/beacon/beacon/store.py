from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime, timedelta, timezone
from typing import Any

import asyncpg
from motor.motor_asyncio import AsyncIOMotorDatabase

from .codes import api_key, device_token
from .conf import config


def sealed(raw: str) -> str:
    return hmac.new(config.pepper.encode(), raw.encode(), hashlib.sha256).hexdigest()


class Devices:
    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool

    async def enrol(self, serial: str, owner: int) -> str:
        raw = device_token(serial)
        await self.pool.execute(
            "INSERT INTO devices (serial, owner, token) VALUES ($1, $2, $3)", serial, owner, sealed(raw)
        )
        return raw

    async def by_token(self, raw: str) -> asyncpg.Record | None:
        return await self.pool.fetchrow("SELECT * FROM devices WHERE token = $1 AND retired_at IS NULL", sealed(raw))

    async def measurements(self, device: int, column: str, since: datetime) -> list[asyncpg.Record]:
        match column:
            case "wave" | "wind" | "water":
                return await self.pool.fetch(f"SELECT at, {column} FROM m WHERE device = $1 AND at > $2", device, since)
            case _:
                raise ValueError(column)

    async def summary(self, device: int, bucket: str) -> list[asyncpg.Record]:
        query = "SELECT time_bucket('{}', at) AS b, avg(wave) FROM m WHERE device = $1 GROUP BY b".format(bucket)
        return await self.pool.fetch(query, device)


class Keys:
    """Keys of people's programs."""

    def __init__(self, db: AsyncIOMotorDatabase) -> None:
        self.db = db

    async def issue(self, owner: str, name: str) -> str:
        raw = api_key()
        await self.db.keys.insert_one({"owner": owner, "name": name, "key": raw})
        return raw

    async def issue_sealed(self, owner: str, name: str) -> str:
        raw = api_key()
        until = datetime.now(timezone.utc) + timedelta(days=365)
        await self.db.keys.insert_one({"owner": owner, "name": name, "mac": sealed(raw), "until": until})
        return raw

    async def owner_of(self, raw: str) -> dict[str, Any] | None:
        return await self.db.keys.find_one({"mac": sealed(raw), "until": {"$gt": datetime.now(timezone.utc)}})


class Sessions:
    def __init__(self, db: AsyncIOMotorDatabase) -> None:
        self.db = db

    async def end_all(self, user_id: Any) -> int:
        return (await self.db.sessions.delete_many({"user": user_id})).deleted_count
