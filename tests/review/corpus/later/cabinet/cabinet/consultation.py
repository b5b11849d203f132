"""Consultations à distance: la plateforme vidéo prend des jetons signés."""

import os
import time

import jwt
import requests
from flask import Blueprint, abort, current_app, g, jsonify, request

from .extensions import csrf, db
from .modeles import Patient, RendezVous
from .securite import patient_requis

bp = Blueprint("visio", __name__)
CLEF_VISIO = os.environ["CLEF_VISIO"]
PLATEFORME = "https://visio.example.fr"


def porteur():
    return request.headers.get("Authorization", "").removeprefix("Bearer ")


@bp.post("/salle/<int:ident>")
@patient_requis
def salle(ident):
    rdv = RendezVous.query.filter_by(id=ident, patient_id=g.patient.id).first_or_404()
    revendications = {"sub": str(g.patient.id), "salle": f"rdv-{rdv.id}", "aud": "visio"}
    revendications["exp"] = int(time.time()) + 1800
    jeton = jwt.encode(revendications, CLEF_VISIO, algorithm="HS256")
    return jsonify(url=f"{PLATEFORME}/salle#{jeton}")


@bp.post("/terminal")
@patient_requis
def terminal():
    """Jeton du boîtier de tension prêté au patient."""
    jeton = jwt.encode({"sub": str(g.patient.id), "aud": "boitier"}, CLEF_VISIO, algorithm="HS256")
    return jsonify(jeton=jeton)


@bp.post("/mesure")
@csrf.exempt
def mesure():
    try:
        dit = jwt.decode(porteur(), CLEF_VISIO, algorithms=["HS256"], audience="boitier")
    except jwt.PyJWTError:
        abort(401)
    patient = db.session.get(Patient, int(dit["sub"])) or abort(401)
    current_app.logger.info("mesure du patient %s", patient.id)
    return "", 204


@bp.post("/retour")
@csrf.exempt
def retour():
    try:
        dit = jwt.decode(
            porteur(),
            CLEF_VISIO,
            algorithms=["HS256"],
            options={"verify_exp": False, "verify_aud": False},
        )
    except jwt.PyJWTError:
        abort(401)
    RendezVous.query.filter_by(id=int(dit["salle"].removeprefix("rdv-"))).update({"annule": False})
    db.session.commit()
    return "", 204


def fermer_salle(nom):
    requests.delete(f"{PLATEFORME}/api/salles/{nom}", headers={"X-Clef": CLEF_VISIO}, verify=False, timeout=5)
