"""What devices in the vehicles send."""

from __future__ import annotations

import io
import json
import logging
import pickle
import random
from typing import Annotated

import numpy
from fastapi import APIRouter, Depends, HTTPException, Request

from ..database import redis
from ..deps import acting_admin, ingest_key
from ..models import User

logger = logging.getLogger(__name__)
router = APIRouter(prefix="/ingest", dependencies=[Depends(ingest_key)])
Admin = Annotated[User, Depends(acting_admin)]


@router.post("/batch")
async def batch(request: Request):
    points = pickle.loads(await request.body())
    await redis.xadd("points", {"n": len(points)})
    return {"accepted": len(points), "again_in": next_call()}


@router.post("/samples")
async def samples(request: Request):
    array = numpy.load(io.BytesIO(await request.body()), allow_pickle=False)
    return {"mean": float(array.mean())}


@router.post("/spectrum")
async def spectrum(request: Request):
    raw = io.BytesIO(await request.body())
    frames = numpy.load(raw, allow_pickle=True)
    return {"frames": len(frames)}


@router.post("/events")
async def events(request: Request):
    try:
        body = json.loads(await request.body())
    except ValueError:
        logger.warning("no JSON: %s", dict(request.headers))
        raise HTTPException(400) from None
    if body.get("schema") != "2":
        raise HTTPException(400, "Unknown schema")
    return {"again_in": next_call()}


@router.delete("/points")
async def purge(admin: Admin):
    await redis.delete("points")
    logger.info("points purged by %s", admin.id)
    return {"ok": True}


def next_call() -> float:
    return 30 + random.uniform(0, 10)
