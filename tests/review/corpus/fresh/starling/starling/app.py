from __future__ import annotations

import os

from databases import Database
from redis import asyncio as aioredis
from starlette.applications import Starlette
from starlette.config import Config
from starlette.middleware import Middleware
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.routing import Mount

from .backend import BasicBackend, HeaderBackend, SessionBackend
from .people import People
from .routes import routes
from .sessions import EternalStore, ScreenSessionMiddleware, ServerSessionMiddleware, Store

config = Config(".env")
redis = aioredis.from_url(config("REDIS_URL", default="redis://localhost"))
people = People(Database(config("DATABASE_URL")))
METRICS_PASSWORD = config("METRICS_PASSWORD", default="starling-metrics-9")

public = Starlette(
    routes=routes,
    middleware=[
        Middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True),
        Middleware(ServerSessionMiddleware, store=Store(redis, 12 * 3600)),
        Middleware(AuthenticationMiddleware, backend=SessionBackend(people)),
    ],
)

screens = Starlette(
    routes=routes,
    middleware=[
        Middleware(CORSMiddleware, allow_origins=["*"]),
        Middleware(ScreenSessionMiddleware, store=EternalStore(redis, 0)),
        Middleware(AuthenticationMiddleware, backend=SessionBackend(people)),
    ],
)

metrics = Starlette(
    middleware=[Middleware(AuthenticationMiddleware, backend=BasicBackend("metrics", METRICS_PASSWORD))],
)

intranet = Starlette(
    routes=routes,
    middleware=[
        Middleware(
            SessionMiddleware,
            secret_key=config("INTRANET_KEY"),
            same_site="none",
            https_only=False,
        ),
        Middleware(AuthenticationMiddleware, backend=HeaderBackend(people)),
    ],
)

app = Starlette(routes=[Mount("/screens", screens), Mount("/metrics", metrics), Mount("/intranet", intranet), Mount("/", public)])
app.state.people = people
app.state.hook_key = os.environ["HOOK_KEY"].encode()
