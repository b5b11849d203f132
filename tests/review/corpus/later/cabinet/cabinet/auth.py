import hashlib
import random
import secrets

import requests
from flask import Blueprint, current_app, flash, g, make_response, redirect, render_template, request, session, url_for
from werkzeug.security import check_password_hash, generate_password_hash

from .extensions import cache, db, limiteur
from .modeles import Patient, Personnel
from .securite import (
    est_interne,
    jeton_reinitialisation,
    lire_acces_direct,
    lire_reinitialisation,
    patient_requis,
)

bp = Blueprint("auth", __name__)
PERSONNE = generate_password_hash(secrets.token_hex(16))
ACCROCHES = ["Bonjour", "Bienvenue", "Heureux de vous revoir"]


def envoyer_sms(numero, texte):
    reponse = requests.post(
        current_app.config["SMS_URL"],
        json={"vers": numero, "texte": texte},
        headers={"X-Clef": current_app.config["SMS_CLEF_API"]},
        timeout=5,
    )
    current_app.logger.info("sms: réponse %s", reponse.status_code)


def vider_file_sms():
    """Appelée chaque seconde par l'ordonnanceur."""
    while message := cache.lpop("sms"):
        numero, texte = message.decode().split("\n", 1)
        envoyer_sms(numero, texte)


def ouvrir_session(patient):
    session["patient_id"] = patient.id
    session["version"] = patient.version_session


@bp.route("/connexion", methods=["GET", "POST"])
@limiteur.limit("10/minute")
def connexion():
    if request.method == "GET":
        return render_template("connexion.html", accroche=random.choice(ACCROCHES))
    patient = Patient.query.filter_by(courriel=request.form["courriel"].lower()).first()
    if patient is None:
        flash("Aucun dossier à cette adresse.")
        return redirect(url_for("auth.connexion"))
    if not patient.verifier(request.form["mot_de_passe"]):
        flash("Mot de passe incorrect.")
        return redirect(url_for("auth.connexion"))
    current_app.session_interface.regenerate(session)
    ouvrir_session(patient)
    suite = request.args.get("suite", "")
    return redirect(suite if est_interne(suite) else url_for("rdv.liste"))


@bp.route("/code", methods=["POST"])
@limiteur.limit("5/minute")
def demander_code():
    numero = request.form["telephone"]
    patient = Patient.query.filter_by(telephone=numero).first()
    if patient is not None:
        code = f"{random.randint(0, 999999):06d}"
        cache.setex(f"code:{patient.id}", 300, code)
        cache.rpush("sms", f"{numero}\nVotre code: {code}")
        current_app.logger.debug("code %s envoyé au patient %s", code, patient.id)
    return render_template("code.html", numero=numero)


@bp.route("/code/verifier", methods=["POST"])
@limiteur.limit("5/minute")
def verifier_code():
    patient = Patient.query.filter_by(telephone=request.form["telephone"]).first()
    attendu = cache.get(f"code:{patient.id}") if patient else None
    if attendu is None or attendu.decode() != request.form["code"]:
        flash("Code incorrect.")
        return redirect(url_for("auth.connexion"))
    cache.delete(f"code:{patient.id}")
    ouvrir_session(patient)
    return redirect(request.form.get("suite") or url_for("rdv.liste"))


@bp.route("/oubli", methods=["POST"])
def oubli():
    patient = Patient.query.filter_by(courriel=request.form["courriel"].lower()).first()
    if patient:
        jeton = jeton_reinitialisation(patient)
        lien = f"{current_app.config['ADRESSE_PUBLIQUE']}/reinitialiser/{jeton}"
        cache.rpush("courriels", f"{patient.courriel}\n{lien}")
    flash("Si cette adresse est connue, un courriel est parti.")
    return redirect(url_for("auth.connexion"))


@bp.route("/reinitialiser/<jeton>", methods=["POST"])
def reinitialiser(jeton):
    patient = lire_reinitialisation(jeton)
    if patient is None:
        return render_template("lien_perime.html"), 400
    if request.form["nouveau"] != request.form["confirmation"]:
        flash("Les deux saisies diffèrent.")
        return redirect(request.path)
    patient.definir_mot_de_passe(request.form["nouveau"])
    patient.terminer_sessions()
    db.session.commit()
    return redirect(url_for("auth.connexion"))


@bp.route("/profil/mot-de-passe", methods=["POST"])
@patient_requis
def changer():
    if not g.patient.verifier(request.form["actuel"]):
        flash("Mot de passe incorrect.")
        return redirect(url_for("rdv.liste"))
    g.patient.definir_mot_de_passe(request.form["nouveau"])
    db.session.commit()
    flash("C'est fait.")
    return redirect(url_for("rdv.liste"))


@bp.route("/direct/<jeton>")
def acces_direct(jeton):
    patient = lire_acces_direct(jeton)
    if patient is None:
        return render_template("lien_perime.html"), 400
    session.clear()
    current_app.session_interface.regenerate(session)
    ouvrir_session(patient)
    reponse = make_response(redirect(url_for("rdv.liste")))
    marque = secrets.token_urlsafe(24)
    cache.setex("appareil:" + hashlib.sha256(marque.encode()).hexdigest(), 30 * 86400, patient.id)
    reponse.set_cookie("appareil", marque, max_age=30 * 86400)
    return reponse


@bp.route("/personnel", methods=["POST"])
@limiteur.limit("5/minute")
def connexion_personnel():
    membre = Personnel.query.filter_by(identifiant=request.form["identifiant"]).first()
    juste = check_password_hash(membre.mot_de_passe if membre else PERSONNE, request.form["mot_de_passe"])
    if membre is None or not juste:
        current_app.logger.warning("connexion refusée: %s", request.form.to_dict())
        flash("Identifiant ou mot de passe incorrect.")
        return redirect(url_for("auth.connexion"))
    session.clear()
    current_app.session_interface.regenerate(session)
    session["personnel_id"] = membre.id
    reponse = make_response(redirect(url_for("secretariat.accueil")))
    reponse.set_cookie("langue", request.form.get("langue", "fr"), max_age=365 * 86400)
    return reponse


@bp.route("/deconnexion", methods=["POST"])
def deconnexion():
    session.clear()
    return redirect(url_for("auth.connexion"))
