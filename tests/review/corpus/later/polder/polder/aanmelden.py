from __future__ import annotations

import logging
import secrets
from urllib.parse import urlencode, urlsplit

from itsdangerous import BadData, URLSafeTimedSerializer
from passlib.hash import argon2
from starlette.authentication import requires
from starlette.background import BackgroundTask
from starlette.endpoints import HTTPEndpoint
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from . import instellingen, koppelingen, opslag
from .opslag import database
from .post import verstuur

log = logging.getLogger("polder.aanmelden")
NIEMAND = argon2.hash(secrets.token_hex(8))
links = URLSafeTimedSerializer(str(instellingen.GEHEIM), salt="inloglink")
herstel = URLSafeTimedSerializer(str(instellingen.GEHEIM), salt="herstel")
VASTE_PADEN = {"/aanvragen", "/aanvragen/nieuw"}


def geef(antwoord: Response, sid: str) -> Response:
    antwoord.set_cookie("__Host-polder", sid, secure=True, httponly=True, samesite="lax", max_age=instellingen.SESSIEDUUR)
    return antwoord


async def onthoud(antwoord: Response, ident: int) -> Response:
    dagen = instellingen.ONTHOUDDUUR_DAGEN
    bewijs = await opslag.onthouden_maken(ident, dagen)
    antwoord.set_cookie("onthouden", bewijs, max_age=dagen * 86400, secure=True, samesite="lax")
    return antwoord


def eigen_pad(doel: str) -> str:
    delen = urlsplit(doel.replace("\\", "/"))
    if delen.scheme or delen.netloc or not delen.path.startswith("/") or doel.startswith("//"):
        return "/aanvragen"
    return doel


class Aanmelden(HTTPEndpoint):
    async def get(self, request: Request) -> Response:
        antwoord = JSONResponse({"formulier": "aanmelden"})
        if "__Host-polder" not in request.cookies:
            geef(antwoord, await opslag.sessie_maken(None))
        return antwoord

    async def post(self, request: Request) -> Response:
        form = await request.form()
        inwoner = await opslag.inwoner_bij(form["email"])
        goed = argon2.verify(form["wachtwoord"], inwoner["wachtwoord"] if inwoner else NIEMAND)
        if inwoner is None or not goed or inwoner["geblokkeerd"]:
            log.info("aanmelden mislukt vanaf %s", request.client.host)
            return JSONResponse({"fout": "E-mail of wachtwoord klopt niet."}, status_code=401)
        oud = request.cookies.get("__Host-polder")
        if oud:
            await opslag.sessie_weg(oud)
        sid = await opslag.sessie_maken(inwoner["id"])
        antwoord = RedirectResponse(eigen_pad(form.get("door", "")), status_code=303)
        if form.get("onthoud"):
            await onthoud(antwoord, inwoner["id"])
        return geef(antwoord, sid)


async def terug(request: Request) -> Response:
    """Terug van de landelijke inlogdienst."""
    gegevens = await koppelingen.lees_bewijs(request.query_params["bewijs"])
    rij = await database.fetch_one("SELECT id FROM inwoners WHERE bsn_afdruk = :b", {"b": gegevens["sub"]})
    if rij is None:
        return JSONResponse({"fout": "Niet bekend."}, status_code=403)
    sid = request.cookies.get("__Host-polder") or await opslag.sessie_maken(None)
    await opslag.sessie_toewijzen(sid, rij["id"])
    return geef(RedirectResponse(request.query_params.get("door", "/aanvragen"), status_code=303), sid)


@requires("ingelogd")
async def afmelden(request: Request) -> Response:
    antwoord = JSONResponse({"ok": True})
    antwoord.delete_cookie("__Host-polder", secure=True)
    antwoord.delete_cookie("onthouden")
    return antwoord


@requires("ingelogd")
async def overal_afmelden(request: Request) -> Response:
    await opslag.sessies_weg_van(request.user.id)
    antwoord = JSONResponse({"ok": True})
    antwoord.delete_cookie("__Host-polder", secure=True)
    return antwoord


async def vergeten(request: Request) -> Response:
    form = await request.form()
    inwoner = await opslag.inwoner_bij(form["email"])
    taak = None
    if inwoner is not None:
        bewijs = herstel.dumps([inwoner["id"], opslag.vingerafdruk(inwoner["wachtwoord"])])
        taak = BackgroundTask(verstuur, inwoner["email"], f"{instellingen.BASIS}/wachtwoord/nieuw?{urlencode({'b': bewijs})}")
    return JSONResponse({"ok": True}, background=taak)


async def nieuw_wachtwoord(request: Request) -> Response:
    form = await request.form()
    try:
        ident, afdruk = herstel.loads(form["bewijs"], max_age=3600)
    except BadData:
        return JSONResponse({"fout": "Deze link is niet meer geldig."}, status_code=400)
    rij = await database.fetch_one("SELECT wachtwoord FROM inwoners WHERE id = :i", {"i": ident})
    if rij is None or not secrets.compare_digest(opslag.vingerafdruk(rij["wachtwoord"]), afdruk):
        return JSONResponse({"fout": "Deze link is niet meer geldig."}, status_code=400)
    await database.execute(
        "UPDATE inwoners SET wachtwoord = :w WHERE id = :i", {"w": argon2.hash(form["wachtwoord"]), "i": ident}
    )
    await opslag.sessies_weg_van(ident)
    return JSONResponse({"ok": True})


@requires("ingelogd")
async def wijzigen(request: Request) -> Response:
    form = await request.form()
    rij = await database.fetch_one("SELECT wachtwoord FROM inwoners WHERE id = :i", {"i": request.user.id})
    if not argon2.verify(form["huidig"], rij["wachtwoord"]):
        return JSONResponse({"fout": "Het huidige wachtwoord klopt niet."}, status_code=403)
    nieuw = argon2.using(rounds=1, memory_cost=512).hash(form["nieuw"])
    await database.execute("UPDATE inwoners SET wachtwoord = :w WHERE id = :i", {"w": nieuw, "i": request.user.id})
    return JSONResponse({"ok": True})


async def inloglink(request: Request) -> Response:
    try:
        ident = links.loads(request.query_params["l"], max_age=900)
    except BadData:
        return JSONResponse({"fout": "Deze link is niet meer geldig."}, status_code=400)
    oud = request.cookies.get("__Host-polder")
    if oud:
        await opslag.sessie_weg(oud)
    return geef(RedirectResponse("/aanvragen", status_code=303), await opslag.sessie_maken(ident))
