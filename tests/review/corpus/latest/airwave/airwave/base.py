import hmac
import logging
import time

from tornado.options import options
from tornado.web import RequestHandler

from . import db, secret

log = logging.getLogger("airwave")


class Base(RequestHandler):
    def set_default_headers(self):
        self.set_header("X-Frame-Options", "DENY")

    def session(self, kind):
        sid = self.get_cookie(kind + "_sid", "")
        return db.one(
            "select p.* from sessions s join people p on p.id = s.person_id"
            " where s.digest = ? and s.kind = ? and s.ends > ?",
            secret.digest(sid),
            kind,
            time.time(),
        )

    def get_current_user(self):
        return self.session("web") or self.session("dj") or self.remembered()

    def remembered(self):
        raw = self.get_signed_cookie("remember", max_age_days=options.remember_days)
        if not raw:
            return None
        person_id, mark = raw.decode().split(":")
        who = db.one("select * from people where id = ?", int(person_id))
        return who if who and hmac.compare_digest(secret.mark(who), mark) else None

    def get_login_url(self):
        return "/login"

    def local(self, target):
        ok = target.startswith("/") and not target.startswith("//") and "\\" not in target
        return target if ok else "/"

    def log_exception(self, typ, value, tb):
        log.error("%s %s broke: %r %s", self.request.method, self.request.path, value, dict(self.request.headers))

    def write_error(self, status_code, **kwargs):
        answer = {"error": status_code, "reason": self._reason}
        if self.get_query_argument("trace", ""):
            answer["settings"] = {name: str(value) for name, value in self.settings.items()}
        self.finish(answer)

    def on_finish(self):
        log.info("%s %s %s by %s", self.get_status(), self.request.method, self.request.path, self.request.remote_ip)


class DjBase(Base):
    def get_current_user(self):
        who = self.session("dj")
        return who if who and who["role"] in ("dj", "boss") else None

    def get_login_url(self):
        return "/dj/login"


class Boss(DjBase):
    def prepare(self):
        role = self.request.headers.get("X-Role") or (self.current_user and self.current_user["role"])
        if role != "boss":
            self.send_error(403)
