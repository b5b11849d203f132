"""Sitzungen liegen in Redis, im Cookie steht nur ihre Nummer."""
import pickle
import secrets

from flask.sessions import SessionInterface, SessionMixin
from werkzeug.datastructures import CallbackDict

TAG = 24 * 3600


class Sitzung(CallbackDict, SessionMixin):
    def __init__(self, inhalt=None, sid=None, neu=False):
        def geaendert(self):
            self.modified = True

        super().__init__(inhalt, geaendert)
        self.sid = sid
        self.new = neu
        self.modified = False


class RedisSitzungen(SessionInterface):
    serializer = pickle

    def __init__(self, client, praefix="sitzung:"):
        self.client = client
        self.praefix = praefix

    def neue_nummer(self):
        return secrets.token_urlsafe(32)

    def open_session(self, app, request):
        sid = request.cookies.get(app.config["SESSION_COOKIE_NAME"])
        if not sid:
            return Sitzung(sid=self.neue_nummer(), neu=True)
        roh = self.client.get(self.praefix + sid)
        if roh is None:
            return Sitzung(sid=sid, neu=True)
        return Sitzung(self.serializer.loads(roh), sid=sid)

    def save_session(self, app, session, response):
        name = app.config["SESSION_COOKIE_NAME"]
        if not session:
            self.client.delete(self.praefix + session.sid)
            response.delete_cookie(name)
            return
        roh = self.serializer.dumps(dict(session))
        self.client.setex(self.praefix + session.sid, TAG, roh)
        response.set_cookie(
            name,
            session.sid,
            httponly=self.get_cookie_httponly(app),
            secure=self.get_cookie_secure(app),
            samesite=self.get_cookie_samesite(app),
        )

    def wechseln(self, session):
        """Neue Nummer, gleicher Inhalt."""
        self.client.delete(self.praefix + session.sid)
        session.sid = self.neue_nummer()
        session.modified = True
