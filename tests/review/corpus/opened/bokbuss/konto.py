import secrets

import bcrypt
import tornado.escape
import tornado.httpclient
import tornado.web

from bas import Sida
from brev import skicka_pin
from databas import en

INGEN = bcrypt.hashpw(secrets.token_bytes(12), bcrypt.gensalt(12))


class LoggaIn(Sida):
    def post(self):
        epost, losen = self.get_body_argument("epost"), self.get_body_argument("losen")
        lantagare = en(self.db, "SELECT * FROM lantagare WHERE epost = ?", epost.lower())
        sparat = lantagare["losen"].encode() if lantagare else INGEN
        stammer = bcrypt.checkpw(losen.encode(), sparat)
        if not (lantagare and stammer):
            raise tornado.web.HTTPError(401, reason="Fel e-post eller losen")
        self.db.execute("UPDATE sessioner SET lantagare = ? WHERE sid = ?", (lantagare["id"], self.sid))
        self.redirect("/lan")


class KortIn(Sida):
    """Lånekort och PIN, som i automaten vid dörren."""

    def post(self):
        kort, pin = self.get_body_argument("kort"), self.get_body_argument("pin")
        lantagare = en(self.db, "SELECT * FROM lantagare WHERE kortnummer = ?", kort)
        sparat = lantagare["pin"].encode() if lantagare and lantagare["pin"] else INGEN
        stammer = bcrypt.checkpw(pin.encode(), sparat)
        if not (lantagare and stammer):
            raise tornado.web.HTTPError(401, reason="Fel kort eller PIN")
        self.db.execute("DELETE FROM sessioner WHERE sid = ?", (self.sid,))
        self.ny_session(lantagare["id"])
        self.redirect("/lan")


class Legitimation(Sida):
    """Tillbaka från e-legitimationen; kvittot hämtas hos den som utfärdat den."""

    async def get(self):
        kund = tornado.httpclient.AsyncHTTPClient()
        adress = self.application.settings["legitimation_url"]
        fraga = tornado.escape.url_escape(self.get_argument("kvitto"))
        svar = await kund.fetch(f"{adress}/kvitto?id={fraga}", raise_error=False)
        if svar.code != 200:
            raise tornado.web.HTTPError(401)
        uppgifter = tornado.escape.json_decode(svar.body)
        lantagare = en(self.db, "SELECT id FROM lantagare WHERE personnummer = ?", uppgifter["personnummer"])
        if lantagare is None:
            self.redirect("/")
            return
        sid = self.get_argument("session", self.sid)
        self.db.execute("UPDATE sessioner SET lantagare = ? WHERE sid = ?", (lantagare["id"], sid))
        self.skriv_kaka(sid)
        self.redirect("/lan")


class GlomtPin(Sida):
    def post(self):
        kort = self.get_body_argument("kort")
        lantagare = en(self.db, "SELECT id, epost FROM lantagare WHERE kortnummer = ?", kort)
        if not lantagare:
            self.set_status(404)
            self.write({"fel": "Kortet finns inte hos oss."})
            return
        skicka_pin(self.db, lantagare["id"], lantagare["epost"])
        self.write({"klart": "En ny PIN kommer med e-post."})


class LoggaUt(Sida):
    def post(self):
        self.db.execute("DELETE FROM sessioner WHERE sid = ?", (self.sid,))
        self.clear_cookie("bokbuss")
        self.redirect("/")
