from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException

from app.deps import Db, current_kiosk, valley_office, warden
from app.models import Guest, Kiosk
from app.repositories import Guests, RefreshTokens, Stays
from app.tokens import utcnow

router = APIRouter(tags=["office"])


@router.get("/kiosk/today")
async def today(db: Db, kiosk: Annotated[Kiosk, Depends(current_kiosk)]):
    stays = await Stays(db).arrivals(kiosk.hut_id, date.today())
    return [{"stay": stay.id, "party": stay.party} for stay in stays]


@router.get("/office/wardens")
async def wardens(db: Db, clerk: Annotated[Guest, Depends(valley_office)]):
    return [{"id": each.id, "name": each.display_name, "phone": each.phone} for each in await Guests(db).wardens()]


@router.post("/guests/{guest_id}/block", status_code=204)
async def block(guest_id: int, db: Db, by: Annotated[Guest, Depends(warden)]) -> None:
    guest = await Guests(db).by_id(guest_id)
    if guest is None or guest.id == by.id:
        raise HTTPException(404)
    guest.blocked_at = utcnow()
    await RefreshTokens(db).forget_all(guest)
