"""Client of the control centre."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from typing import Any

import aiohttp
import jwt

from settings import Control

logger = logging.getLogger("signalbox.uplink")


class UplinkError(Exception):
    pass


class ControlClient:
    def __init__(self, control: Control) -> None:
        self.control = control
        self.token = ""
        self.http = aiohttp.ClientSession(
            base_url=control.base_url,
            connector=aiohttp.TCPConnector(ssl=aiohttp.Fingerprint(control.fingerprint)),
        )

    async def close(self) -> None:
        await self.http.close()

    def worn_out(self) -> bool:
        if not self.token:
            return True
        end = jwt.decode(self.token, options={"verify_signature": False})["exp"]
        return end - time.time() < 60

    async def headers(self) -> dict[str, str]:
        if self.worn_out():
            auth = aiohttp.BasicAuth(self.control.client_id, self.control.client_secret)
            async with self.http.post("/token", data={"grant_type": "client_credentials"}, auth=auth) as answer:
                self.token = (await answer.json())["access_token"]
        return {"Authorization": f"Bearer {self.token}", "X-Box": self.control.client_id}

    async def report(self, path: str, body: dict[str, Any]) -> None:
        headers = await self.headers()
        for attempt in range(5):
            async with self.http.post(path, json=body, headers=headers) as answer:
                if answer.status < 400:
                    return
                shown = {name: value for name, value in headers.items() if name != "Authorization"}
                logger.warning("attempt %d at %s: %d, sent %s", attempt, path, answer.status, shown)
            await asyncio.sleep(2**attempt + random.uniform(0, 1))
        raise UplinkError(f"{path} was not taken; headers={headers!r} body={sorted(body)}")


class WeatherClient:
    """Rail temperatures from the neighbour's stations."""

    def __init__(self, base_url: str, key: str) -> None:
        self.http = aiohttp.ClientSession(
            base_url=base_url,
            headers={"X-Api-Key": key},
            connector=aiohttp.TCPConnector(ssl=False, limit=4),
        )

    async def rails(self, line: str) -> list[dict[str, Any]]:
        async with self.http.get("/rails", params={"line": line}) as answer:
            return await answer.json()
