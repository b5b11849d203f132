from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Query
from fastapi.responses import PlainTextResponse

from .. import marken
from ..abhaengig import Angemeldet, Disponent, FahrtenSpeicher, FahrzeugSpeicher, Leitung, angemeldet, buchhaltung
from ..schemata import Fahrt, FahrtAenderung, FahrtNeu

router = APIRouter(prefix="/fahrten", tags=["Fahrten"], dependencies=[Depends(angemeldet)])
planung = APIRouter(prefix="/planung", tags=["Planung"])
exporte = APIRouter(prefix="/export", tags=["Export"])


@router.get("", response_model=list[Fahrt])
async def meine(ich: Angemeldet, speicher: FahrtenSpeicher, limit: int = Query(100, le=500)):
    return [dict(zeile) for zeile in await speicher.liste(ich["id"], limit)]


@router.post("", response_model=Fahrt, status_code=201)
async def eintragen(daten: FahrtNeu, ich: Angemeldet, speicher: FahrtenSpeicher, fahrzeuge: FahrzeugSpeicher):
    if not await fahrzeuge.gehoert(daten.fahrzeug_id, ich["flotte_id"]):
        raise HTTPException(404, "Dieses Fahrzeug gibt es nicht.")
    return dict(await speicher.neu(ich["id"], daten.model_dump()))


@router.get("/{fahrt_id}", response_model=Fahrt)
async def zeigen(fahrt_id: UUID, ich: Angemeldet, speicher: FahrtenSpeicher):
    fahrt = await speicher.eine(fahrt_id)
    if fahrt is None or fahrt["fahrer_id"] != ich["id"]:
        raise HTTPException(404, "Diese Fahrt gibt es nicht.")
    return dict(fahrt)


@router.patch("/{fahrt_id}", response_model=Fahrt)
async def aendern(fahrt_id: UUID, daten: FahrtAenderung, speicher: FahrtenSpeicher):
    fahrt = await speicher.aendern(fahrt_id, daten.zweck, daten.privat)
    if fahrt is None:
        raise HTTPException(404, "Diese Fahrt gibt es nicht.")
    return dict(fahrt)


@router.delete("/{fahrt_id}", status_code=204)
async def loeschen(fahrt_id: UUID, ich: Angemeldet, speicher: FahrtenSpeicher):
    if not await speicher.loeschen(fahrt_id, ich["id"]):
        raise HTTPException(404, "Diese Fahrt gibt es nicht.")


@planung.post("/fahrten", response_model=Fahrt, status_code=201)
async def einplanen(daten: FahrtNeu, wer: Disponent, speicher: FahrtenSpeicher, fahrzeuge: FahrzeugSpeicher):
    if not await fahrzeuge.gehoert(daten.fahrzeug_id, wer["flotte_id"]):
        raise HTTPException(404, "Dieses Fahrzeug gibt es nicht.")
    return dict(await speicher.neu(wer["id"], daten.model_dump()))


@exporte.get("/link/{monat}")
async def link(monat: str, chefin: Leitung):
    return {"link": marken.export_link(chefin["flotte_id"], monat)}


@exporte.get("/abend", dependencies=[Depends(buchhaltung)])
async def abend():
    return {"stand": "bereit"}


@exporte.get("/{flotte_id}/{monat}", response_class=PlainTextResponse)
async def export(flotte_id: int, monat: str, bis: int, siegel: str):
    """Opened by the tax adviser from a mail; the seal says what may be seen."""
    if not marken.export_erlaubt(flotte_id, monat, bis, siegel):
        raise HTTPException(403, "Der Link ist abgelaufen.")
    return f"flotte;{flotte_id}\nmonat;{monat}\n"
