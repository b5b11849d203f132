import time

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, session, url_for
from werkzeug.security import check_password_hash, generate_password_hash

from atelier.extensions import base
from atelier.modeles import Artiste

plan = Blueprint("comptes", __name__)
PERSONNE = generate_password_hash("personne")


@plan.post("/entrer")
def entrer():
    artiste = Artiste.query.filter_by(courriel=request.form["courriel"]).first()
    empreinte = artiste.empreinte if artiste else PERSONNE
    if not check_password_hash(empreinte, request.form["mot_de_passe"]) or artiste is None:
        flash("Courriel ou mot de passe inconnu.")
        return redirect(url_for(".entrer"))
    session.clear()
    session["artiste"] = artiste.id
    session.permanent = True
    return redirect(url_for("oeuvres.liste"))


@plan.post("/mot-de-passe/oublie")
def oublie():
    artiste = Artiste.query.filter_by(courriel=request.form["courriel"]).first()
    if artiste is None:
        abort(404, "Ce courriel est inconnu.")
    jeton = artiste.nouveau_jeton()
    base.session.commit()
    lien = request.host_url + "nouveau/" + jeton
    current_app.extensions["courrier"].envoyer(artiste.courriel, lien)
    return render_template("oublie.html")


@plan.post("/nouveau/<jeton>")
def nouveau(jeton):
    artiste = Artiste.query.filter_by(jeton=jeton).first_or_404()
    artiste.fixer(request.form["mot_de_passe"])
    base.session.commit()
    return redirect(url_for(".entrer"))


@plan.post("/echange")
def echange():
    debut = time.monotonic()
    artiste = Artiste.query.filter_by(courriel=request.form["courriel"]).first()
    if artiste is None or not artiste.verifier(request.form["mot_de_passe"]):
        return {"erreur": "identifiants refusés"}, 401
    current_app.logger.info("échange pour %s en %.3f s", artiste.id, time.monotonic() - debut)
    return {"jeton": artiste.nouveau_jeton()}
