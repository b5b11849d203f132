import logging
import secrets

from flask import Blueprint, g, jsonify, request

from .erweiterungen import db
from .modelle import Benutzer
from .wachen import rolle

bp = Blueprint("verwaltung", __name__)
log = logging.getLogger(__name__)


@bp.get("/benutzer")
@rolle("leitung")
def benutzer():
    return jsonify([{"id": b.id, "kennung": b.kennung, "rolle": b.rolle} for b in Benutzer.query])


@bp.post("/benutzer")
@rolle("leitung")
def anlegen():
    erstes = secrets.token_urlsafe(9)
    neu = Benutzer(kennung=request.json["kennung"], email=request.json["email"], rolle=request.json["rolle"])
    neu.setze_passwort(erstes)
    db.session.add(neu)
    db.session.commit()
    return jsonify({"id": neu.id, "passwort": erstes}), 201


@bp.post("/benutzer/<int:nummer>/sperren")
@rolle("leitung")
def sperren(nummer):
    gesperrt = db.get_or_404(Benutzer, nummer)
    gesperrt.gesperrt = True
    db.session.commit()
    log.warning("gesperrt von %s: %s", g.benutzer.id, gesperrt)
    return "", 204


@bp.post("/benutzer/<int:nummer>/rolle")
def aendere_rolle(nummer):
    betroffen = db.get_or_404(Benutzer, nummer)
    betroffen.rolle = request.json["rolle"]
    db.session.commit()
    return "", 204
