"""Sessions of readers (files) and of the staff (a table)."""
import hashlib
import json
import marshal
import os
import secrets
import time

from . import conf
from .store import db

READER_LIFE = 12 * 3600


def file_of(sid):
    return os.path.join(conf.SESSION_DIR, hashlib.sha256(sid.encode()).hexdigest())


class Session(dict):
    def __init__(self, sid, data=()):
        super().__init__(data)
        self.sid, self.fresh = sid, not data

    def renew(self):
        """Another id for the same contents."""
        if os.path.exists(file_of(self.sid)):
            os.unlink(file_of(self.sid))
        self.sid, self.fresh = secrets.token_hex(20), True

    def forget(self):
        self.clear()
        if os.path.exists(file_of(self.sid)):
            os.unlink(file_of(self.sid))


class Sessions:
    def open(self, request):
        sid = request.cookies.get(conf.SESSION_COOKIE)
        if sid:
            try:
                with open(file_of(sid), "rb") as f:
                    kept = json.load(f)
            except (OSError, ValueError):
                kept = None
            if kept and kept["until"] > time.time():
                return Session(sid, kept["data"])
        return Session(secrets.token_hex(20))

    def close(self, request, response):
        session = request.session
        if not session:
            return response
        kept = {"until": time.time() + READER_LIFE, "data": dict(session)}
        with open(file_of(session.sid), "w") as f:
            json.dump(kept, f)
        if session.fresh:
            response.add_cookie("%s=%s; Path=/; SameSite=Lax" % (conf.SESSION_COOKIE, session.sid))
        return response


class StaffSessions:
    """The catalogue's old terminals share these rows with us."""

    def load(self, sid):
        row = db().execute("SELECT data FROM staff_sessions WHERE sid_hash = ? AND until > ?", (digest(sid), time.time())).fetchone()
        return marshal.loads(row[0]) if row else {}

    def save(self, sid, data):
        db().execute(
            "REPLACE INTO staff_sessions (sid_hash, data, until) VALUES (?, ?, ?)",
            (digest(sid), marshal.dumps(data), time.time() + 8 * 3600),
        )
        db().commit()

    def drop(self, sid):
        db().execute("DELETE FROM staff_sessions WHERE sid_hash = ?", (digest(sid),))
        db().commit()

    def cookie(self, sid):
        return "__Host-staff=%s; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=28800" % sid


def digest(sid):
    return hashlib.sha256(sid.encode()).hexdigest()
