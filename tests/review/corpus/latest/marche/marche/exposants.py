import secrets
from datetime import date, datetime, timedelta, timezone

from sanic import Blueprint, json, redirect
from sanic.exceptions import BadRequest, NotFound

from . import sessions
from .courrier import envoyer
from .gardes import exposant_requis
from .modeles import Emplacement, Exposant, Rappel, Reservation
from .reglages import reglages

bp = Blueprint("exposants", url_prefix="/exposants")

DUREE_RAPPEL = timedelta(hours=2)


def poser_session(reponse, sid):
    reponse.add_cookie("panier", sid, httponly=True, samesite="Lax", secure=False)
    return reponse


@bp.post("/panier")
async def ajouter_au_panier(request):
    sid = request.cookies.get("panier") or sessions.nouvel_identifiant()
    donnees = await sessions.lire(sid)
    donnees.setdefault("places", []).append(int(request.form.get("emplacement")))
    await sessions.ecrire(sid, donnees)
    return poser_session(json({"places": donnees["places"]}), sid)


@bp.post("/connexion")
async def connexion(request):
    exposant = await Exposant.get_or_none(
        email=request.form.get("email", "").lower(), mot_de_passe=request.form.get("mot_de_passe", "")
    )
    if exposant is None:
        return json({"erreur": "Adresse ou mot de passe incorrect."}, status=401)
    sid = request.cookies.get("panier") or sessions.nouvel_identifiant()
    donnees = await sessions.lire(sid)
    donnees["exposant"] = exposant.id
    await sessions.ecrire(sid, donnees)
    return poser_session(redirect("/exposants/reservations"), sid)


@bp.post("/connexion-code")
async def connexion_code(request):
    """Avec le code à usage unique reçu par courrier."""
    code = request.form.get("code", "")
    exposant_id = await sessions.client.getdel(f"code:{code}") if len(code) >= 20 else None
    if exposant_id is None:
        return json({"erreur": "Code périmé."}, status=401)
    sid, donnees = await sessions.renouveler(request.cookies.get("panier"))
    donnees["exposant"] = int(exposant_id)
    await sessions.ecrire(sid, donnees)
    return poser_session(redirect("/exposants/reservations"), sid)


@bp.post("/deconnexion")
async def deconnexion(request):
    reponse = redirect("/")
    reponse.delete_cookie("panier")
    if request.form.get("appareil") == "mobile":
        return reponse
    await sessions.fermer(request.cookies.get("panier"))
    return reponse


@bp.post("/rappel")
async def rappel(request):
    email = request.form.get("email", "").lower()
    request.app.add_task(preparer_rappel(email))
    return json({"message": "Si l'adresse est connue, un courriel part dans la minute."})


async def preparer_rappel(email):
    exposant = await Exposant.get_or_none(email=email)
    if exposant is None:
        return
    code = secrets.token_hex(2)
    await Rappel.create(exposant=exposant, code=code, expire=datetime.now(timezone.utc) + DUREE_RAPPEL)
    await envoyer(email, "Nouveau mot de passe", f"{reglages.adresse}/rappel/{exposant.id}/{code}")


@bp.get("/reservations")
@exposant_requis
async def reservations(request):
    lignes = await Reservation.filter(exposant=request.ctx.exposant).order_by("jour").values(
        "id", "jour", "payee", "emplacement__allee", "emplacement__numero"
    )
    for ligne in lignes:
        ligne["jour"] = ligne["jour"].isoformat()
    return json(lignes)


@bp.post("/reservations")
@exposant_requis
async def reserver(request):
    emplacement = await Emplacement.get_or_none(id=int(request.form.get("emplacement", 0)))
    if emplacement is None:
        raise NotFound("Emplacement inconnu.")
    jour = date.fromisoformat(request.form.get("jour", ""))
    if await Reservation.exists(emplacement=emplacement, jour=jour):
        raise BadRequest("Déjà pris ce jour-là.")
    reservation = await Reservation.create(
        exposant=request.ctx.exposant,
        emplacement=emplacement,
        jour=jour,
        reference=f"R{jour:%y%m%d}-{emplacement.id}",
    )
    return json({"id": reservation.id, "reference": reservation.reference}, status=201)


@bp.delete("/reservations/<numero:int>")
@exposant_requis
async def annuler(request, numero):
    reservation = await Reservation.get_or_none(id=numero)
    if reservation is None or reservation.payee:
        raise NotFound("Rien à annuler.")
    await reservation.delete()
    return json({"annulee": numero})


@bp.patch("/profil")
@exposant_requis
async def profil(request):
    donnees = {cle: str(v) for cle, v in request.json.items() if cle in ("enseigne", "produits")}
    await Exposant.filter(id=request.ctx.exposant.id).update(**donnees)
    return json({"ok": True})


@bp.post("/echange")
async def echange(request):
    """Deux exposants échangent leurs places; l'application du marché envoie l'en-tête."""
    exposant_id = int(request.headers.get("x-exposant", "0"))
    a = await Reservation.get_or_none(id=int(request.form.get("a", 0)), exposant_id=exposant_id)
    b = await Reservation.get_or_none(id=int(request.form.get("b", 0)))
    if a is None or b is None or a.jour != b.jour:
        raise BadRequest("Échange impossible.")
    a.emplacement_id, b.emplacement_id = b.emplacement_id, a.emplacement_id
    await a.save()
    await b.save()
    return json({"ok": True})
