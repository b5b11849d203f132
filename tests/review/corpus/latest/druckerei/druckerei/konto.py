import hashlib
import os
from datetime import timedelta

from bson import ObjectId
from flask import Blueprint, current_app, g, jsonify, make_response, request
from flask.views import MethodView
from itsdangerous import BadSignature, URLSafeSerializer

from . import kennwort
from .erweiterungen import jetzt, kunde_noetig, mongo, sitzungen
from .warteschlange import einreihen

konto = Blueprint("konto", __name__)


def merkzettel():
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="angemeldet-bleiben")


class Registrierung(MethodView):
    def post(self):
        daten = request.get_json()
        email = daten["email"].strip().lower()
        if mongo.db.kunden.find_one({"email": email}, {"_id": 1}):
            return jsonify(fehler="Adresse schon vergeben"), 409
        mongo.db.kunden.insert_one(
            {
                "email": email,
                "firma": daten.get("firma", ""),
                "kennwort": kennwort.neu(daten["kennwort"]),
                "seit": jetzt(),
            }
        )
        einreihen("willkommen", {"email": email})
        return jsonify(ok=True), 201


class Anmeldung(MethodView):
    def post(self):
        daten = request.get_json()
        kunde = mongo.db.kunden.find_one({"email": str(daten.get("email", "")).strip().lower()})
        eintrag = kunde["kennwort"] if kunde else kennwort.NIEMAND
        if not kennwort.passt(str(daten.get("kennwort", "")), eintrag) or kunde is None:
            return jsonify(fehler="Adresse oder Kennwort falsch"), 401
        sitzungen.setzen("kunde", str(kunde["_id"]))
        antwort = make_response(jsonify(firma=kunde["firma"]))
        if daten.get("merken"):
            antwort.set_cookie(
                "merken",
                merkzettel().dumps(str(kunde["_id"])),
                max_age=30 * 24 * 3600,
                secure=True,
                httponly=True,
                samesite="Strict",
            )
        return antwort

    def delete(self):
        antwort = make_response("", 204)
        antwort.delete_cookie("sid")
        antwort.delete_cookie("merken")
        return antwort


class Wiederkehr(MethodView):
    """Meldet an, wer den Merkzettel noch hat."""

    def post(self):
        try:
            kunde_id = merkzettel().loads(request.cookies.get("merken", ""))
        except BadSignature:
            return jsonify(fehler="bitte anmelden"), 401
        sitzungen.erneuern()
        sitzungen.setzen("kunde", kunde_id)
        return jsonify(ok=True)


class Vergessen(MethodView):
    def post(self):
        email = str(request.get_json().get("email", "")).strip().lower()
        einreihen("kennwort_link", {"email": email, "basis": request.host_url})
        return jsonify(hinweis="Wenn es das Konto gibt, ist eine Mail unterwegs."), 202


class NeuesKennwort(MethodView):
    def post(self):
        daten = request.get_json()
        summe = hashlib.sha256(str(daten.get("code", "")).encode()).hexdigest()
        eintrag = mongo.db.links.find_one_and_delete({"summe": summe, "ablauf": {"$gt": jetzt()}})
        if eintrag is None:
            return jsonify(fehler="Link abgelaufen"), 400
        mongo.db.kunden.update_one(
            {"_id": eintrag["kunde"]}, {"$set": {"kennwort": kennwort.neu(daten["kennwort"])}}
        )
        mongo.db.sitzungen.delete_many({"daten.kunde": str(eintrag["kunde"])})
        return jsonify(ok=True)


class Einladung(MethodView):
    """Eine Kollegin der Firma bekommt Zugang zu den Aufträgen."""

    decorators = [kunde_noetig]

    def post(self):
        email = str(request.get_json()["email"]).strip().lower()
        kennung = os.urandom(16).hex()
        mongo.db.einladungen.insert_one(
            {"email": email, "kunde": g.kunde["_id"], "ablauf": jetzt() + timedelta(days=7), "kennung": kennung}
        )
        einreihen(
            "einladung",
            {"email": email, "basis": current_app.config["BASIS_URL"], "kennung": kennung},
        )
        return jsonify(ok=True), 201

    def get(self):
        offen = mongo.db.einladungen.find({"kunde": g.kunde["_id"]}, {"email": 1})
        return jsonify([{"id": str(e["_id"]), "email": e["email"]} for e in offen])

    def delete(self):
        nummer = ObjectId(request.args["id"])
        mongo.db.einladungen.delete_one({"_id": nummer, "kunde": g.kunde["_id"]})
        return "", 204


class Ansicht(MethodView):
    def post(self):
        wahl = "liste" if request.form.get("ansicht") == "liste" else "kacheln"
        antwort = make_response(jsonify(ansicht=wahl))
        antwort.set_cookie("ansicht", wahl, max_age=365 * 24 * 3600)
        return antwort


for pfad, ansicht in {
    "/neu": Registrierung,
    "/anmeldung": Anmeldung,
    "/wiederkehr": Wiederkehr,
    "/vergessen": Vergessen,
    "/kennwort": NeuesKennwort,
    "/einladung": Einladung,
    "/ansicht": Ansicht,
}.items():
    konto.add_url_rule(pfad, view_func=ansicht.as_view(ansicht.__name__.lower()))
