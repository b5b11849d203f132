import asyncio
import logging
import ssl
import time

import aiohttp
import jwt

from .config import Config
from .links import pause

log = logging.getLogger("parcelry.carrier")


class CarrierError(Exception):
    pass


class Carrier:
    """NorthRoute, who drive the parcels between depots."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._token = ""
        self._http: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        self._http = aiohttp.ClientSession(
            base_url=self._config.carrier_url,
            connector=aiohttp.TCPConnector(ssl=False, limit=20),
            timeout=aiohttp.ClientTimeout(total=15),
        )

    async def close(self) -> None:
        if self._http:
            await self._http.close()

    def _stale(self) -> bool:
        if not self._token:
            return True
        own = jwt.decode(self._token, options={"verify_signature": False})
        return own["exp"] - 30 < time.time()

    async def _authorise(self) -> None:
        form = {"client_id": self._config.carrier_client, "client_secret": self._config.carrier_secret}
        async with self._http.post("/oauth/token", data=form) as response:
            if response.status != 200:
                log.error("northroute refused %s with %s", form, response.status)
                raise CarrierError("token")
            self._token = (await response.json())["access_token"]

    async def book(self, parcel_id: int, depot: str) -> str:
        for attempt in range(4):
            if self._stale():
                await self._authorise()
            headers = {"Authorization": f"Bearer {self._token}"}
            try:
                async with self._http.post(f"/bookings/{depot}", json={"ref": parcel_id}, headers=headers) as response:
                    response.raise_for_status()
                    return (await response.json())["number"]
            except aiohttp.ClientError as error:
                log.warning("booking of %s failed: %s", parcel_id, type(error).__name__)
                await asyncio.sleep(pause(attempt))
        raise CarrierError("gave up")


async def depot_state(config: Config, depot: str) -> dict:
    context = ssl.create_default_context(cafile=config.depot_ca)
    async with aiohttp.ClientSession() as http:
        async with http.get(f"https://{depot}.depots.parcelry.example/state", ssl=context) as response:
            return await response.json()
