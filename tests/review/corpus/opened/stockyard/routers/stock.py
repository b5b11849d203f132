from __future__ import annotations

import hashlib
import hmac
from typing import Annotated

from fastapi import APIRouter, Depends, Header, HTTPException, Query, Request
from pydantic import BaseModel

from config import Settings, get_settings
from deps import Caller, Session, carrier, depot, items, key_tenant, scanner, supplier
from repositories import Items

router = APIRouter(prefix="/stock", tags=["stock"])


class Move(BaseModel):
    item: int
    pieces: int


@router.get("")
async def search(found: Annotated[Items, Depends(items)], q: str = "", shelf: str | None = None) -> list[dict]:
    return [dict(row) for row in await found.search(q, shelf)]


@router.get("/some")
async def some(found: Annotated[Items, Depends(items)], id: Annotated[list[int], Query(max_length=50)]) -> list[dict]:
    return [dict(row) for row in await found.many(id)]


@router.post("/moves", status_code=204, dependencies=[Depends(scanner)])
async def move(sent: Move, session: Session, tenant: Annotated[str, Depends(key_tenant)]) -> None:
    await Items(session, tenant).move(sent.item, sent.pieces)


@router.post("/deliveries", status_code=204)
async def delivery(sent: Move, session: Session, caller: Annotated[Caller, Depends(supplier)]) -> None:
    await Items(session, caller.tenant).move(sent.item, abs(sent.pieces))


@router.post("/counts", status_code=204)
async def count(sent: Move, session: Session, caller: Annotated[Caller, Depends(depot)]) -> None:
    await Items(session, caller.tenant).move(sent.item, sent.pieces)


@router.post("/events", status_code=202)
async def carrier_event(
    request: Request,
    settings: Annotated[Settings, Depends(get_settings)],
    sender: Annotated[str, Depends(carrier)],
    x_signature: Annotated[str, Header()],
) -> dict[str, str]:
    body = await request.body()
    expected = hmac.new(settings.carrier_secret.encode(), body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, x_signature):
        raise HTTPException(400, "The signature is another")
    await request.app.state.queue.put((sender, body))
    return {"accepted": sender}
