from __future__ import annotations

from collections.abc import AsyncIterator

from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from .settings import get_settings

engine = create_async_engine(get_settings().database_url, pool_pre_ping=True)
factory = async_sessionmaker(engine, expire_on_commit=False)
redis = Redis.from_url(get_settings().redis_url, decode_responses=True)


async def session() -> AsyncIterator[AsyncSession]:
    async with factory() as opened:
        yield opened
