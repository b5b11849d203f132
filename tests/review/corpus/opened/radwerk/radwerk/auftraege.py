from datetime import datetime, timezone

import falcon
from bson import ObjectId

from radwerk import krypto, post, sitzung
from radwerk.speicher import db


@falcon.before(sitzung.nur_angemeldet)
class Auftraege:
    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        eigene = db.auftraege.find({"kunde": req.context.kunde["_id"]}).sort("angenommen", -1)
        resp.media = [
            {"nummer": str(a["_id"]), "rad": a["rad"], "stand": a["stand"], "anhaenge": a["anhaenge"]}
            for a in eigene
        ]

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        daten, kunde = req.get_media(), req.context.kunde
        code = krypto.abholcode()
        neu = db.auftraege.insert_one(
            {
                "kunde": kunde["_id"],
                "rad": str(daten["rad"])[:200],
                "stand": "angenommen",
                "angenommen": datetime.now(timezone.utc),
                "abholcode": krypto.fingerabdruck(code),
                "anhaenge": [],
            }
        )
        post.einreihen(kunde["mail"], "Ihr Abholschein", f"Mit {code} geben wir das Rad heraus.")
        resp.media = {"nummer": str(neu.inserted_id)}
        resp.status = falcon.HTTP_201


@falcon.before(sitzung.nur_angemeldet)
class Anhaenge:
    def on_post(self, req: falcon.Request, resp: falcon.Response, nummer: str) -> None:
        bild = req.bounded_stream.read(5_000_000)
        name = krypto.kurzform(bild)
        auftrag = db.auftraege.find_one_and_update(
            {"kunde": req.context.kunde["_id"], "_id": ObjectId(nummer)}, {"$addToSet": {"anhaenge": name}}
        )
        if auftrag is None:
            raise falcon.HTTPNotFound
        db.bilder.update_one({"_id": name}, {"$set": {"bild": bild}}, upsert=True)
        resp.media = {"name": name}


class Abholung:
    """Das Gerät an der Annahme: Mitarbeiter melden sich mit jedem Aufruf."""

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        daten = req.get_media()
        mitarbeiter = db.mitarbeiter.find_one({"kuerzel": str(daten["kuerzel"]), "aktiv": True})
        gespeichert = mitarbeiter["kennwort"] if mitarbeiter else krypto.KEIN_MITARBEITER
        if not krypto.stimmt(krypto.mitarbeiter_kennwoerter, gespeichert, str(daten["kennwort"])) or not mitarbeiter:
            raise falcon.HTTPForbidden(title="Kürzel oder Kennwort stimmt nicht")
        auftrag = db.auftraege.find_one_and_update(
            {"abholcode": krypto.fingerabdruck(str(daten["code"])), "stand": "fertig"},
            {"$set": {"stand": "abgeholt", "von": mitarbeiter["kuerzel"]}},
        )
        if auftrag is None:
            raise falcon.HTTPNotFound
        resp.media = {"rad": auftrag["rad"]}
