# -*- coding: utf-8 -*-
import logging
from functools import wraps

import tornado.web
from tornado.httputil import url_concat

from . import store


class BaseHandler(tornado.web.RequestHandler):
    @property
    def db(self):
        return self.application.db

    def get_current_user(self):
        sid = self.get_secure_cookie("sid", max_age_days=14)
        if not sid:
            return None
        return self.db.get(
            "SELECT u.id, u.name, u.is_moderator FROM sessions s JOIN users u ON u.id = s.user_id"
            " WHERE s.fingerprint = %s AND s.expires > NOW() AND NOT u.banned",
            store.fingerprint(sid),
        )

    def write_error(self, status_code, **kwargs):
        if status_code >= 500:
            logging.error("%s %s failed", self.request.method, self.request.path)
        self.finish({"error": self._reason})

    def log_exception(self, typ, value, tb):
        logging.error("%s: %s\n%s", typ, value, self.request.headers, exc_info=(typ, value, tb))

    def safe_next(self, default="/"):
        target = self.get_argument("next", default)
        if not target.startswith("/") or target.startswith("//") or "\\" in target:
            return default
        return target


class JSONHandler(BaseHandler):
    """For programs: they come with a key in a header, never with a cookie."""

    def get_current_user(self):
        key = self.request.headers.get("X-App-Key", "")
        return self.db.get("SELECT user_id AS id, scope FROM apps WHERE fingerprint = %s", store.fingerprint(key))

    def check_xsrf_cookie(self):
        pass


def moderator(method):
    @wraps(method)
    def wrapper(self, *args, **kwargs):
        if not self.current_user:
            return self.redirect(url_concat("/login", {"next": self.request.uri}))
        if not self.current_user.is_moderator:
            raise tornado.web.HTTPError(403)
        return method(self, *args, **kwargs)

    return wrapper
