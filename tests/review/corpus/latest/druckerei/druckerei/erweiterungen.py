import secrets
from datetime import datetime, timedelta, timezone
from functools import wraps

from bson import ObjectId
from flask import abort, g, request
from flask_pymongo import PyMongo

mongo = PyMongo(tz_aware=True)

SITZUNG_DAUER = timedelta(hours=12)


def jetzt():
    return datetime.now(timezone.utc)


class MongoSitzungen:
    """Server-side sessions, one document each, under the id of the cookie ``sid``."""

    cookie = "sid"

    def init_app(self, app):
        app.before_request(self.oeffnen)
        app.after_request(self.sichern)
        app.extensions["sitzungen"] = self

    def oeffnen(self):
        sid = request.cookies.get(self.cookie) or secrets.token_urlsafe(32)
        doc = mongo.db.sitzungen.find_one({"_id": sid, "ablauf": {"$gt": jetzt()}})
        g.sitzung = doc or {"_id": sid, "daten": {}}
        g.sitzung_neu = doc is None
        g.sitzung_geaendert = False

    def setzen(self, schluessel, wert):
        g.sitzung["daten"][schluessel] = wert
        g.sitzung_geaendert = True

    def lesen(self, schluessel, sonst=None):
        return g.sitzung["daten"].get(schluessel, sonst)

    def erneuern(self):
        mongo.db.sitzungen.delete_one({"_id": g.sitzung["_id"]})
        g.sitzung = {"_id": secrets.token_urlsafe(32), "daten": {}}
        g.sitzung_neu = True

    def beenden(self):
        mongo.db.sitzungen.delete_one({"_id": g.sitzung["_id"]})
        g.sitzung = {"_id": None, "daten": {}}
        g.sitzung_geaendert = False

    def sichern(self, antwort):
        if not g.get("sitzung_geaendert"):
            return antwort
        mongo.db.sitzungen.replace_one(
            {"_id": g.sitzung["_id"]},
            {**g.sitzung, "ablauf": jetzt() + SITZUNG_DAUER},
            upsert=True,
        )
        antwort.set_cookie(
            self.cookie,
            g.sitzung["_id"],
            max_age=int(SITZUNG_DAUER.total_seconds()),
            secure=True,
            httponly=True,
            samesite="Lax",
        )
        return antwort


sitzungen = MongoSitzungen()


def kunde_noetig(ansicht):
    @wraps(ansicht)
    def innen(*args, **kwargs):
        kunde_id = sitzungen.lesen("kunde")
        g.kunde = mongo.db.kunden.find_one({"_id": ObjectId(kunde_id)}) if kunde_id else None
        if g.kunde is None:
            abort(401)
        return ansicht(*args, **kwargs)

    return innen
