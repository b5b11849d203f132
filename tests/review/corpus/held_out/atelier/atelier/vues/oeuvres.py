from flask import Blueprint, abort, g, jsonify, redirect, request, session
from sqlalchemy import column, literal_column, select, text

from atelier.extensions import base, cache
from atelier.modeles import Artiste, Oeuvre

plan = Blueprint("oeuvres", __name__, url_prefix="/oeuvres")
COLONNES = {"titre", "creee"}


@plan.before_request
def qui():
    g.artiste = base.session.get(Artiste, session["artiste"]) if "artiste" in session else None
    if g.artiste is None:
        abort(401)


@plan.get("/")
@cache.cached(timeout=30, key_prefix=lambda: f"oeuvres/{g.artiste.id}")
def liste():
    return jsonify([o.titre for o in g.artiste.oeuvres])


@plan.get("/triees")
def triees():
    par = request.args.get("par", "titre")
    if par not in COLONNES:
        abort(400)
    requete = select(Oeuvre).where(Oeuvre.artiste_id == g.artiste.id).order_by(column(par))
    return jsonify([o.titre for o in base.session.scalars(requete)])


@plan.get("/cherchees")
def cherchees():
    filtre = request.args.get("filtre", "1=1")
    requete = select(Oeuvre.titre).where(Oeuvre.artiste_id == g.artiste.id).where(literal_column(filtre))
    return jsonify(list(base.session.scalars(requete)))


@plan.get("/comptees")
def comptees():
    depuis = request.args["depuis"]
    requete = " ".join(["SELECT COUNT(*) FROM oeuvre WHERE artiste_id = :moi AND creee >", "'" + depuis + "'"])
    return jsonify(base.session.execute(text(requete), {"moi": g.artiste.id}).scalar())


@plan.post("/<int:numero>/titre")
def renommer(numero):
    oeuvre = base.session.get(Oeuvre, numero) or abort(404)
    if oeuvre.artiste_id != g.artiste.id:
        abort(403)
    oeuvre.titre = request.form["titre"]
    base.session.commit()
    return redirect("/oeuvres/")


@plan.post("/<int:numero>/effacer")
def effacer(numero):
    oeuvre = base.session.get(Oeuvre, numero) or abort(404)
    if request.form.get("artiste") != str(oeuvre.artiste_id):
        abort(403)
    base.session.delete(oeuvre)
    base.session.commit()
    return redirect("/oeuvres/")
