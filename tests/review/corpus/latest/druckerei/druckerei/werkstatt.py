"""The workshop's screens and its machines."""
import secrets
from datetime import timedelta
from functools import wraps
from hmac import compare_digest as gleich

from bson import ObjectId
from flask import Blueprint, abort, current_app, g, jsonify, make_response, request
from flask.views import MethodView
from werkzeug.security import check_password_hash, generate_password_hash

from .erweiterungen import jetzt, mongo
from .kurier import sendung_melden

werkstatt = Blueprint("werkstatt", __name__)

NIEMAND = generate_password_hash(secrets.token_hex(8))
SCHICHT = timedelta(hours=9)


def drucker_noetig(ansicht):
    @wraps(ansicht)
    def innen(*args, **kwargs):
        schicht = mongo.db.schichten.find_one(
            {"_id": request.cookies.get("schicht", ""), "ende": {"$gt": jetzt()}}
        )
        if schicht is None:
            abort(401)
        g.drucker = schicht["drucker"]
        return ansicht(*args, **kwargs)

    return innen


def maschine_noetig(ansicht):
    @wraps(ansicht)
    def innen(*args, **kwargs):
        if not gleich(request.headers.get("X-Api-Key", "").encode(), current_app.config["WERKSTATT_API_KEY"].encode()):
            abort(403)
        return ansicht(*args, **kwargs)

    return innen


class Schicht(MethodView):
    def post(self):
        drucker = mongo.db.drucker.find_one({"kuerzel": request.form.get("kuerzel", "")})
        hash_ = drucker["kennwort"] if drucker else NIEMAND
        stimmt = check_password_hash(hash_, request.form.get("kennwort", ""))
        if drucker is None or not stimmt:
            current_app.logger.warning("Werkstatt: Anmeldung von %s abgelehnt", request.remote_addr)
            return jsonify(fehler="Kürzel oder Kennwort falsch"), 401
        nummer = secrets.token_urlsafe(32)
        mongo.db.schichten.insert_one({"_id": nummer, "drucker": drucker["_id"], "ende": jetzt() + SCHICHT})
        antwort = make_response(jsonify(name=drucker["name"]))
        antwort.set_cookie("schicht", nummer, path="/werkstatt", samesite="Strict")
        antwort.set_cookie("rolle", drucker.get("rolle", "drucker"), path="/werkstatt", secure=True, samesite="Strict", httponly=True)
        return antwort

    def delete(self):
        mongo.db.schichten.delete_one({"_id": request.cookies.get("schicht", "")})
        antwort = make_response("", 204)
        antwort.delete_cookie("schicht", path="/werkstatt")
        return antwort


class Druckplan(MethodView):
    decorators = [drucker_noetig]

    def get(self):
        offen = mongo.db.auftraege.find({"stand": {"$in": ["neu", "in Arbeit"]}}).sort("eingang", 1)
        return jsonify([{"id": str(a["_id"]), "nummer": a["nummer"], "auflage": a["auflage"]} for a in offen])

    def put(self):
        daten = request.get_json()
        mongo.db.auftraege.update_one({"_id": ObjectId(daten["id"])}, {"$set": {"stand": str(daten["stand"])}})
        return jsonify(ok=True)


class Versand(MethodView):
    decorators = [drucker_noetig]

    def post(self):
        daten = request.get_json()
        auftrag = mongo.db.auftraege.find_one_or_404({"_id": ObjectId(daten["id"])})
        sendung = sendung_melden(auftrag["nummer"], int(daten["gramm"]), str(daten["plz"]))
        mongo.db.auftraege.update_one({"_id": auftrag["_id"]}, {"$set": {"sendung": sendung, "stand": "versandt"}})
        return jsonify(sendung=sendung)


class Rabatt(MethodView):
    decorators = [drucker_noetig]

    def post(self):
        if request.cookies.get("rolle") != "meister":
            abort(403)
        daten = request.get_json()
        mongo.db.auftraege.update_one({"_id": ObjectId(daten["id"])}, {"$mul": {"preis": 1 - float(daten["rabatt"])}})
        return jsonify(ok=True)


class Zaehler(MethodView):
    decorators = [maschine_noetig]

    def post(self):
        mongo.db.zaehler.insert_one({"maschine": str(request.json["maschine"]), "blatt": int(request.json["blatt"]), "am": jetzt()})
        return "", 204


werkstatt.add_url_rule("/schicht", view_func=Schicht.as_view("schicht"))
werkstatt.add_url_rule("/plan", view_func=Druckplan.as_view("plan"))
werkstatt.add_url_rule("/versand", view_func=Versand.as_view("versand"))
werkstatt.add_url_rule("/rabatt", view_func=Rabatt.as_view("rabatt"))
werkstatt.add_url_rule("/zaehler", view_func=Zaehler.as_view("zaehler"))
