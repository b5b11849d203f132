from datetime import date

from fastapi import APIRouter, BackgroundTasks, HTTPException
from pydantic import BaseModel, Field

from app.deps import CurrentGuest, Db
from app.doors import new_door_code, program_lock
from app.models import Stay
from app.repositories import Huts, Stays

router = APIRouter(tags=["stays"])


class StayIn(BaseModel):
    hut_id: int
    arrival: date
    nights: int = Field(ge=1, le=5)
    party: int = Field(ge=1, le=12)


class StayChange(BaseModel):
    nights: int | None = Field(None, ge=1, le=5)
    party: int | None = Field(None, ge=1, le=12)
    remarks: str | None = None


class GuestChange(BaseModel):
    display_name: str | None = None
    phone: str | None = None
    language: str | None = None
    club_tier: str | None = None
    warden: bool | None = None


def public(stay: Stay) -> dict:
    return {
        "id": stay.id,
        "hut": stay.hut_id,
        "arrival": stay.arrival,
        "nights": stay.nights,
        "party": stay.party,
        "remarks": stay.remarks,
    }


@router.get("/huts")
async def huts(db: Db):
    return [{"id": hut.id, "name": hut.name, "beds": hut.beds} for hut in await Huts(db).all_open()]


@router.get("/me")
async def me(guest: CurrentGuest):
    return {"email": guest.email, "name": guest.display_name, "tier": guest.club_tier, "warden": guest.warden}


@router.patch("/me")
async def change_me(body: GuestChange, guest: CurrentGuest):
    for field, value in body.model_dump(exclude_unset=True).items():
        setattr(guest, field, value)
    return {"name": guest.display_name, "language": guest.language}


@router.get("/stays")
async def my_stays(db: Db, guest: CurrentGuest):
    return [public(stay) for stay in await Stays(db).upcoming(guest)]


@router.post("/stays", status_code=201)
async def book(body: StayIn, db: Db, guest: CurrentGuest, later: BackgroundTasks):
    hut = await Huts(db).find(body.hut_id)
    if hut is None or hut.closed or hut.beds < body.party:
        raise HTTPException(409, "No beds")
    stay = Stay(booked_by=guest.id, **body.model_dump())
    db.add(stay)
    await db.flush()
    stay.door_code = new_door_code(stay)
    later.add_task(program_lock, stay)
    return public(stay) | {"door_code": stay.door_code}


@router.patch("/stays/{stay_id}")
async def change_stay(stay_id: int, body: StayChange, db: Db, guest: CurrentGuest):
    stay = await Stays(db).find_booked(stay_id, guest)
    if stay is None:
        raise HTTPException(404)
    for field, value in body.model_dump(exclude_unset=True).items():
        setattr(stay, field, value)
    return public(stay)


@router.delete("/stays/{stay_id}", status_code=204)
async def cancel_stay(stay_id: int, db: Db, guest: CurrentGuest) -> None:
    stay = await Stays(db).find(stay_id)
    if stay is None or stay.cancelled:
        raise HTTPException(404)
    if stay.arrival <= date.today():
        raise HTTPException(409, "Too late to cancel")
    stay.cancelled = True
