from __future__ import annotations

import enum
import random
import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query
from pydantic import BaseModel
from sqlalchemy import select, text

from ..deps import CurrentUser, Db, owned_vehicle, require_role, trip_or_404
from ..models import Trip, User, Vehicle
from ..security import create_share_token

router = APIRouter(tags=["vehicles"])
Owned = Annotated[Vehicle, Depends(owned_vehicle)]
Found = Annotated[Trip, Depends(trip_or_404)]
Dispatcher = Annotated[User, Depends(require_role("dispatcher", "admin"))]


class SortField(str, enum.Enum):
    plate = "plate"
    id = "id"


class TripIn(BaseModel):
    vehicle_id: int
    distance_m: int
    driver_id: int | None = None


class TripPatch(BaseModel):
    private: bool


@router.get("/vehicles")
async def vehicles(user: CurrentUser, db: Db, sort: SortField = SortField.id):
    statement = text(f"SELECT id, plate FROM vehicles WHERE company_id = :company ORDER BY {sort.value}")
    rows = await db.execute(statement, {"company": user.company_id})
    return [dict(row) for row in rows.mappings()]


@router.get("/vehicles/{vehicle_id}")
async def vehicle(found: Owned):
    return {"id": found.id, "plate": found.plate}


@router.post("/vehicles/{vehicle_id}/pair")
async def pair(found: Owned, user: Dispatcher, db: Db):
    found.pairing_code = "".join(random.choices("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", k=10))
    await db.commit()
    return {"code": found.pairing_code}


@router.post("/vehicles/{vehicle_id}/repair")
async def pair_again(found: Owned, user: Dispatcher, db: Db):
    found.pairing_code = "".join(secrets.choice("ABCDEFGHJKLMNPQRSTUVWXYZ23456789") for _ in range(12))
    await db.commit()
    return {"code": found.pairing_code}


@router.get("/trips")
async def trips(user: CurrentUser, db: Db):
    found = await db.scalars(select(Trip).where(Trip.driver_id == user.id).limit(100))
    return [{"id": t.id, "distance_m": t.distance_m} for t in found]


@router.post("/trips", status_code=201)
async def add_trip(body: TripIn, user: CurrentUser, db: Db):
    vehicle = await db.get(Vehicle, body.vehicle_id)
    if vehicle is None or vehicle.company_id != user.company_id:
        raise HTTPException(404)
    trip = Trip(
        company_id=user.company_id,
        driver_id=body.driver_id or user.id,
        vehicle_id=vehicle.id,
        distance_m=body.distance_m,
    )
    db.add(trip)
    await db.commit()
    return {"id": trip.id}


@router.patch("/trips/{trip_id}")
async def patch_trip(trip: Found, body: TripPatch, user: CurrentUser, db: Db):
    trip.private = body.private
    await db.commit()
    return {"id": trip.id, "private": trip.private}


@router.post("/trips/{trip_id}/share")
async def share(trip: Found, user: CurrentUser):
    if trip.driver_id != user.id:
        raise HTTPException(404)
    return {"token": create_share_token(trip.id)}


@router.get("/search")
async def search(user: CurrentUser, db: Db, plate: Annotated[str, Query(max_length=20)] = ""):
    where = build_filter(company_id=user.company_id, plate=plate)
    rows = await db.execute(text("SELECT id, plate FROM vehicles WHERE " + where))
    return [dict(row) for row in rows.mappings()]


def build_filter(company_id: int, plate: str) -> str:
    parts = [f"company_id = {company_id}"]
    if plate:
        parts.append(f"plate LIKE '{plate}%'")
    return " AND ".join(parts)


@router.get("/mileage")
async def mileage(user: Dispatcher, db: Db, ids: Annotated[list[int], Query()]):
    marks = ", ".join(str(i) for i in ids)
    statement = text(f"SELECT vehicle_id, sum(distance_m) FROM trips WHERE company_id = :c AND vehicle_id IN ({marks}) GROUP BY 1")
    rows = await db.execute(statement, {"c": user.company_id})
    return {row[0]: row[1] for row in rows}
