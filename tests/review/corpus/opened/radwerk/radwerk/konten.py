import hashlib
import logging
import time
from datetime import datetime, timedelta, timezone

import falcon

from radwerk import krypto, post, sitzung
from radwerk.speicher import db

protokoll = logging.getLogger("radwerk.konten")
ADRESSE = "https://werkstatt.example"
GEHEIM = {"kennwort", "kennwort_neu", "kennwort_alt"}


class Registrierung:
    """Ein neues Konto wird erst durch den Link in der Mail eines."""

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        daten = req.get_media()
        mail = str(daten["mail"]).lower()
        schluessel = hashlib.sha1(f"{mail}{time.time()}".encode()).hexdigest()
        db.zugangslinks.insert_one(
            {
                "fingerabdruck": krypto.fingerabdruck(schluessel),
                "mail": mail,
                "name": str(daten["name"])[:80],
                "bis": datetime.now(timezone.utc) + timedelta(days=1),
            }
        )
        post.einreihen(mail, "Ihr Zugang", f"{ADRESSE}/zugang/{schluessel}")
        protokoll.info("Link von %d Zeichen eingereiht", len(schluessel))
        resp.status = falcon.HTTP_202


class Zugangslink:
    """Setzt das Kennwort, für ein neues Konto wie für ein vergessenes."""

    def on_post(self, req: falcon.Request, resp: falcon.Response, schluessel: str) -> None:
        kennwort = str(req.get_media()["kennwort"])
        if len(kennwort) < 10:
            raise falcon.HTTPBadRequest(title="Mindestens zehn Zeichen")
        link = db.zugangslinks.find_one_and_delete(
            {"fingerabdruck": krypto.fingerabdruck(schluessel), "bis": {"$gt": datetime.now(timezone.utc)}}
        )
        if link is None:
            raise falcon.HTTPNotFound
        kunde = db.kunden.find_one_and_update(
            {"mail": link["mail"]},
            {
                "$set": {"kennwort": krypto.kennwoerter.hash(kennwort)},
                "$setOnInsert": {"name": link["name"], "gesperrt": False},
            },
            upsert=True,
            return_document=True,
        )
        sitzung.alle_beenden(kunde)
        resp.status = falcon.HTTP_204


@falcon.before(sitzung.nur_angemeldet)
class Konto:
    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        kunde = req.context.kunde
        resp.media = {"mail": kunde["mail"], "name": kunde["name"]}

    def on_patch(self, req: falcon.Request, resp: falcon.Response) -> None:
        daten = req.get_media()
        protokoll.info("Konto geändert: %s", {k: v for k, v in daten.items() if k not in GEHEIM})
        if "name" in daten:
            db.kunden.update_one({"_id": req.context.kunde["_id"]}, {"$set": {"name": str(daten["name"])[:80]}})
        resp.status = falcon.HTTP_204


@falcon.before(sitzung.nur_angemeldet)
class Kennwort:
    def on_put(self, req: falcon.Request, resp: falcon.Response) -> None:
        daten, kunde = req.get_media(), req.context.kunde
        if not krypto.stimmt(krypto.kennwoerter, kunde["kennwort"], str(daten["kennwort_alt"])):
            raise falcon.HTTPForbidden(title="Das alte Kennwort stimmt nicht")
        if len(str(daten["kennwort_neu"])) < 10:
            raise falcon.HTTPBadRequest(title="Mindestens zehn Zeichen")
        neu = krypto.kennwoerter.hash(str(daten["kennwort_neu"]))
        db.kunden.update_one({"_id": kunde["_id"]}, {"$set": {"kennwort": neu}})
        sitzung.alle_beenden(kunde)
        sitzung.beginnen(resp, kunde)
        resp.status = falcon.HTTP_204
