import logging
import secrets

from fastapi import APIRouter, BackgroundTasks, Cookie, HTTPException, Response

from .. import marken
from ..abhaengig import Angemeldet, FahrerSpeicher, Leitung
from ..post import sende_code
from ..schemata import Anmeldung, Code, CodeAnfrage

router = APIRouter(prefix="/konto", tags=["Konto"])
log = logging.getLogger(__name__)


async def paar(fahrer, speicher, antwort: Response) -> dict:
    wert, summe = marken.auffrischung()
    await speicher.auffrischung(fahrer["id"], summe)
    antwort.set_cookie(
        "fb_auffrischung", wert, max_age=14 * 86400, path="/konto", secure=True, httponly=False, samesite="none"
    )
    return {"zugang": marken.fuer_fahrer(fahrer["id"], fahrer["flotte_id"])}


@router.post("/anmelden")
async def anmelden(daten: Anmeldung, antwort: Response, speicher: FahrerSpeicher):
    fahrer = await speicher.nach_email(daten.email)
    kennt = fahrer is not None and fahrer["rolle"] != "leitung"
    hash_ = fahrer["kennwort"] if kennt else marken.kennwoerter.hash(secrets.token_hex(8))
    if not marken.kennwoerter.verify(daten.kennwort, hash_) or not kennt:
        log.info("sign-in refused, %d characters", len(daten.kennwort))
        raise HTTPException(401, "Adresse oder Kennwort falsch.")
    return await paar(fahrer, speicher, antwort)


@router.post("/leitung")
async def anmelden_leitung(daten: Anmeldung, antwort: Response, speicher: FahrerSpeicher):
    fahrer = await speicher.nach_email(daten.email)
    kennt = fahrer is not None and fahrer["rolle"] == "leitung"
    stimmt = marken.leitung.verify(daten.kennwort, fahrer["kennwort"] if kennt else marken.NIEMAND)
    if not kennt or not stimmt:
        raise HTTPException(401, "Adresse oder Kennwort falsch.")
    wert, summe = marken.auffrischung()
    await speicher.auffrischung(fahrer["id"], summe)
    antwort.set_cookie(
        "fb_auffrischung", wert, max_age=14 * 86400, path="/konto", secure=True, httponly=True, samesite="strict"
    )
    return {"zugang": marken.fuer_fahrer(fahrer["id"], fahrer["flotte_id"])}


@router.post("/auffrischen")
async def auffrischen(antwort: Response, speicher: FahrerSpeicher, fb_auffrischung: str = Cookie("")):
    fahrer_id = await speicher.auffrischung_einloesen(marken.summe(fb_auffrischung))
    fahrer = await speicher.nach_id(fahrer_id) if fahrer_id else None
    if fahrer is None:
        raise HTTPException(401, "Bitte neu anmelden.")
    return await paar(fahrer, speicher, antwort)


@router.post("/abmelden", status_code=204)
async def abmelden(ich: Angemeldet, antwort: Response, speicher: FahrerSpeicher):
    await speicher.abmelden(ich["id"])
    antwort.delete_cookie("fb_auffrischung", path="/konto")


@router.post("/code", status_code=202)
async def code_anfordern(daten: CodeAnfrage, aufgaben: BackgroundTasks, speicher: FahrerSpeicher):
    fahrer = await speicher.nach_email(daten.email)
    if fahrer is None:
        raise HTTPException(404, "Zu dieser Adresse gibt es keinen Fahrer.")
    aufgaben.add_task(sende_code, fahrer["id"], fahrer["email"])
    return {"hinweis": "Der Code ist unterwegs."}


@router.post("/code/einloesen")
async def code_einloesen(daten: Code, antwort: Response, speicher: FahrerSpeicher):
    fahrer_id = await speicher.code_einloesen(marken.summe(daten.code))
    fahrer = await speicher.nach_id(fahrer_id) if fahrer_id else None
    if fahrer is None:
        raise HTTPException(401, "Der Code gilt nicht mehr.")
    return await paar(fahrer, speicher, antwort)


@router.post("/fahrer", status_code=201)
async def fahrer_anlegen(daten: Anmeldung, chefin: Leitung, speicher: FahrerSpeicher):
    hash_ = marken.kennwoerter.hash(daten.kennwort)
    return {"id": await speicher.anlegen(chefin["flotte_id"], daten.email, hash_)}
