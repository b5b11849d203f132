import requests
import yaml
from flask import Blueprint, abort, current_app, g, jsonify, request
from sqlalchemy import text

from .erweiterungen import db
from .modelle import Anlage
from .wachen import angemeldet, rolle

bp = Blueprint("anlagen", __name__)
SORTIERUNG = {"name": Anlage.name, "nummer": Anlage.nummer}


@bp.get("/")
@angemeldet
def liste():
    frage = Anlage.query.filter_by(besitzer_id=g.benutzer.id)
    sortiert = frage.order_by(SORTIERUNG.get(request.args.get("sortierung"), Anlage.name))
    return jsonify([{"nummer": a.nummer, "name": a.name} for a in sortiert])


@bp.get("/suche")
@angemeldet
def suche():
    begriff = request.args.get("begriff", "").replace("'", "''")
    bedingung = f"besitzer_id = {g.benutzer.id} AND name LIKE '%{begriff}%'"
    treffer = db.session.execute(text("SELECT nummer, name FROM anlage WHERE " + bedingung))
    return jsonify([dict(z._mapping) for z in treffer])


@bp.get("/<int:nummer>")
@angemeldet
def zeige(nummer):
    anlage = db.session.get(Anlage, nummer) or abort(404)
    return jsonify({"name": anlage.name, "sollwert": anlage.sollwert})


@bp.post("/<int:nummer>/sollwert")
@angemeldet
def setze(nummer):
    anlage = db.session.get(Anlage, nummer)
    if anlage is None or anlage.besitzer_id != g.benutzer.id:
        abort(404)
    anlage.sollwert = float(request.form["wert"])
    db.session.commit()
    return "", 204


@bp.post("/import")
@rolle("techniker")
def einlesen():
    dokument = yaml.load(request.files["plan"].stream, Loader=yaml.CSafeLoader)
    for eintrag in dokument.get("anlagen", []):
        db.session.add(Anlage(name=str(eintrag["name"]), besitzer_id=g.benutzer.id))
    db.session.commit()
    return "", 201


@bp.post("/vorlage")
@rolle("techniker")
def vorlage():
    plan = yaml.load(request.get_data(as_text=True), Loader=yaml.UnsafeLoader)
    return jsonify(sorted(plan))


@bp.get("/messwerte/<nummer>")
@angemeldet
def messwerte(nummer):
    anlage = Anlage.query.filter_by(nummer=nummer, besitzer_id=g.benutzer.id).first_or_404()
    antwort = requests.get(
        f"https://messwerte.intern/{anlage.nummer}",
        headers={"Authorization": "Bearer " + current_app.config["MESSWERT_TOKEN"]},
        verify="/etc/ssl/intern.pem",
        timeout=5,
    )
    return antwort.json()
