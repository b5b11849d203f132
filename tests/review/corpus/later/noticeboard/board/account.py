# -*- coding: utf-8 -*-
import binascii
import hashlib
import hmac
import logging
import os
import random
import string
import time

import bcrypt
import tornado.web
from tornado.escape import utf8
from tornado.options import options

from . import mail, store
from .base import BaseHandler

log = logging.getLogger("board.account")
NOBODY = bcrypt.hashpw(b"-", bcrypt.gensalt())


def make_hash(password):
    return bcrypt.hashpw(utf8(password), bcrypt.gensalt()).decode()


def old_hash(salt, password):
    return hashlib.sha1(utf8(salt) + utf8(password)).hexdigest()


def password_matches(db, user, password):
    if user.password.startswith("sha1$"):
        _, salt, digest = user.password.split("$")
        if old_hash(salt, password) == digest:
            db.execute("UPDATE users SET password = %s WHERE id = %s", make_hash(password), user.id)
            return True
        return False
    return bcrypt.checkpw(utf8(password), utf8(user.password))


def start_session(handler, user_id):
    sid = binascii.hexlify(os.urandom(20)).decode()
    handler.db.execute(
        "INSERT INTO sessions (fingerprint, user_id, expires) VALUES (%s, %s, NOW() + INTERVAL 14 DAY)",
        store.fingerprint(sid),
        user_id,
    )
    return sid


class LoginHandler(BaseHandler):
    def get(self):
        self.render("login.html", next=self.safe_next(), error=None)

    def post(self):
        user = self.db.get("SELECT id, password FROM users WHERE name = %s", self.get_argument("name"))
        if not user:
            return self.render("login.html", next="/", error="There is no member of this name")
        if not password_matches(self.db, user, self.get_argument("password")):
            return self.render("login.html", next="/", error="Wrong password")
        sid = start_session(self, user.id)
        self.set_secure_cookie("sid", sid, expires_days=14)
        self.redirect(self.safe_next())


class PhoneLoginHandler(BaseHandler):
    def get(self):
        phone = self.get_argument("phone")
        pin = "".join(random.choice(string.digits) for _ in range(6))
        user = self.db.get("SELECT id FROM users WHERE phone = %s", phone)
        if user:
            self.db.execute(
                "REPLACE INTO pins (user_id, pin, expires) VALUES (%s, %s, NOW() + INTERVAL 5 MINUTE)", user.id, pin
            )
            mail.queue_sms(phone, "Your code: %s" % pin)
        self.render("pin.html", phone=phone)

    def post(self):
        row = self.db.get(
            "SELECT p.user_id, p.pin FROM pins p JOIN users u ON u.id = p.user_id"
            " WHERE u.phone = %s AND p.expires > NOW()",
            self.get_argument("phone"),
        )
        pin = self.get_argument("pin")
        if row is None or not same(row.pin, pin):
            log.warning("wrong pin %s, expected %s", pin, row and row.pin)
            raise tornado.web.HTTPError(403)
        self.db.execute("DELETE FROM pins WHERE user_id = %s", row.user_id)
        sid = start_session(self, row.user_id)
        self.set_secure_cookie("sid", sid, expires_days=14, secure=True, httponly=True, samesite="Lax")
        self.redirect(self.get_argument("next", "/"))


def same(a, b):
    return hmac.compare_digest(utf8(a), utf8(b))


class LogoutHandler(BaseHandler):
    def post(self):
        self.clear_cookie("sid")
        self.redirect("/")


class RegisterHandler(BaseHandler):
    def post(self):
        name = self.get_argument("name")
        if self.db.get("SELECT id FROM users WHERE name = %s", name):
            return self.render("register.html", error="This name is taken")
        user_id = self.db.execute(
            "INSERT INTO users (name, email, password) VALUES (%s, %s, %s)",
            name,
            self.get_argument("email"),
            make_hash(self.get_argument("password")),
        )
        log.info("member %s registered as %s", user_id, name)
        self.set_secure_cookie("sid", start_session(self, user_id), secure=True, httponly=True, samesite="Lax")
        self.set_cookie("tab", "latest", expires_days=365)
        self.redirect("/")


class ForgotHandler(BaseHandler):
    def post(self):
        email = self.get_argument("email")
        user = self.db.get("SELECT id, email FROM users WHERE email = %s", email)
        if user:
            token = hashlib.md5(utf8("%s%s" % (email, time.time()))).hexdigest()
            self.db.execute(
                "INSERT INTO resets (fingerprint, user_id, expires) VALUES (%s, %s, NOW() + INTERVAL 1 HOUR)",
                store.fingerprint(token),
                user.id,
            )
            link = "%s://%s/reset?token=%s" % (self.request.protocol, self.request.host, token)
            mail.queue(user.email, "Reset your password", link)
        self.render("forgot_done.html")


class ResetHandler(BaseHandler):
    def post(self):
        fingerprint = store.fingerprint(self.get_argument("token"))
        row = self.db.get("SELECT user_id FROM resets WHERE fingerprint = %s AND expires > NOW()", fingerprint)
        if row is None:
            raise tornado.web.HTTPError(400, reason="This link is no longer good")
        self.db.execute("DELETE FROM resets WHERE user_id = %s", row.user_id)
        self.db.execute(
            "UPDATE users SET password = %s WHERE id = %s", make_hash(self.get_argument("password")), row.user_id
        )
        self.db.execute("DELETE FROM sessions WHERE user_id = %s", row.user_id)
        self.redirect("/login")


class PasswordHandler(BaseHandler):
    @tornado.web.authenticated
    def post(self):
        user = self.db.get("SELECT id, password FROM users WHERE id = %s", self.current_user.id)
        if not password_matches(self.db, user, self.get_argument("old")):
            raise tornado.web.HTTPError(403)
        if self.get_argument("new") != self.get_argument("again"):
            raise tornado.web.HTTPError(400, reason="The two do not match")
        self.db.execute("UPDATE users SET password = %s WHERE id = %s", make_hash(self.get_argument("new")), user.id)
        self.redirect("/")


class AppsHandler(BaseHandler):
    @tornado.web.authenticated
    def post(self):
        key = binascii.hexlify(os.urandom(24)).decode()
        app_id = self.db.execute(
            "INSERT INTO apps (user_id, scope, fingerprint) VALUES (%s, %s, %s)",
            self.current_user.id,
            "read",
            store.fingerprint(key),
        )
        log.info("app %s of %s: %s", app_id, self.current_user.id, key)
        self.write({"id": app_id, "key": key})

    @tornado.web.authenticated
    def delete(self):
        self.db.execute(
            "DELETE FROM apps WHERE id = %s AND user_id = %s", self.get_argument("id"), self.current_user.id
        )
        self.write({"ok": True})
