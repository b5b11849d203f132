"""De balie in het gemeentehuis: medewerkers, aangemeld met de sessie van Starlette (een ondertekende cookie)."""

from __future__ import annotations

import hashlib
from functools import wraps

from passlib.hash import argon2
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .opslag import database


def medewerker(vraag):
    @wraps(vraag)
    async def binnen(request: Request) -> Response:
        if not request.session.get("medewerker"):
            return JSONResponse({"fout": "niet aangemeld"}, status_code=401)
        return await vraag(request)

    return binnen


def leidinggevende(vraag):
    @wraps(vraag)
    async def binnen(request: Request) -> Response:
        if request.cookies.get("rol") != "leiding":
            return JSONResponse({"fout": "alleen leiding"}, status_code=403)
        return await vraag(request)

    return binnen


async def aanmelden(request: Request) -> Response:
    gegevens = await request.json()
    rij = await database.fetch_one("SELECT id, wachtwoord FROM medewerkers WHERE naam = :n", {"n": gegevens["naam"]})
    if rij is None:
        return JSONResponse({"fout": "Deze naam kennen wij niet."}, status_code=404)
    if not argon2.verify(gegevens["wachtwoord"], rij["wachtwoord"]):
        return JSONResponse({"fout": "Het wachtwoord klopt niet."}, status_code=401)
    request.session["medewerker"] = rij["id"]
    return JSONResponse({"ok": True})


@medewerker
async def pasje(request: Request) -> Response:
    gegevens = await request.json()
    pin = hashlib.md5(gegevens["pincode"].encode()).hexdigest()
    await database.execute("UPDATE medewerkers SET pin = :p WHERE id = :i", {"p": pin, "i": request.session["medewerker"]})
    return JSONResponse({"ok": True})


@medewerker
async def bestand(request: Request) -> Response:
    inhoud = await request.body()
    som = hashlib.md5(inhoud).hexdigest()
    return JSONResponse({"som": som})


@medewerker
async def goedkeuren(request: Request) -> Response:
    await database.execute("UPDATE aanvragen SET stand = 'goed' WHERE id = :a", {"a": request.path_params["id"]})
    return JSONResponse({"ok": True})


@leidinggevende
async def afwijzen(request: Request) -> Response:
    await database.execute("UPDATE aanvragen SET stand = 'nee' WHERE id = :a", {"a": request.path_params["id"]})
    return JSONResponse({"ok": True})


async def heropenen(request: Request) -> Response:
    await database.execute("UPDATE aanvragen SET stand = 'open' WHERE id = :a", {"a": request.path_params["id"]})
    return JSONResponse({"ok": True})


routes = [
    Route("/aanmelden", aanmelden, methods=["POST"]),
    Route("/pasje", pasje, methods=["POST"]),
    Route("/bestand", bestand, methods=["POST"]),
    Route("/{id:int}/goedkeuren", goedkeuren, methods=["POST"]),
    Route("/{id:int}/afwijzen", afwijzen, methods=["POST"]),
    Route("/{id:int}/heropenen", heropenen, methods=["POST"]),
]
