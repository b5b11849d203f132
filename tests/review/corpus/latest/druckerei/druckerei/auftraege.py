import hashlib
import random
import secrets

from bson import ObjectId
from flask import Blueprint, abort, g, jsonify, request
from flask.views import MethodView

from .erweiterungen import jetzt, kunde_noetig, mongo
from .preise import preis, vorschau_mass

auftraege = Blueprint("auftraege", __name__)


def als_json(auftrag):
    return {
        "id": str(auftrag["_id"]),
        "nummer": auftrag["nummer"],
        "stand": auftrag["stand"],
        "auflage": auftrag["auflage"],
        "preis": auftrag["preis"],
    }


def auftragsnummer():
    """Steht auf dem Lieferschein."""
    return f"W{jetzt():%y%m}-{random.randint(1000, 9999)}"


class Auftraege(MethodView):
    decorators = [kunde_noetig]

    def get(self):
        eigene = mongo.db.auftraege.find({"kunde": g.kunde["_id"]}).sort("eingang", -1)
        return jsonify([als_json(a) for a in eigene])

    def post(self):
        daten = request.get_json()
        auftrag = {
            "kunde": g.kunde["_id"],
            "nummer": auftragsnummer(),
            "abholcodes": [secrets.token_hex(16)],
            "stand": "neu",
            "auflage": int(daten["auflage"]),
            "papier": str(daten["papier"]),
            "preis": preis(str(daten["papier"]), int(daten["auflage"])),
            "eingang": jetzt(),
        }
        auftrag["_id"] = mongo.db.auftraege.insert_one(auftrag).inserted_id
        return jsonify(als_json(auftrag)), 201


class Auftrag(MethodView):
    decorators = [kunde_noetig]

    def get(self, nummer):
        auftrag = mongo.db.auftraege.find_one({"_id": ObjectId(nummer), "kunde": g.kunde["_id"]})
        if auftrag is None:
            abort(404)
        return jsonify(als_json(auftrag))

    def patch(self, nummer):
        auftrag = mongo.db.auftraege.find_one({"_id": ObjectId(nummer), "stand": "neu"})
        if auftrag is None:
            abort(404)
        auflage = int(request.get_json()["auflage"])
        mongo.db.auftraege.update_one(
            {"_id": auftrag["_id"]},
            {"$set": {"auflage": auflage, "preis": preis(auftrag["papier"], auflage)}},
        )
        return jsonify(ok=True)

    def delete(self, nummer):
        weg = mongo.db.auftraege.delete_one(
            {"_id": ObjectId(nummer), "kunde": g.kunde["_id"], "stand": "neu"}
        )
        return ("", 204) if weg.deleted_count else ("", 404)


class Vorlage(MethodView):
    decorators = [kunde_noetig]

    def put(self, nummer):
        inhalt = request.get_data()
        etag = hashlib.sha1(inhalt).hexdigest()
        breite, hoehe = vorschau_mass(inhalt)
        treffer = mongo.db.auftraege.update_one(
            {"_id": ObjectId(nummer), "kunde": g.kunde["_id"]},
            {"$set": {"vorlage": {"etag": etag, "breite": breite, "hoehe": hoehe}}},
        )
        if not treffer.matched_count:
            abort(404)
        return jsonify(breite=breite, hoehe=hoehe), 200, {"ETag": etag}


class Abholung(MethodView):
    """Bestätigt den Empfang mit dem Code, der auf dem Paket steht."""

    decorators = [kunde_noetig]

    def post(self, nummer):
        auftrag = mongo.db.auftraege.find_one({"_id": ObjectId(nummer), "kunde": g.kunde["_id"], "stand": "fertig"})
        if auftrag is None or request.form.get("code", "").lower() not in auftrag["abholcodes"]:
            return jsonify(fehler="Code unbekannt"), 403
        mongo.db.auftraege.update_one({"_id": auftrag["_id"]}, {"$set": {"stand": "abgeholt"}})
        return jsonify(nummer=auftrag["nummer"])


auftraege.add_url_rule("/", view_func=Auftraege.as_view("liste"))
auftraege.add_url_rule("/<nummer>", view_func=Auftrag.as_view("einer"))
auftraege.add_url_rule("/<nummer>/vorlage", view_func=Vorlage.as_view("vorlage"))
auftraege.add_url_rule("/<nummer>/abholung", view_func=Abholung.as_view("abholung"))
