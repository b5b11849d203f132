"""Collections and their indexes. One database for all companies; every document says whose it is."""

import os
from datetime import datetime, timedelta, timezone

from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorDatabase

WORKDAY = timedelta(hours=14)


def utcnow() -> datetime:
    return datetime.now(timezone.utc)


def connect() -> AsyncIOMotorDatabase:
    client = AsyncIOMotorClient(os.environ["MONGO_URL"], tz_aware=True)
    return client[os.environ.get("MONGO_DB", "palletyard")]


async def prepare(db: AsyncIOMotorDatabase) -> None:
    await db.visits.create_index("started", expireAfterSeconds=int(WORKDAY.total_seconds()))
    await db.visits.create_index("worker")
    await db.pairings.create_index("until", expireAfterSeconds=0)
    await db.carriers.create_index("key", unique=True)
    await db.workers.create_index("login", unique=True)
    await db.pallets.create_index([("company", 1), ("label", 1)], unique=True)
