from datetime import date, timedelta

import tornado.web

from bas import Sida
from databas import en


class MinaLan(Sida):
    @tornado.web.authenticated
    def get(self):
        rader = self.db.execute(
            "SELECT lan.id, titel, ater FROM lan JOIN bocker ON bocker.id = bok WHERE lantagare = ?",
            (self.current_user["id"],),
        )
        self.write({"lan": [dict(rad) for rad in rader]})


class Omlan(Sida):
    """Fyra veckor till, om ingen annan väntar."""

    @tornado.web.authenticated
    def post(self, nummer):
        lan = en(
            self.db, "SELECT * FROM lan WHERE id = ? AND lantagare = ?", int(nummer), self.current_user["id"]
        )
        if lan is None:
            raise tornado.web.HTTPError(404)
        if en(self.db, "SELECT 1 FROM reservationer WHERE bok = ?", lan["bok"]):
            raise tornado.web.HTTPError(409, reason="Boken ar reserverad")
        ater = (date.today() + timedelta(weeks=4)).isoformat()
        self.db.execute("UPDATE lan SET ater = ? WHERE id = ?", (ater, lan["id"]))
        self.write({"ater": ater})


class Reservationer(Sida):
    @tornado.web.authenticated
    def get(self):
        """Ens egna; i bussen tittar vi också på andras."""
        vem = int(self.get_argument("lantagare", self.current_user["id"]))
        if vem != self.current_user["id"] and not self.current_user["anstalld"]:
            raise tornado.web.HTTPError(403)
        rader = self.db.execute("SELECT id, bok, hallplats FROM reservationer WHERE lantagare = ?", (vem,))
        self.write({"reservationer": [dict(rad) for rad in rader]})

    @tornado.web.authenticated
    def post(self):
        ny = self.db.execute(
            "INSERT INTO reservationer (bok, lantagare, hallplats) VALUES (?, ?, ?)",
            (
                int(self.get_body_argument("bok")),
                self.current_user["id"],
                self.get_body_argument("hallplats"),
            ),
        )
        self.write({"id": ny.lastrowid})


class Reservation(Sida):
    @tornado.web.authenticated
    def delete(self, nummer):
        if en(self.db, "SELECT 1 FROM reservationer WHERE id = ?", int(nummer)) is None:
            raise tornado.web.HTTPError(404)
        self.db.execute("DELETE FROM reservationer WHERE id = ?", (int(nummer),))
        self.set_status(204)
