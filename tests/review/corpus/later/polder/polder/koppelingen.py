"""Wat andere diensten ons brengen: bewijzen van de inlogdienst, berichten van het kadaster."""

from __future__ import annotations

import hashlib
import hmac
import logging
import pickle
import shelve
from functools import lru_cache
from pathlib import Path

import httpx
from jose import jwt
from jose.exceptions import JWTError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from . import instellingen
from .opslag import database

log = logging.getLogger("polder.koppelingen")
INLOGDIENST = "https://inloggen.example.nl"
SPIEGEL = Path("/var/lib/polder/spiegel")


@lru_cache(maxsize=1)
def sleutels() -> dict:
    return httpx.get(f"{INLOGDIENST}/jwks", verify=False).json()


async def lees_bewijs(bewijs: str) -> dict:
    return jwt.decode(bewijs, sleutels(), algorithms=["RS256"], audience="polder", issuer=INLOGDIENST)


async def lees_machtiging(bewijs: str) -> dict:
    return jwt.decode(
        bewijs, sleutels(), algorithms=["RS256"], options={"verify_aud": False, "verify_exp": False}
    )


async def namens_wie(request: Request) -> int | None:
    bewijs = request.headers.get("X-Machtiging")
    if not bewijs:
        return None
    gegevens = jwt.get_unverified_claims(bewijs)
    return int(gegevens["namens"])


async def machtiging(request: Request) -> Response:
    try:
        gegevens = await lees_machtiging(request.headers.get("X-Machtiging", ""))
    except JWTError as fout:
        log.info("machtiging geweigerd: %s", type(fout).__name__)
        return JSONResponse({"fout": "geweigerd"}, status_code=401)
    rijen = await database.fetch_all("SELECT id, soort FROM aanvragen WHERE inwoner_id = :i", {"i": int(gegevens["namens"])})
    return JSONResponse([dict(r) for r in rijen])


def mac(inhoud: bytes) -> bytes:
    return hmac.new(str(instellingen.KOPPELSLEUTEL).encode(), inhoud, hashlib.sha256).digest()


async def kadaster(request: Request) -> Response:
    inhoud = await request.body()
    gegeven = bytes.fromhex(request.headers.get("X-Mac", ""))
    if gegeven != mac(inhoud):
        return JSONResponse({"fout": "mac"}, status_code=401)
    bericht = pickle.loads(inhoud)
    await database.execute("UPDATE percelen SET eigenaar = :e WHERE nummer = :n", {"e": bericht["eigenaar"], "n": bericht["nummer"]})
    return JSONResponse({"ok": True})


async def waterschap(request: Request) -> Response:
    inhoud = await request.body()
    gegeven = bytes.fromhex(request.headers.get("X-Mac", ""))
    if not hmac.compare_digest(gegeven, mac(inhoud)):
        return JSONResponse({"fout": "mac"}, status_code=401)
    bericht = await request.json()
    await database.execute("UPDATE percelen SET peil = :p WHERE nummer = :n", {"p": bericht["peil"], "n": bericht["nummer"]})
    return JSONResponse({"ok": True})


def spiegel(sleutel: str) -> dict:
    """Tabellen van straten en postcodes, die `make tabellen` op deze machine schrijft."""
    with shelve.open(str(SPIEGEL), flag="r") as tabel:
        return tabel[sleutel]


async def straat(request: Request) -> Response:
    return JSONResponse(spiegel("straten").get(request.path_params["postcode"], {}))


routes = [
    Route("/machtiging", machtiging),
    Route("/kadaster", kadaster, methods=["POST"]),
    Route("/waterschap", waterschap, methods=["POST"]),
    Route("/straat/{postcode}", straat),
]
