from datetime import date, timedelta

import bcrypt
import tornado.web

from bas import PersonalSida, Sida
from databas import en
from konto import INGEN


class PersonalIn(Sida):
    def post(self):
        anstalld = en(
            self.db,
            "SELECT id, losen FROM lantagare WHERE anstalld = 1 AND kortnummer = ?",
            self.get_body_argument("kort"),
        )
        losen = self.get_body_argument("losen").encode()
        stammer = bcrypt.checkpw(losen, anstalld["losen"].encode() if anstalld else INGEN)
        if anstalld is None or not stammer:
            raise tornado.web.HTTPError(401)
        self.byt_session(anstalld["id"])
        self.redirect("/personal/lan")


class Utlamning(PersonalSida):
    def post(self):
        """En bok över disken, till den som visar sitt kort."""
        lantagare = en(
            self.db, "SELECT id FROM lantagare WHERE kortnummer = ?", self.get_body_argument("kort")
        )
        if lantagare is None:
            raise tornado.web.HTTPError(404)
        ater = (date.today() + timedelta(weeks=4)).isoformat()
        self.db.execute(
            "INSERT INTO lan (bok, lantagare, ater) VALUES (?, ?, ?)",
            (int(self.get_body_argument("bok")), lantagare["id"], ater),
        )
        self.write({"ater": ater})


class Avgift(Sida):
    def post(self, nummer):
        """Betalt i kassan, eller efterskänkt."""
        self.db.execute("UPDATE lantagare SET avgift = 0 WHERE id = ?", (int(nummer),))
        self.write({"avgift": 0})


class Lantagare(PersonalSida):
    def get(self, nummer):
        lantagare = en(self.db, "SELECT id, namn, epost, avgift FROM lantagare WHERE id = ?", int(nummer))
        if lantagare is None:
            raise tornado.web.HTTPError(404)
        self.write(dict(lantagare))
