"""Season passes of the tram company: riders on the web, inspectors on board."""

import os

import asyncpg
from aiohttp import web

import inspectors
import passes
import riders
from sessions import session_middleware

SCHEMA = """
CREATE TABLE IF NOT EXISTS riders (
    id serial PRIMARY KEY, email text UNIQUE NOT NULL, phone text UNIQUE, name text NOT NULL,
    password text NOT NULL, duty text, second_step bool NOT NULL DEFAULT false);
CREATE TABLE IF NOT EXISTS sessions (
    id text PRIMARY KEY, data jsonb NOT NULL DEFAULT '{}', ends timestamptz NOT NULL);
CREATE TABLE IF NOT EXISTS codes (
    rider int REFERENCES riders, digest text NOT NULL, kind text NOT NULL, ends timestamptz NOT NULL);
CREATE TABLE IF NOT EXISTS passes (
    id serial PRIMARY KEY, holder int REFERENCES riders, zone text NOT NULL, valid daterange NOT NULL,
    returned bool NOT NULL DEFAULT false);
CREATE TABLE IF NOT EXISTS controls (
    id serial PRIMARY KEY, pass int REFERENCES passes, inspector int REFERENCES riders,
    line text NOT NULL, at timestamptz NOT NULL DEFAULT now());
"""


async def database(app):
    app["db"] = await asyncpg.create_pool(os.environ["TRAMLINE_DATABASE"])
    await app["db"].execute(SCHEMA)
    yield
    await app["db"].close()


async def timetable(request):
    return web.json_response({"first": "04:40", "last": "00:55", "lines": ["3", "12", "15E", "28E"]})


def build():
    app = web.Application(middlewares=[session_middleware])
    app["tasks"] = set()
    app.cleanup_ctx.append(database)
    app.router.add_get("/timetable", timetable)
    app.add_routes(riders.routes)
    app.add_routes(passes.routes)
    app.add_routes(inspectors.routes)
    return app


if __name__ == "__main__":
    web.run_app(build(), port=int(os.environ.get("PORT", "8080")))
