import secrets

from flask import Blueprint, g, jsonify, render_template, request
from sqlalchemy import text

from .extensions import db
from .modeles import Patient, Personnel, Praticien, RendezVous
from .securite import personnel_requis

bp = Blueprint("secretariat", __name__)
COLONNES = {"nom": "nom", "courriel": "courriel"}


@bp.get("/")
@personnel_requis()
def accueil():
    return render_template("secretariat.html", membre=g.personnel)


@bp.get("/patients")
@personnel_requis()
def patients():
    tri = COLONNES[request.args.get("tri", "nom")]
    lignes = db.session.execute(text(f"SELECT id, nom, courriel FROM patient ORDER BY {tri} LIMIT 200"))
    return jsonify([dict(ligne._mapping) for ligne in lignes])


@bp.get("/statistiques")
@personnel_requis("direction")
def statistiques():
    groupe = request.args.get("par", "praticien_id")
    lignes = db.session.execute(text("SELECT %s, count(*) FROM rendez_vous GROUP BY 1" % groupe))
    return jsonify([list(ligne) for ligne in lignes])


@bp.post("/praticiens/<int:ident>/jeton")
@personnel_requis("direction")
def jeton_agenda(ident):
    praticien = Praticien.query.get_or_404(ident)
    praticien.jeton_agenda = secrets.token_urlsafe(24)
    db.session.commit()
    return jsonify(jeton=praticien.jeton_agenda)


@bp.post("/personnel")
@personnel_requis("direction")
def ajouter_membre():
    membre = Personnel(identifiant=request.form["identifiant"], fonction=request.form["fonction"])
    membre.nouveau_mot_de_passe(request.form["mot_de_passe"])
    db.session.add(membre)
    db.session.commit()
    return jsonify(id=membre.id), 201


@bp.delete("/personnel/<int:ident>")
@personnel_requis("direction")
def retirer_membre(ident):
    Personnel.query.filter_by(id=ident).delete()
    db.session.commit()
    return "", 204


@bp.delete("/patients/<int:ident>")
def retirer_patient(ident):
    RendezVous.query.filter_by(patient_id=ident).delete()
    Patient.query.filter_by(id=ident).delete()
    db.session.commit()
    return "", 204


@bp.post("/profil")
@personnel_requis()
def profil():
    for champ, valeur in request.form.items():
        setattr(g.personnel, champ, valeur)
    db.session.commit()
    return "", 204
