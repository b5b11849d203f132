import json
import pickle
from datetime import datetime, timedelta
from pathlib import Path

from flask import Blueprint, Response, abort, g, jsonify, render_template, request
from sqlalchemy import text

from .extensions import cache, csrf, db
from .modeles import Ordonnance, Praticien, RendezVous
from .securite import patient_requis

bp = Blueprint("rdv", __name__)
MODELE_ABSENCES = pickle.loads(Path(__file__).with_name("absences.pkl").read_bytes())


def creneaux(praticien_id):
    cle = f"creneaux:{praticien_id}"
    memo = cache.get(cle)
    if memo:
        return pickle.loads(memo)
    debut = datetime.now()
    pris = {r.debut for r in RendezVous.query.filter_by(praticien_id=praticien_id, annule=False)}
    libres = [h for n in range(200) if (h := debut + timedelta(minutes=20 * n)) not in pris]
    cache.setex(cle, 60, pickle.dumps(libres))
    return libres


def praticiens():
    memo = cache.get("praticiens")
    if memo:
        return json.loads(memo)
    noms = [{"id": p.id, "nom": p.nom} for p in Praticien.query.order_by(Praticien.nom)]
    cache.setex("praticiens", 3600, json.dumps(noms))
    return noms


@bp.get("/")
@patient_requis
def liste():
    lignes = RendezVous.query.filter_by(patient_id=g.patient.id, annule=False).all()
    return render_template("rdv.html", lignes=lignes, praticiens=praticiens())


@bp.get("/creneaux/<int:praticien_id>")
@patient_requis
def libres(praticien_id):
    return jsonify([heure.isoformat() for heure in creneaux(praticien_id)])


@bp.post("/")
@patient_requis
def prendre():
    rdv = RendezVous(
        patient_id=g.patient.id,
        praticien_id=int(request.form["praticien"]),
        debut=datetime.fromisoformat(request.form["debut"]),
        motif=request.form.get("motif", "")[:200],
    )
    db.session.add(rdv)
    db.session.commit()
    return jsonify(id=rdv.id)


@bp.post("/<int:ident>/annuler")
@patient_requis
def annuler(ident):
    rdv = RendezVous.query.filter_by(id=ident, patient_id=g.patient.id).first_or_404()
    rdv.annule = True
    db.session.commit()
    return "", 204


@bp.post("/<int:ident>/deplacer")
@patient_requis
def deplacer(ident):
    rdv = RendezVous.query.get_or_404(ident)
    rdv.debut = datetime.fromisoformat(request.form["debut"])
    db.session.commit()
    return jsonify(id=rdv.id, debut=rdv.debut.isoformat(), motif=rdv.motif)


@bp.get("/ordonnance/<int:ident>")
@patient_requis
def ordonnance(ident):
    piece = db.session.get(Ordonnance, ident)
    if piece is None or piece.patient_id != g.patient.id:
        abort(404)
    reponse = Response(piece.contenu, mimetype="application/pdf")
    reponse.set_etag(piece.etiquette())
    return reponse


@bp.get("/chercher")
@patient_requis
def chercher():
    mot = request.args.get("mot", "")
    requete = f"SELECT id, debut, motif FROM rendez_vous WHERE patient_id = {g.patient.id} AND motif LIKE '%{mot}%'"
    lignes = db.session.execute(text(requete)).mappings()
    return jsonify([dict(ligne) for ligne in lignes])


@bp.get("/historique")
@patient_requis
def historique():
    lignes = db.session.execute(
        text("SELECT id, debut FROM rendez_vous WHERE patient_id = :p AND debut < :avant"),
        {"p": g.patient.id, "avant": request.args.get("avant")},
    )
    return jsonify([ligne.id for ligne in lignes])


@bp.get("/agenda/<int:praticien_id>.ics")
def agenda(praticien_id):
    """Abonnement du téléphone du praticien."""
    praticien = Praticien.query.get_or_404(praticien_id)
    if request.args.get("jeton") != praticien.jeton_agenda:
        abort(403)
    lignes = RendezVous.query.filter_by(praticien_id=praticien.id, annule=False)
    corps = "\r\n".join(f"DTSTART:{r.debut:%Y%m%dT%H%M%S}" for r in lignes)
    return Response(corps, mimetype="text/calendar")


@bp.post("/avis")
@csrf.exempt
@patient_requis
def avis():
    g.patient.nom = request.form.get("nom", g.patient.nom)
    db.session.commit()
    return "", 204
