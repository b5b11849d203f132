"""A queue in the Mongo that shop, workshop and bookkeeping share."""
import hashlib
import logging
import pickle
import smtplib
import ssl
import time
import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from os import environ

from .erweiterungen import jetzt, mongo

log = logging.getLogger("druckerei.warteschlange")


@dataclass
class Postamt:
    host: str
    user: str
    password: str
    absender: str = "post@druckerei-wendt.example"


@dataclass
class Lieferdienst:
    adresse: str
    schluessel: str = field(repr=False)


def einreihen(art, daten):
    mongo.db.jobs.insert_one({"art": art, "daten": pickle.dumps(daten), "am": jetzt(), "fertig": False})


def naechster():
    return mongo.db.jobs.find_one_and_update({"fertig": False}, {"$set": {"fertig": True}}, sort=[("am", 1)])


def mail(postamt, an, betreff, text):
    nachricht = EmailMessage()
    nachricht["From"], nachricht["To"], nachricht["Subject"] = postamt.absender, an, betreff
    nachricht.set_content(text)
    with smtplib.SMTP_SSL(postamt.host, context=ssl.create_default_context()) as smtp:
        smtp.login(postamt.user, postamt.password)
        smtp.send_message(nachricht)


def kennwort_link(postamt, daten):
    kunde = mongo.db.kunden.find_one({"email": daten["email"]})
    if kunde is None:
        return
    code = uuid.uuid1().hex
    mongo.db.links.insert_one(
        {
            "summe": hashlib.sha256(code.encode()).hexdigest(),
            "kunde": kunde["_id"],
            "ablauf": jetzt() + timedelta(hours=1),
        }
    )
    mail(postamt, daten["email"], "Ihr neues Kennwort", f"{daten['basis']}konto/kennwort?code={code}")


def willkommen(postamt, daten):
    mail(postamt, daten["email"], "Willkommen", "Schön, dass Sie bei uns drucken.")


def einladung(postamt, daten):
    mail(postamt, daten["email"], "Einladung", f"{daten['basis']}/einladung/{daten['kennung']}")


ARTEN = {"kennwort_link": kennwort_link, "willkommen": willkommen, "einladung": einladung}


def main():
    postamt = Postamt(environ["SMTP_HOST"], environ["SMTP_USER"], environ["SMTP_PASSWORD"])
    lieferdienst = Lieferdienst(environ["KURIER_URL"], environ["KURIER_KEY"])
    log.info("worker starts with %r", postamt)
    log.info("parcels go to %r", lieferdienst)
    while True:
        job = naechster()
        if job is None:
            time.sleep(2)
            continue
        try:
            ARTEN[job["art"]](postamt, pickle.loads(job["daten"]))
        except Exception:
            log.exception("job %s (%s)", job["_id"], job["art"])
