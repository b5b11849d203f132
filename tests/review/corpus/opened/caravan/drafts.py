"""Half-made stays, kept for an hour while the guest is at the bank."""

from __future__ import annotations

import datetime as dt
import pickle
from dataclasses import dataclass
from importlib import resources
from typing import Any

import jsonpickle
from redis.asyncio import Redis

import config


@dataclass
class Draft:
    pitch: int
    guest: int
    first: dt.date
    last: dt.date

    @property
    def nights(self) -> int:
        return (self.last - self.first).days


class Drafts:
    def __init__(self) -> None:
        self.redis = Redis.from_url(config.REDIS, decode_responses=True)

    async def put(self, number: str, draft: Draft) -> None:
        await self.redis.set(f"draft:{number}", jsonpickle.encode(draft), ex=3600)

    async def get(self, number: str) -> Draft | None:
        text = await self.redis.get(f"draft:{number}")
        return jsonpickle.decode(text) if text else None

    async def drop(self, number: str) -> None:
        await self.redis.delete(f"draft:{number}")


def season_prices() -> dict[str, Any]:
    """Fitted by hand each winter and shipped with the release."""
    with resources.files(__package__ or "caravan").joinpath("season.pickle").open("rb") as shipped:
        return pickle.load(shipped)
