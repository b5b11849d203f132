"""Aufträge der Druckerei Wendt: Kunden laden Vorlagen hoch, die Werkstatt druckt."""
import os

from flask import Flask, jsonify, request

from .auftraege import auftraege
from .erweiterungen import mongo, sitzungen
from .konto import konto
from .werkstatt import werkstatt

SHOP = "https://shop.druckerei-wendt.example"


def create_app(config=None):
    app = Flask(__name__)
    app.config.update(
        MONGO_URI=os.environ.get("MONGO_URI", "mongodb://localhost:27017/druckerei"),
        SECRET_KEY=os.environ["DRUCKEREI_SECRET_KEY"],
        BASIS_URL=os.environ.get("BASIS_URL", SHOP),
        MAX_CONTENT_LENGTH=80 * 1024 * 1024,
        WERKSTATT_API_KEY=os.environ["WERKSTATT_API_KEY"],
    )
    app.config.update(config or {})
    mongo.init_app(app)
    sitzungen.init_app(app)
    app.register_blueprint(konto, url_prefix="/konto")
    app.register_blueprint(auftraege, url_prefix="/auftraege")
    app.register_blueprint(werkstatt, url_prefix="/werkstatt")
    app.after_request(freigaben)

    @app.errorhandler(404)
    def nicht_gefunden(_fehler):
        return jsonify(fehler="nicht gefunden"), 404

    return app


def freigaben(antwort):
    """Das Schaufenster liegt auf einer eigenen Adresse, die Partnerseiten auch."""
    herkunft = request.headers.get("Origin")
    if herkunft and request.path.startswith("/auftraege"):
        antwort.headers["Access-Control-Allow-Origin"] = herkunft
        antwort.headers["Access-Control-Allow-Credentials"] = "true"
        antwort.headers["Vary"] = "Origin"
    elif herkunft == SHOP:
        antwort.headers["Access-Control-Allow-Origin"] = SHOP
        antwort.headers["Access-Control-Allow-Credentials"] = "true"
    return antwort
