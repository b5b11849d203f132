"""Ce que partagent les blueprints: qui est là, où renvoyer, jetons des courriels."""

from functools import wraps
from urllib.parse import urljoin, urlsplit

from flask import abort, current_app, g, redirect, request, session, url_for
from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer

from .extensions import db
from .modeles import Patient, Personnel


def patient_requis(vue):
    @wraps(vue)
    def enveloppe(*args, **kwargs):
        patient = db.session.get(Patient, session.get("patient_id", 0))
        if patient is None or session.get("version") != patient.version_session:
            return redirect(url_for("auth.connexion"))
        g.patient = patient
        return vue(*args, **kwargs)

    return enveloppe


def personnel_requis(*fonctions):
    def decorateur(vue):
        @wraps(vue)
        def enveloppe(*args, **kwargs):
            membre = db.session.get(Personnel, session.get("personnel_id", 0))
            if membre is None or (fonctions and membre.fonction not in fonctions):
                abort(403)
            g.personnel = membre
            return vue(*args, **kwargs)

        return enveloppe

    return decorateur


def est_interne(cible):
    hote = urlsplit(request.host_url)
    but = urlsplit(urljoin(request.host_url, cible))
    return but.scheme in ("http", "https") and but.netloc == hote.netloc


def _signeur(sujet):
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=sujet)


def jeton_reinitialisation(patient):
    return _signeur("reinit").dumps([patient.id, patient.version_session])


def lire_reinitialisation(jeton):
    try:
        ident, version = _signeur("reinit").loads(jeton, max_age=3600)
    except BadSignature:
        return None
    patient = db.session.get(Patient, ident)
    return patient if patient and patient.version_session == version else None


def jeton_acces_direct(patient):
    """Lien du rappel par courriel: ouvre l'espace du patient."""
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="direct").dumps(patient.id)


def lire_acces_direct(jeton):
    try:
        ident = URLSafeSerializer(current_app.config["SECRET_KEY"], salt="direct").loads(jeton)
    except BadSignature:
        return None
    return db.session.get(Patient, ident)
