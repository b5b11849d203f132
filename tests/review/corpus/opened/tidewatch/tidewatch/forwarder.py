"""Hands the latest readings to the coast guard, again and again until it has them."""

import asyncio
import contextlib
import logging
import os
import random
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

from tidewatch.keys import POOL

log = logging.getLogger("tidewatch.forwarder")


async def forward(app: web.Application, target: str) -> None:
    wait = 1.0
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=15)) as session:
        while True:
            rows = await app[POOL].fetch(
                "SELECT DISTINCT ON (station) station, centimetres FROM readings ORDER BY station, taken DESC"
            )
            try:
                async with session.post(target, json=[dict(row) for row in rows]) as answer:
                    answer.raise_for_status()
                wait = 1.0
            except aiohttp.ClientError as problem:
                log.warning("%s does not answer: %s", urlsplit(target).hostname, type(problem).__name__)
                wait = min(wait * 2, 300)
            await asyncio.sleep(wait + random.uniform(0, wait))


async def forwarding(app: web.Application):
    target = os.environ["COASTGUARD_URL"]  # https://user:password@host/path
    task = asyncio.create_task(forward(app, target))
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
