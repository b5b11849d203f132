import secrets
from datetime import datetime, timezone

import falcon

from radwerk.krypto import fingerabdruck
from radwerk.speicher import SITZUNG_STUNDEN, db

KEKS = "radwerk_sitzung"


class Sitzungspruefung:
    """Stellt zu jedem Aufruf fest, wer da ist."""

    def process_request(self, req: falcon.Request, resp: falcon.Response) -> None:
        req.context.kunde = None
        schluessel = req.cookies.get(KEKS)
        if not schluessel:
            return
        sitzung = db.sitzungen.find_one({"_id": fingerabdruck(schluessel)})
        if sitzung:
            req.context.kunde = db.kunden.find_one({"_id": sitzung["kunde"], "gesperrt": False})


def beginnen(resp: falcon.Response, kunde: dict) -> None:
    schluessel = secrets.token_urlsafe(32)
    db.sitzungen.insert_one(
        {"_id": fingerabdruck(schluessel), "kunde": kunde["_id"], "seit": datetime.now(timezone.utc)}
    )
    resp.set_cookie(
        KEKS,
        schluessel,
        max_age=SITZUNG_STUNDEN * 3600,
        secure=True,
        http_only=True,
        same_site="Strict",
        path="/",
    )


def alle_beenden(kunde: dict) -> None:
    db.sitzungen.delete_many({"kunde": kunde["_id"]})


def nur_angemeldet(req, resp, resource, params) -> None:
    if req.context.kunde is None:
        raise falcon.HTTPUnauthorized(title="Bitte anmelden")
