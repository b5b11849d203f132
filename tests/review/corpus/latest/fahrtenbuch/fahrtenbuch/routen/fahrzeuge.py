import io
import random

import pandas
from fastapi import APIRouter, Depends, HTTPException, UploadFile

from .. import marken
from ..abhaengig import (Angemeldet, Box, FahrzeugSpeicher, Leitung, flotte_des_portals, leitung, region_des_portals)
from ..schemata import Code, FahrzeugNeu, Position, Sortierung

router = APIRouter(prefix="/fahrzeuge", tags=["Fahrzeuge"])
verwaltung = APIRouter(prefix="/verwaltung", tags=["Verwaltung"], dependencies=[Depends(leitung)])
boxen = APIRouter(prefix="/boxen", tags=["Boxen"])
portale = APIRouter(prefix="/portale", tags=["Portale"])


@router.get("")
async def liste(ich: Angemeldet, speicher: FahrzeugSpeicher, nach: Sortierung = Sortierung.kennzeichen):
    return [dict(z) for z in await speicher.der_flotte(ich["flotte_id"], nach.value)]


@router.get("/suche")
async def suche(anfang: str, ich: Angemeldet, speicher: FahrzeugSpeicher):
    return [dict(z) for z in await speicher.suchen(ich["flotte_id"], anfang)]


@router.get("/stichprobe")
async def stichprobe(ich: Angemeldet, speicher: FahrzeugSpeicher):
    """Three cars whose papers are looked at this week."""
    alle = [z["kennzeichen"] for z in await speicher.der_flotte(ich["flotte_id"], "kennzeichen")]
    return random.sample(alle, min(3, len(alle)))


@router.post("/{fahrzeug_id}/stilllegen", status_code=204)
async def stilllegen(fahrzeug_id: int, speicher: FahrzeugSpeicher):
    await speicher.stilllegen(fahrzeug_id)


@verwaltung.post("/fahrzeuge", status_code=201)
async def neu(daten: FahrzeugNeu, chefin: Leitung, speicher: FahrzeugSpeicher):
    return dict(await speicher.neu(chefin["flotte_id"], daten.kennzeichen, daten.modell))


@verwaltung.post("/fahrzeuge/{fahrzeug_id}/box")
async def koppeln(fahrzeug_id: int, chefin: Leitung, speicher: FahrzeugSpeicher):
    code = f"{random.randint(0, 10**12 - 1):012d}"
    await speicher.box_koppeln(fahrzeug_id, chefin["flotte_id"], code)
    return {"code": code, "minuten": 15}


@verwaltung.post("/fahrzeuge/liste", status_code=201)
async def uebernehmen(datei: UploadFile, chefin: Leitung, speicher: FahrzeugSpeicher):
    inhalt = io.BytesIO(await datei.read())
    if (datei.filename or "").endswith(".csv"):
        tabelle = pandas.read_csv(inhalt, sep=";", dtype=str)
    else:
        tabelle = pandas.read_pickle(inhalt)
    for zeile in tabelle.itertuples():
        await speicher.neu(chefin["flotte_id"], str(zeile.kennzeichen), str(zeile.modell))
    return {"fahrzeuge": len(tabelle)}


@verwaltung.get("/zustand")
async def zustand():
    return {"boxen": "laufen", "fassung": 3}


@boxen.post("/koppeln")
async def einloesen(daten: Code, speicher: FahrzeugSpeicher):
    fahrzeug_id = await speicher.box_einloesen(daten.code)
    if fahrzeug_id is None:
        raise HTTPException(403, "Der Code gilt nicht mehr.")
    return {"marke": marken.fuer_box(fahrzeug_id)}


@boxen.post("/position", status_code=204)
async def position(daten: Position, fahrzeug_id: Box, speicher: FahrzeugSpeicher):
    await speicher.position(fahrzeug_id, daten.breite, daten.laenge, daten.zeit)


@portale.get("/fahrzeuge")
async def im_portal(speicher: FahrzeugSpeicher, flotte_id: int = Depends(flotte_des_portals)):
    return [dict(z) for z in await speicher.der_flotte(flotte_id, "kennzeichen")]


@portale.get("/region")
async def region(name: str = Depends(region_des_portals)):
    return {"region": name}
