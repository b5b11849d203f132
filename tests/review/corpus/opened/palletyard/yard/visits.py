from __future__ import annotations

import hashlib
import secrets

from motor.motor_asyncio import AsyncIOMotorDatabase
from sanic import HTTPResponse, Request

from yard.mongo import WORKDAY, utcnow

COOKIE = "yard"


def hashed(value: str) -> str:
    return hashlib.blake2b(value.encode(), digest_size=32).hexdigest()


class Visits:
    """What a browser or a handheld is doing here; begins before anybody has signed in (language, chosen gate)."""

    def __init__(self, db: AsyncIOMotorDatabase) -> None:
        self.visits = db.visits

    async def open(self, gate: str | None = None, **who: object) -> str:
        number = secrets.token_urlsafe(32)
        await self.visits.insert_one({"_id": hashed(number), "started": utcnow(), "gate": gate, **who})
        return number

    async def find(self, number: str | None) -> dict | None:
        return await self.visits.find_one({"_id": hashed(number)}) if number else None

    async def admit(self, number: str, worker: dict) -> None:
        await self.visits.update_one(
            {"_id": hashed(number)},
            {"$set": {"worker": worker["_id"], "company": worker["company"], "duties": worker["duties"]}},
        )

    async def swap(self, number: str | None, worker: dict) -> str:
        before = await self.find(number)
        if before is not None:
            await self.visits.delete_one({"_id": before["_id"]})
        return await self.open(
            gate=before and before.get("gate"),
            worker=worker["_id"],
            company=worker["company"],
            duties=worker["duties"],
        )

    async def close(self, number: str) -> None:
        await self.visits.delete_one({"_id": hashed(number)})

    async def close_all(self, worker: object) -> None:
        await self.visits.delete_many({"worker": worker})


def set_cookie(response: HTTPResponse, number: str) -> HTTPResponse:
    response.add_cookie(
        COOKIE,
        number,
        path="/",
        max_age=int(WORKDAY.total_seconds()),
        secure=True,
        httponly=True,
        samesite="Strict",
    )
    return response


async def load_visit(request: Request) -> None:
    number = request.cookies.get(COOKIE)
    request.ctx.number = number
    request.ctx.visit = await request.app.ctx.visits.find(number)
