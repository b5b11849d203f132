import io
import pickle
from functools import lru_cache
from pathlib import Path

import bcrypt
import joblib
from sanic import Blueprint, json
from sanic.exceptions import BadRequest
from tortoise import connections

from . import sessions
from .gardes import chef_requis, placier_requis
from .modeles import Placier, Reservation

bp = Blueprint("placiers", url_prefix="/placiers")
bp.middleware(placier_requis, "request")

FREQUENTATION = Path(__file__).parent / "donnees" / "frequentation.pkl"
COLONNES = {"allee": "e.allee", "jour": "r.jour", "enseigne": "x.enseigne"}


@lru_cache(maxsize=1)
def frequentation():
    with FREQUENTATION.open("rb") as fichier:
        return pickle.load(fichier)


@bp.post("/service")
async def ouvrir(request):
    placier = await Placier.get_or_none(matricule=request.form.get("matricule", ""))
    if placier is None:
        return json({"erreur": "Matricule ou code incorrect."}, status=401)
    if not bcrypt.checkpw(request.form.get("code", "").encode(), placier.condense.encode()):
        return json({"erreur": "Matricule ou code incorrect."}, status=401)
    sid = await sessions.ouvrir_service(placier.id, request.args.get("tablette"))
    reponse = json({"chef": placier.chef})
    reponse.add_cookie("service", sid, path="/placiers", httponly=True, secure=True, samesite="Strict", max_age=sessions.SERVICE)
    return reponse


@bp.delete("/service")
async def finir(request):
    await sessions.finir_service(request.cookies.get("service"))
    reponse = json({"ok": True})
    reponse.delete_cookie("service", path="/placiers")
    return reponse


@bp.get("/plan")
async def plan(request):
    tri = COLONNES.get(request.args.get("tri"), "e.allee")
    jour = request.args.get("jour", "")
    lignes = await connections.get("default").execute_query_dict(
        "SELECT e.allee, e.numero, x.enseigne FROM reservation r JOIN emplacement e ON e.id = r.emplacement_id "
        f"JOIN exposant x ON x.id = r.exposant_id WHERE r.jour = $1::text::date ORDER BY {tri}",
        [jour],
    )
    return json(lignes)


@bp.get("/exposants")
async def chercher(request):
    mots = request.args.get("mots", "").split()
    conditions = " AND ".join(f"produits ILIKE '%{mot}%'" for mot in mots) or "TRUE"
    base = connections.get("default")
    _, lignes = await base.execute_query(f"SELECT id, enseigne, produits FROM exposant WHERE {conditions}")
    return json([dict(ligne) for ligne in lignes])


@bp.post("/agents")
@chef_requis
async def nouvel_agent(request):
    condense = bcrypt.hashpw(request.form.get("code", "").encode(), bcrypt.gensalt(12)).decode()
    placier = await Placier.create(matricule=request.form.get("matricule"), condense=condense)
    return json({"id": placier.id}, status=201)


@bp.delete("/agents/<numero:int>")
async def retirer_agent(request, numero):
    await Placier.filter(id=numero).delete()
    return json({"ok": True})


@bp.post("/reservations/<numero:int>/payee")
async def encaisser(request, numero):
    await Reservation.filter(id=numero).update(payee=True)
    return json({"ok": True})


@bp.post("/prevision")
async def prevision(request):
    """Un modèle entraîné au bureau, déposé par la page des placiers."""
    fichier = request.files.get("modele")
    if fichier is None:
        raise BadRequest("Il manque le modèle.")
    modele = joblib.load(io.BytesIO(fichier.body))
    moyenne = frequentation()
    return json({"samedi": float(modele.predict([[5, moyenne["samedi"]]])[0])})
