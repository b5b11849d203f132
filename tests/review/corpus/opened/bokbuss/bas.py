"""Gemensamt för alla sidor: databasen, sessionen och vem det är."""

import secrets
import time

import tornado.web

from databas import en

KAKA = "bokbuss"
SLUT = 3 * 60 * 60


class Sida(tornado.web.RequestHandler):
    @property
    def db(self):
        return self.application.settings["db"]

    def prepare(self):
        self.sid = self.get_cookie(KAKA) or ""
        if en(self.db, "SELECT 1 FROM sessioner WHERE sid = ? AND slutar > ?", self.sid, int(time.time())) is None:
            self.sid = self.ny_session()

    def ny_session(self, lantagare=None, korg=""):
        sid = secrets.token_hex(24)
        self.db.execute(
            "INSERT INTO sessioner (sid, lantagare, korg, slutar) VALUES (?, ?, ?, ?)",
            (sid, lantagare, korg, int(time.time()) + SLUT),
        )
        self.skriv_kaka(sid)
        return sid

    def skriv_kaka(self, sid):
        self.set_cookie(KAKA, sid, max_age=SLUT, secure=True, httponly=True, samesite="Lax")

    def byt_session(self, lantagare):
        """Korgen följer med; det gamla numret gäller inte längre."""
        gammal = en(self.db, "SELECT korg FROM sessioner WHERE sid = ?", self.sid)
        self.db.execute("DELETE FROM sessioner WHERE sid = ?", (self.sid,))
        self.sid = self.ny_session(lantagare, gammal["korg"] if gammal else "")

    def get_current_user(self):
        return en(
            self.db,
            "SELECT l.* FROM sessioner s JOIN lantagare l ON l.id = s.lantagare WHERE s.sid = ?",
            self.sid,
        )


class PersonalSida(Sida):
    """Bara för oss som arbetar i bussen."""

    def prepare(self):
        super().prepare()
        if not self.current_user or not self.current_user["anstalld"]:
            raise tornado.web.HTTPError(403)
