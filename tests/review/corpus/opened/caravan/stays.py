from __future__ import annotations

import datetime as dt
import secrets

from sanic import Blueprint, Request, json, redirect, text
from sanic.exceptions import Forbidden, NotFound

import config
from drafts import Draft, Drafts, season_prices
from models import Owner, Pitch, Stay, digest
from people import guests_only, staff_only
from statements import office, owners

bp = Blueprint("stays")
drafts = Drafts()
PAGES = {"stays": "/my/stays", "pitch": "/pitches", "map": "/map"}


def onward(request: Request, fallback: str) -> str:
    return request.args.get("return_to") or request.cookies.get("came_from") or fallback


def page(request: Request) -> str:
    return PAGES.get(request.args.get("page", ""), PAGES["stays"])


@bp.post("/drafts")
@guests_only
async def draft(request: Request):
    sent = request.json
    made = Draft(
        pitch=int(sent["pitch"]),
        guest=request.ctx.guest.id,
        first=dt.date.fromisoformat(sent["first"]),
        last=dt.date.fromisoformat(sent["last"]),
    )
    if made.nights < 1:
        raise Forbidden("at least one night")
    number = secrets.token_urlsafe(12)
    await drafts.put(number, made)
    return json({"number": number, "per_night": season_prices().get(made.first.month)}, 201)


@bp.get("/drafts/<number:str>/paid")
@guests_only
async def paid(request: Request, number: str):
    made = await drafts.get(number)
    if made is None or made.guest != request.ctx.guest.id:
        raise NotFound("no such draft")
    await Stay.create(pitch_id=made.pitch, guest_id=made.guest, first=made.first, last=made.last)
    await drafts.drop(number)
    return redirect(onward(request, "/my/stays"))


@bp.post("/stays/<stay:int>/cancel")
@guests_only
async def cancel(request: Request, stay: int):
    gone = await Stay.filter(id=stay, guest_id=request.ctx.guest.id, paid=False).delete()
    if not gone:
        raise NotFound("no such stay")
    return redirect(page(request))


@bp.post("/stays/<stay:int>/plate/<plate:str>")
@staff_only
async def plate(request: Request, stay: int, plate: str):
    found = await Stay.get_or_none(id=stay)
    if found is None:
        raise NotFound("no such stay")
    opened = await request.app.ctx.barrier.admit(plate, found.first.isoformat(), found.last.isoformat())
    return json({"opened": opened})


@bp.get("/owners/<owner:int>/calendar/<token:str>")
async def calendar(request: Request, owner: int, token: str):
    found = await Owner.get_or_none(id=owner)
    if found is None or not found.opens_calendar(token):
        raise NotFound("no such calendar")
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0"]
    async for stay in Stay.filter(pitch__owner_id=found.id):
        lines += ["BEGIN:VEVENT", f"DTSTART:{stay.first:%Y%m%d}", f"DTEND:{stay.last:%Y%m%d}", "END:VEVENT"]
    return text("\r\n".join([*lines, "END:VCALENDAR"]), content_type="text/calendar")


@bp.get("/owners/pitches")
async def own_pitches(request: Request):
    owner = await Owner.get_or_none(key_digest=digest(request.headers.get("x-owner-key", "")))
    if owner is None:
        return json({"error": "X-Owner-Key is missing or unknown", "example": config.EXAMPLE_HEADERS}, 401)
    return json([{"id": pitch.id, "name": pitch.name} async for pitch in Pitch.filter(owner_id=owner.id)])


@bp.get("/owners/me/stays")
async def own_stays(request: Request):
    owner = owners.owner(request.token or "")
    return json([{"id": stay.id, "paid": stay.paid} async for stay in Stay.filter(pitch__owner_id=owner)])


@bp.get("/office/occupancy")
async def occupancy(request: Request):
    region = office.occupancy_for(request.token or "")
    today = dt.date.today()
    taken = await Stay.filter(first__lte=today, last__gt=today).count()
    return json({"region": region, "taken": taken, "of": await Pitch.all().count()})
