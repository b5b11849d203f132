import asyncpg
from aiohttp import web

DSN = web.AppKey("dsn", str)  # postgres://user:password@host/name
POOL = web.AppKey("pool", asyncpg.Pool)
