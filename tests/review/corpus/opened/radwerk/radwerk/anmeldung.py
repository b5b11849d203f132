import logging
import secrets
from datetime import datetime, timedelta, timezone

import falcon

from radwerk import krypto, post, sitzung
from radwerk.speicher import db

protokoll = logging.getLogger("radwerk.anmeldung")


class Anmeldung:
    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        daten = req.get_media()
        kunde = db.kunden.find_one({"mail": str(daten["mail"]).lower(), "gesperrt": False})
        gespeichert = kunde["kennwort"] if kunde else krypto.NIEMAND
        if not krypto.stimmt(krypto.kennwoerter, gespeichert, str(daten["kennwort"])) or kunde is None:
            protokoll.info("Anmeldung abgelehnt: %s", daten)
            raise falcon.HTTPUnauthorized(title="Adresse oder Kennwort stimmt nicht")
        sitzung.beginnen(resp, kunde)
        resp.media = {"name": kunde["name"]}


@falcon.before(sitzung.nur_angemeldet)
class Abmeldung:
    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        resp.unset_cookie(sitzung.KEKS, path="/")
        resp.status = falcon.HTTP_204


class Einmalcode:
    """Wer sein Kennwort nicht zur Hand hat, bekommt einen Code per Mail."""

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        mail = str(req.get_media()["mail"]).lower()
        code = f"{secrets.randbelow(10**8):08d}"
        bis = datetime.now(timezone.utc) + timedelta(minutes=10)
        db.einmalcodes.insert_one({"mail": mail, "code": code, "bis": bis, "benutzt": False})
        post.einreihen(mail, "Ihr Code", f"Ihr Code lautet {code}.", nur_wenn_kunde=True)
        resp.status = falcon.HTTP_202


class Einmalanmeldung:
    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        daten = req.get_media()
        jetzt = datetime.now(timezone.utc)
        offen = db.einmalcodes.find_one(
            {"mail": str(daten["mail"]).lower(), "bis": {"$gt": jetzt}}, sort=[("bis", -1)]
        )
        if offen is None or offen["code"] != str(daten["code"]):
            raise falcon.HTTPUnauthorized(title="Der Code stimmt nicht")
        kunde = db.kunden.find_one({"mail": offen["mail"], "gesperrt": False})
        if kunde is None:
            raise falcon.HTTPUnauthorized(title="Der Code stimmt nicht")
        sitzung.beginnen(resp, kunde)
        resp.media = {"name": kunde["name"]}
