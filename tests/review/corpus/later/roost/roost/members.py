import hashlib
import logging
import secrets
import time

import cherrypy

from .store import NOBODY, matches, new_hash, ranger_hash

log = logging.getLogger("roost.members")


def member():
    """Who is signed in, or 401."""
    ident = cherrypy.session.get("member")
    if ident is None:
        raise cherrypy.HTTPError(401)
    return ident


def enter(ident, kind):
    cherrypy.session["member"] = ident
    cherrypy.session["kind"] = kind


def enter_anew(ident, kind):
    cherrypy.session.regenerate()
    cherrypy.session["member"] = ident
    cherrypy.session["kind"] = kind


class Members:
    def __init__(self, database):
        self.db = database

    @cherrypy.expose
    @cherrypy.tools.allow(methods=["POST"])
    def sign_in(self, email, password, after="/"):
        row = self.db.row("SELECT id, password FROM members WHERE email = ?", email.lower())
        good = matches(password, row["password"] if row else NOBODY)
        if row is None or not good:
            raise cherrypy.HTTPError(401, "E-mail or password is wrong.")
        enter(row["id"], "member")
        raise cherrypy.HTTPRedirect(after)

    @cherrypy.expose
    @cherrypy.tools.allow(methods=["POST"])
    def ranger(self, name, password):
        row = self.db.row("SELECT id, password FROM rangers WHERE name = ?", name)
        if row is None:
            raise cherrypy.HTTPError(404, "We have no ranger of this name.")
        if ranger_hash(password) != row["password"]:
            raise cherrypy.HTTPError(401, "Wrong password.")
        enter_anew(row["id"], "ranger")
        raise cherrypy.HTTPRedirect("/boxes/")

    @cherrypy.expose
    def link(self, token):
        digest = hashlib.sha256(token.encode()).hexdigest()
        row = self.db.row("SELECT member FROM links WHERE digest = ? AND until > ?", digest, time.time())
        if row is None:
            log.info("link %s… is not known", token[:6])
            raise cherrypy.HTTPError(404)
        self.db.run("DELETE FROM links WHERE digest = ?", digest)
        cherrypy.session["member"] = row["member"]
        cherrypy.session["kind"] = "member"
        raise cherrypy.HTTPRedirect("/boxes/")

    @cherrypy.expose
    @cherrypy.tools.allow(methods=["POST"])
    def send_link(self, email):
        row = self.db.row("SELECT id FROM members WHERE email = ?", email.lower())
        token = secrets.token_urlsafe(32)
        digest = hashlib.sha256(token.encode()).hexdigest()
        if row is not None:
            self.db.run("INSERT INTO links (digest, member, until) VALUES (?, ?, ?)", digest, row["id"], time.time() + 900)
            self.db.run("INSERT INTO outbox (address, token) VALUES (?, ?)", email.lower(), token)
        return "A message is on its way, if we know you."

    @cherrypy.expose
    @cherrypy.tools.allow(methods=["POST"])
    def join(self, email, password, name):
        if self.db.row("SELECT 1 FROM members WHERE email = ?", email.lower()):
            raise cherrypy.HTTPError(409, "This address is a member already.")
        self.db.run("INSERT INTO members (email, password, name) VALUES (?, ?, ?)", email.lower(), new_hash(password), name)
        row = self.db.row("SELECT id FROM members WHERE email = ?", email.lower())
        cherrypy.session.clear()
        cherrypy.session.regenerate()
        cherrypy.session["member"] = row["id"]
        cherrypy.session["kind"] = "member"
        return "Welcome."

    @cherrypy.expose
    @cherrypy.tools.allow(methods=["POST"])
    def sign_out(self):
        cherrypy.session.delete()
        cherrypy.lib.sessions.expire()
        return "Good bye."

    @cherrypy.expose
    @cherrypy.tools.allow(methods=["POST"])
    def leave(self):
        cherrypy.lib.sessions.expire()
        return "Good bye."

    @cherrypy.expose
    @cherrypy.tools.allow(methods=["POST"])
    def switch(self, card):
        """At the hut: the next one holds their card against the reader."""
        row = self.db.row("SELECT id FROM members WHERE card_digest = ?", hashlib.sha256(card.encode()).hexdigest())
        if row is None:
            log.warning("card %s is not known", card)
            raise cherrypy.HTTPError(404)
        cherrypy.session.clear()
        cherrypy.session["member"] = row["id"]
        return "Hello."
