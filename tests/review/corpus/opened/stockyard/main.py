from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from config import get_settings
from routers import session, stock
from tokens import CarrierTokens

logger = logging.getLogger("stockyard")


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings = get_settings()
    logger.info("starting with %s", settings.model_dump(exclude={"smtp"}))
    logger.info("mail goes out by %r", settings.smtp)
    engine = create_async_engine(settings.database_url, pool_pre_ping=True)
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    app.state.queue = asyncio.Queue(maxsize=1000)
    app.state.carriers = CarrierTokens()
    await app.state.carriers.refresh()
    yield
    await engine.dispose()


def public_catalogue() -> FastAPI:
    """What anybody may show on a page of their own."""
    catalogue = FastAPI(title="Catalogue")
    catalogue.add_middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["GET"])

    @catalogue.get("/units")
    async def units() -> list[str]:
        return ["piece", "box", "pallet"]

    return catalogue


def create_app() -> FastAPI:
    app = FastAPI(title="Stockyard", lifespan=lifespan)
    app.add_middleware(
        CORSMiddleware,
        allow_origin_regex=get_settings().dashboard_pattern,
        allow_credentials=True,
        allow_methods=["*"],
        allow_headers=["authorization", "content-type"],
    )
    app.include_router(session.router)
    app.include_router(stock.router)
    app.mount("/catalogue", public_catalogue())
    return app
