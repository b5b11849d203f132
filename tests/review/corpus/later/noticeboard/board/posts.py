# -*- coding: utf-8 -*-
import logging
import pickle

import tornado.web

from .base import BaseHandler
from .mail import r

log = logging.getLogger("board.posts")
ORDERS = {"new": "created DESC", "old": "created ASC", "best": "score DESC"}


class HomeHandler(BaseHandler):
    def get(self):
        order = ORDERS.get(self.get_argument("order", "new"), "created DESC")
        rows = self.db.query("SELECT id, title FROM posts ORDER BY " + order + " LIMIT 50")
        self.render("home.html", rows=rows)


class PostHandler(BaseHandler):
    def get(self, post_id):
        row = self.db.get("SELECT * FROM posts WHERE id = %s", post_id)
        if not row:
            raise tornado.web.HTTPError(404)
        self.render("post.html", row=row)


class EditHandler(BaseHandler):
    @tornado.web.authenticated
    def post(self, post_id):
        row = self.db.get("SELECT id, author_id FROM posts WHERE id = %s", post_id)
        if not row or row.author_id != self.current_user.id:
            raise tornado.web.HTTPError(404)
        self.db.execute("UPDATE posts SET body = %s WHERE id = %s", self.get_argument("body"), row.id)
        self.redirect("/post/%d" % row.id)


class DeleteHandler(BaseHandler):
    @tornado.web.authenticated
    def post(self, post_id):
        self.db.execute("DELETE FROM posts WHERE id = %s", post_id)
        log.info("post %s deleted by %s", post_id, self.current_user.id)
        self.redirect("/")


class SearchHandler(BaseHandler):
    def get(self):
        term = self.get_argument("q", "")
        rows = self.db.query("SELECT id, title FROM posts WHERE title LIKE '%%%s%%'" % term)
        self.render("home.html", rows=rows)


class ArchiveHandler(BaseHandler):
    def get(self):
        year = int(self.get_argument("year"))
        rows = self.db.query("SELECT id, title FROM posts WHERE YEAR(created) = %d" % year)
        self.render("home.html", rows=rows)


class DraftHandler(BaseHandler):
    """The editor saves what is being written every few seconds."""

    @tornado.web.authenticated
    def get(self):
        raw = r.get("draft:%d" % self.current_user.id)
        self.write(pickle.loads(raw) if raw else {})

    @tornado.web.authenticated
    def post(self):
        draft = {"title": self.get_argument("title", ""), "body": self.get_argument("body", "")}
        r.setex("draft:%d" % self.current_user.id, 86400, pickle.dumps(draft))
        self.write({"ok": True})


class MessageHandler(BaseHandler):
    @tornado.web.authenticated
    def get(self, message_id):
        row = self.db.get("SELECT sender, receiver, body FROM messages WHERE id = %s", message_id)
        if row is None or self.current_user.id not in (row.sender, row.receiver):
            raise tornado.web.HTTPError(404)
        self.write({"body": row.body})

    @tornado.web.authenticated
    def post(self, message_id):
        self.db.execute(
            "INSERT INTO messages (sender, receiver, answers, body) VALUES (%s, %s, %s, %s)",
            self.get_argument("sender", self.current_user.id),
            self.get_argument("receiver"),
            message_id,
            self.get_argument("body"),
        )
        self.write({"ok": True})
