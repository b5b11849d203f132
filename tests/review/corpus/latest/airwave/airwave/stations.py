import json

import jwt
from tornado.web import HTTPError

from . import db
from .base import Base
from .options import STATION_KEYS


def keys():
    with open(STATION_KEYS) as f:
        return json.load(f)


def bearer(handler):
    return handler.request.headers.get("Authorization", "")[7:]


class Relay(Base):
    """Stations of the network ask what is on."""

    def get(self):
        token = bearer(self)
        try:
            kid = jwt.get_unverified_header(token)["kid"]
            who = jwt.decode(token, keys()[kid]["public"], algorithms=["ES256"], audience="airwave", issuer=kid)
        except (jwt.InvalidTokenError, KeyError):
            raise HTTPError(401)
        row = db.one("select title, starts from shows order by starts desc limit 1")
        self.write({"for": who["iss"], "now": dict(row) if row else None})


class Takeover(Base):
    """Another station takes the air for an hour."""

    def check_xsrf_cookie(self):
        return None

    def post(self):
        token = bearer(self)
        try:
            head = jwt.get_unverified_header(token)
            claims = jwt.decode(token, keys()[head["kid"]]["public"], algorithms=[head["alg"]], audience="airwave")
        except (jwt.InvalidTokenError, KeyError):
            raise HTTPError(401)
        db.run("insert into shows (dj_id, title, starts) values (0, ?, ?)", claims["title"], claims["starts"])
