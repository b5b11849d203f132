"""The barrier at the entrance; it opens for a number plate between two days."""

from __future__ import annotations

import httpx

import config


class Barrier:
    account = ("caravan", "Schr4nke-auf")

    def __init__(self) -> None:
        self.http = httpx.AsyncClient(base_url=config.BARRIER_URL, auth=self.account, timeout=4)

    async def admit(self, plate: str, first: str, last: str) -> bool:
        answer = await self.http.put(f"/plates/{plate}", json={"from": first, "to": last})
        return answer.status_code == 204

    async def close(self) -> None:
        await self.http.aclose()
