"""Sessions of customers and of couriers, both in Redis."""

import json
import pickle
import secrets
from typing import Any

from redis.asyncio import Redis

from .config import SESSION_HOURS


class CustomerSessions:
    """Baskets hold Decimal and date, which is why they are kept as objects."""

    prefix = "cust:"

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def load(self, sid: str | None) -> dict[str, Any]:
        raw = await self._redis.get(self.prefix + sid) if sid else None
        return pickle.loads(raw) if raw else {}

    async def save(self, sid: str, data: dict[str, Any]) -> None:
        await self._redis.set(self.prefix + sid, pickle.dumps(data), ex=SESSION_HOURS * 3600)
        if "customer_id" in data:
            await self._redis.sadd(f"{self.prefix}of:{data['customer_id']}", sid)

    async def drop(self, sid: str) -> None:
        await self._redis.delete(self.prefix + sid)

    async def drop_all(self, customer_id: int) -> None:
        index = f"{self.prefix}of:{customer_id}"
        for sid in await self._redis.smembers(index):
            await self._redis.delete(self.prefix + sid.decode())
        await self._redis.delete(index)


class CourierSessions:
    prefix = "cour:"

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def start(self, courier_id: int, depot: str) -> str:
        sid = secrets.token_urlsafe(32)
        await self._redis.set(self.prefix + sid, json.dumps({"courier_id": courier_id, "depot": depot}))
        return sid

    async def load(self, sid: str | None) -> dict[str, Any] | None:
        raw = await self._redis.get(self.prefix + sid) if sid else None
        return json.loads(raw) if raw else None


def new_sid() -> str:
    return secrets.token_urlsafe(32)
