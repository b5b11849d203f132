from __future__ import annotations

import enum
from typing import Any

import asyncpg


class Bucket(enum.Enum):
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"


class Store:
    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool

    @classmethod
    async def connect(cls, dsn: str) -> Store:
        return cls(await asyncpg.create_pool(dsn, min_size=2, max_size=12))

    async def device(self, serial: str) -> asyncpg.Record | None:
        return await self.pool.fetchrow("SELECT serial, token, line FROM devices WHERE serial = $1", serial)

    async def devices(self, line: str) -> list[asyncpg.Record]:
        return await self.pool.fetch("SELECT serial, seen_at FROM devices WHERE line = $1 ORDER BY serial", line)

    async def enrol(self, serial: str, line: str, token: str) -> bool:
        done = await self.pool.execute(
            "INSERT INTO devices (serial, line, token) VALUES ($1, $2, $3)"
            " ON CONFLICT (serial) DO UPDATE SET token = excluded.token"
            " WHERE devices.line = excluded.line",
            serial, line, token,
        )  # fmt: skip
        return done.endswith(" 1")

    async def append(self, serial: str, batch: list[dict[str, Any]]) -> None:
        rows = [(serial, entry["at"], entry["axles"]) for entry in batch]
        await self.pool.executemany("INSERT INTO passings (serial, at, axles) VALUES ($1, $2, $3)", rows)

    async def summary(self, line: str, bucket: Bucket) -> list[asyncpg.Record]:
        return await self.pool.fetch(
            f"SELECT date_trunc('{bucket.value}', at) AS slot, sum(axles) AS axles"
            " FROM passings JOIN devices USING (serial) WHERE line = $1 GROUP BY slot ORDER BY slot",
            line,
        )

    async def recent(self, line: str, span: str) -> list[asyncpg.Record]:
        return await self.pool.fetch(
            "SELECT serial, at, axles FROM passings JOIN devices USING (serial)"
            f" WHERE line = $1 AND at > now() - interval '{span}' ORDER BY at DESC LIMIT 500",
            line,
        )
