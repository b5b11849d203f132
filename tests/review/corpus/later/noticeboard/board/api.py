# -*- coding: utf-8 -*-
import hashlib
import hmac
import json
import os

import tornado.httpclient
import tornado.web
import yaml
from tornado.escape import utf8

from .base import BaseHandler, JSONHandler

FEED_SECRET = os.environ["BOARD_FEED_SECRET"]


class FeedHandler(JSONHandler):
    @tornado.web.authenticated
    def get(self):
        rows = self.db.query("SELECT id, title FROM posts ORDER BY created DESC LIMIT 20")
        body = json.dumps(rows)
        etag = hashlib.md5(utf8(body)).hexdigest()
        if self.request.headers.get("If-None-Match") == etag:
            self.set_status(304)
            return
        self.set_header("Etag", etag)
        self.finish(body)


class PublishHandler(BaseHandler):
    """For the members' own scripts in the page."""

    def check_xsrf_cookie(self):
        pass

    @tornado.web.authenticated
    def post(self):
        post_id = self.db.execute(
            "INSERT INTO posts (author_id, title, body) VALUES (%s, %s, %s)",
            self.current_user.id,
            self.get_argument("title"),
            self.get_argument("body"),
        )
        self.write({"id": post_id})


class ImportHandler(tornado.web.RequestHandler):
    """Neighbouring boards push their posts to us."""

    def check_xsrf_cookie(self):
        pass

    def prepare(self):
        mac = hmac.new(utf8(FEED_SECRET), self.request.body, hashlib.sha256).hexdigest()
        given = self.request.headers.get("X-Feed-Mac", "")
        if len(given) != len(mac) or any(a != b for a, b in zip(given, mac)):
            raise tornado.web.HTTPError(403)

    def post(self):
        feed = yaml.load(self.request.body, Loader=yaml.SafeLoader)
        for item in feed["posts"]:
            self.application.db.execute("INSERT INTO posts (title, body) VALUES (%s, %s)", item["title"], item["body"])
        self.write({"ok": True})


def fetch_neighbour(url):
    client = tornado.httpclient.HTTPClient()
    answer = client.fetch(url, validate_cert=False, headers={"X-Feed-Secret": FEED_SECRET})
    return json.loads(answer.body)
