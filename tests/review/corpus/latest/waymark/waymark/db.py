from contextlib import asynccontextmanager

import aiosqlite

from . import config

SCHEMA = """
CREATE TABLE IF NOT EXISTS hiker (
    id INTEGER PRIMARY KEY, email TEXT UNIQUE NOT NULL, password TEXT NOT NULL,
    name TEXT NOT NULL, reviewer INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS route (
    id INTEGER PRIMARY KEY, hiker_id INTEGER NOT NULL REFERENCES hiker(id), title TEXT NOT NULL,
    km REAL NOT NULL, climb INTEGER NOT NULL, public INTEGER NOT NULL DEFAULT 1, share TEXT UNIQUE
);
CREATE TABLE IF NOT EXISTS note (
    id INTEGER PRIMARY KEY, route_id INTEGER NOT NULL REFERENCES route(id), hiker_id INTEGER NOT NULL,
    text TEXT NOT NULL, at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE IF NOT EXISTS lift (name TEXT PRIMARY KEY, running INTEGER NOT NULL DEFAULT 1);
CREATE TABLE IF NOT EXISTS session (sid TEXT PRIMARY KEY, hiker_id INTEGER, started INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS review_session (sid TEXT PRIMARY KEY, hiker_id INTEGER NOT NULL, ends INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS reset (digest TEXT PRIMARY KEY, hiker_id INTEGER NOT NULL, ends INTEGER NOT NULL);
"""


@asynccontextmanager
async def connection():
    async with aiosqlite.connect(config.DATABASE) as db:
        db.row_factory = aiosqlite.Row
        await db.execute("PRAGMA foreign_keys = ON")
        yield db


async def create_tables():
    async with connection() as db:
        await db.executescript(SCHEMA)
        await db.commit()


async def one(sql, *values):
    async with connection() as db:
        async with db.execute(sql, values) as cursor:
            return await cursor.fetchone()


async def many(sql, *values):
    async with connection() as db:
        async with db.execute(sql, values) as cursor:
            return await cursor.fetchall()


async def write(sql, *values):
    async with connection() as db:
        cursor = await db.execute(sql, values)
        await db.commit()
        return cursor.lastrowid or cursor.rowcount
