"""What wardens do. Mounted in app.main under /wardens."""

from datetime import date

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel

from app.deps import Db
from app.models import Hut, Kiosk
from app.repositories import Huts, Stays, close_hut
from app.tokens import kiosk_token

router = APIRouter(tags=["wardens"])


class Closing(BaseModel):
    note: str


class KioskIn(BaseModel):
    hut_id: int
    name: str


@router.get("/huts/{hut_id}/arrivals")
async def arrivals(hut_id: int, day: date, db: Db):
    return [{"stay": stay.id, "party": stay.party} for stay in await Stays(db).arrivals(hut_id, day)]


@router.post("/huts/{hut_id}/close", status_code=204)
async def close(hut_id: int, body: Closing, db: Db) -> None:
    await close_hut(db, hut_id, body.note)


@router.post("/kiosks", status_code=201)
async def set_up_kiosk(body: KioskIn, db: Db):
    hut: Hut | None = await Huts(db).find(body.hut_id)
    if hut is None:
        raise HTTPException(404)
    kiosk = Kiosk(hut_id=hut.id, name=body.name)
    db.add(kiosk)
    await db.flush()
    return {"kiosk": kiosk.id, "token": kiosk_token(kiosk.id)}
