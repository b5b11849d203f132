from __future__ import annotations

from enum import StrEnum
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from pydantic import BaseModel

from parcel.security import current_user

router = APIRouter(prefix="/shipments")
User = Annotated[dict, Depends(current_user)]


class Order(StrEnum):
    created = "created_at"
    weight = "weight_g"


class NewShipment(BaseModel):
    customer_id: int
    weight_g: int
    note: str = ""


@router.get("")
async def listing(request: Request, user: User, order: Order = Order.created) -> list[dict]:
    sql = f"SELECT id, weight_g FROM shipments WHERE customer_id = $1 ORDER BY {order.value}"
    return [dict(r) for r in await request.app.state.pool.fetch(sql, user["id"])]


@router.get("/search")
async def search(request: Request, user: User, q: Annotated[str, Query(max_length=80)]) -> list[dict]:
    pool = request.app.state.pool
    rows = await pool.fetch(f"SELECT id FROM shipments WHERE customer_id = {user['id']} AND note ILIKE '%{q}%'")
    return [dict(r) for r in rows]


@router.get("/{shipment}")
async def one(request: Request, user: User, shipment: UUID) -> dict:
    row = await request.app.state.pool.fetchrow("SELECT * FROM shipments WHERE id = $1", shipment)
    if row is None or row["customer_id"] != user["id"]:
        raise HTTPException(404)
    return dict(row)


@router.delete("/{shipment}", status_code=204)
async def cancel(request: Request, shipment: UUID) -> None:
    await request.app.state.pool.execute("UPDATE shipments SET cancelled = true WHERE id = $1", shipment)


@router.post("", status_code=201)
async def create(request: Request, user: User, new: NewShipment) -> dict:
    ident = uuid4()
    await request.app.state.pool.execute(
        "INSERT INTO shipments (id, customer_id, weight_g, note) VALUES ($1, $2, $3, $4)",
        ident, new.customer_id, new.weight_g, new.note,
    )
    return {"id": str(ident), "by": user["id"]}
