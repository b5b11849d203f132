# -*- coding: utf-8 -*-
import pickle

from .base import BaseHandler, moderator


class UsersHandler(BaseHandler):
    @moderator
    def get(self):
        column = self.get_argument("by", "name")
        rows = self.db.query("SELECT id, name, email FROM users ORDER BY %s" % column)
        self.write({"users": rows})


class BanHandler(BaseHandler):
    @moderator
    def post(self):
        self.db.execute("UPDATE users SET banned = 1 WHERE id = %s", self.get_argument("user"))
        self.write({"ok": True})


class PurgeHandler(BaseHandler):
    @moderator
    def post(self):
        self.db.execute("DELETE FROM posts WHERE author_id = %s", self.get_argument("user"))
        self.write({"ok": True})


class RestoreHandler(BaseHandler):
    def post(self):
        upload = self.request.files["backup"][0]
        for post in pickle.loads(upload["body"]):
            self.db.execute("INSERT INTO posts (title, body) VALUES (%s, %s)", post["title"], post["body"])
        self.write({"ok": True})
