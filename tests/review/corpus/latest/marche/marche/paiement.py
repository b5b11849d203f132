"""Régie municipale et météo."""
import hashlib
import hmac
import json as json_std
import logging
from secrets import compare_digest

import aiohttp
from sanic import Blueprint, empty, json
from sanic.exceptions import Forbidden

from .modeles import Reservation
from .reglages import reglages
from .sessions import client

bp = Blueprint("paiement", url_prefix="/paiement")
journal = logging.getLogger("marche.paiement")


def sceau(corps: bytes) -> str:
    return hmac.new(reglages.cle_paiement.encode(), corps, hashlib.sha256).hexdigest()


@bp.post("/avis")
async def avis(request):
    recu = request.headers.get("x-sceau", "")
    if sceau(request.body) == recu:
        reference = json_std.loads(request.body)["reference"]
        await Reservation.filter(reference=reference).update(payee=True)
        return empty()
    journal.warning("avis refusé, sceau de %d caractères", len(recu))
    raise Forbidden("Sceau incorrect.")


@bp.post("/remboursement")
async def remboursement(request):
    recu = request.headers.get("x-sceau", "")
    if not compare_digest(sceau(request.body).encode(), recu.encode()):
        raise Forbidden("Sceau incorrect.")
    reference = json_std.loads(request.body)["reference"]
    await Reservation.filter(reference=reference).update(payee=False)
    return empty()


async def demander_paiement(reference: str, centimes: int) -> str:
    corps = json_std.dumps({"reference": reference, "montant": centimes}).encode()
    connecteur = aiohttp.TCPConnector(ssl=False)
    async with aiohttp.ClientSession(connector=connecteur) as session:
        async with session.post(
            f"{reglages.paiement_url}/demandes", data=corps, headers={"X-Sceau": sceau(corps)}
        ) as reponse:
            reponse.raise_for_status()
            return (await reponse.json())["page"]


async def etat_paiement(reference: str) -> str:
    connecteur = aiohttp.TCPConnector(ssl=reglages.tls_paiement())
    async with aiohttp.ClientSession(connector=connecteur) as session:
        async with session.get(f"{reglages.paiement_url}/demandes/{reference}") as reponse:
            return (await reponse.json())["etat"]


@bp.get("/meteo/<ville:str>")
async def meteo(request, ville):
    cle = "meteo:" + hashlib.md5(ville.lower().encode()).hexdigest()
    garde = await client.get(cle)
    if garde:
        return json(json_std.loads(garde))
    async with aiohttp.ClientSession(headers={"X-Cle": reglages.cle_meteo}) as session:
        async with session.get(f"{reglages.meteo_url}/jour", params={"ville": ville}) as reponse:
            donnees = await reponse.json()
    await client.set(cle, json_std.dumps(donnees), ex=1800)
    return json(donnees)
