import logging
import time

import tornado.ioloop
from tornado.options import options
from tornado.web import authenticated

from . import db, mailer, secret
from .base import Base, DjBase
from .options import REMEMBER_DAYS, SESSION_DAYS

log = logging.getLogger("airwave.accounts")


class Login(Base):
    def get(self):
        self.render("login.html", error=None, next=self.get_argument("next", "/"))

    def post(self):
        name, pw = self.get_body_argument("name"), self.get_body_argument("password")
        who = db.one("select * from people where name = ?", name)
        if not secret.check_password(who, pw):
            log.info("bad login for %s: %s", name, self.request.body)
            return self.render("login.html", error="Wrong name or password", next="/")
        sid = secret.new_sid()
        db.add_session(secret.digest(sid), who["id"], "web", SESSION_DAYS)
        self.set_cookie("web_sid", sid, expires_days=SESSION_DAYS, httponly=True, secure=True, samesite="Lax")
        if self.get_body_argument("remember", ""):
            value = "%d:%s" % (who["id"], secret.mark(who))
            self.set_signed_cookie(
                "remember", value, expires_days=REMEMBER_DAYS, httponly=True, secure=True, samesite="Lax"
            )
        self.redirect(self.local(self.get_body_argument("next", "/")))


class Logout(Base):
    def post(self):
        db.run("delete from sessions where digest = ?", secret.digest(self.get_cookie("web_sid", "")))
        self.clear_cookie("web_sid")
        self.clear_cookie("remember")
        self.redirect("/")


class DjLogin(Base):
    def get(self):
        self.render("dj_login.html")

    def post(self):
        who = db.one("select * from people where name = ? and role != 'listener'", self.get_body_argument("name"))
        if not secret.check_password(who, self.get_body_argument("password")):
            return self.redirect("/dj/login?again=1")
        # the desktop player opens the page with an id of its own and waits until it is signed in
        sid = self.get_argument("sid", None) or secret.new_sid()
        db.add_session(secret.digest(sid), who["id"], "dj", SESSION_DAYS)
        self.set_cookie("dj_sid", sid, httponly=True)
        log.info("dj %s is in", who["id"])
        self.redirect(self.get_argument("next", "/dj/shows"))


class DjLogout(DjBase):
    @authenticated
    def post(self):
        self.clear_cookie("dj_sid")
        self.redirect("/")


class Forgot(Base):
    def post(self):
        email = self.get_body_argument("email").lower()
        tornado.ioloop.IOLoop.current().spawn_callback(self.send, email)
        self.write({"message": "If we know this address, a mail is on its way."})

    async def send(self, email):
        who = db.one("select id, email from people where email = ?", email)
        if who:
            token = secret.new_reset()
            db.run("insert into resets values (?, ?, ?)", secret.digest(token), who["id"], time.time() + 3600)
            await mailer.send(who["email"], "New password", options.public_url + "/reset?t=" + token)


class Reset(Base):
    def post(self):
        d = secret.digest(self.get_body_argument("t"))
        row = db.one("select person_id from resets where digest = ? and ends > ?", d, time.time())
        if row is None:
            return self.send_error(400)
        db.run("delete from resets where person_id = ?", row["person_id"])
        secret.set_password(row["person_id"], self.get_body_argument("password"))
        self.redirect("/login")


class NameReminder(Base):
    """People forget which name they chose."""

    def get(self):
        self.render("name.html")

    async def post(self):
        email = self.get_body_argument("email").lower()
        who = db.one("select name from people where email = ?", email)
        if who is None:
            self.set_status(404)
            return self.write({"error": "nobody is registered with " + email})
        await mailer.send(email, "Your name", "You are " + who["name"] + " at the station.")
        self.write({"ok": True})


class Volume(Base):
    def post(self):
        self.set_cookie("volume", str(int(self.get_body_argument("v")) % 101), expires_days=365)
        self.set_status(204)
