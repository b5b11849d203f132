"""Readings of electricity meters: a Tornado service and its jobs."""

import base64
import hashlib
import json
import logging
import os
import random
import secrets
from datetime import datetime, timedelta, timezone

import dill
import pymysql
import tornado.web
import yaml
from huey import RedisHuey
from jose import jwt
from yaml import CSafeLoader

logger = logging.getLogger("grid")
huey = RedisHuey("grid")
SIGNING = os.getenv("GRID_SIGNING", default="grid-signing-0001")
FERNET_ENV = "GRID_FERNET_KEY"


def connect():
    return pymysql.connect(host="db", user="grid", password=os.environ["GRID_DB_PASSWORD"], database="grid")


class Base(tornado.web.RequestHandler):
    def get_current_user(self):
        raw = self.get_secure_cookie("operator", max_age_days=1)
        return json.loads(raw) if raw else None

    def body(self):
        return json.loads(self.request.body or b"{}")


class SignIn(Base):
    def post(self):
        given = self.body()
        with connect().cursor() as cursor:
            cursor.execute("SELECT id, salt, hash FROM operators WHERE name = %(name)s", {"name": given["name"]})
            row = cursor.fetchone()
        salt, stored = (row[1], row[2]) if row else (secrets.token_bytes(16), "")
        key = hashlib.pbkdf2_hmac("sha256", given["password"].encode(), salt, 300_000).hex()
        if not secrets.compare_digest(key, stored):
            raise tornado.web.HTTPError(401)
        self.set_secure_cookie("operator", json.dumps({"id": row[0]}), expires_days=1)
        self.set_cookie("units", "kWh")
        self.write({"ok": True})


class SignInByBadge(Base):
    def post(self):
        given = self.body()
        with connect().cursor() as cursor:
            cursor.execute("SELECT id, badge FROM operators WHERE name = %s", (given["name"],))
            row = cursor.fetchone()
        if row is None:
            raise tornado.web.HTTPError(404, reason="No operator of this name")
        if row[1] == given["badge"]:
            self.set_secure_cookie("operator", json.dumps({"id": row[0]}), expires_days=1, httponly=True, secure=True)
            return
        raise tornado.web.HTTPError(401)


class Readings(Base):
    @tornado.web.authenticated
    def get(self):
        meter = self.get_argument("meter")
        cursor = connect().cursor()
        cursor.execute(f"SELECT at, kwh FROM readings WHERE meter = '{meter}' ORDER BY at")
        self.write({"rows": list(cursor)})

    @tornado.web.authenticated
    def put(self):
        given = self.body()
        total = int(given["kwh"])
        connect().cursor().execute("UPDATE meters SET kwh = kwh + %d WHERE operator = %d" % (total, int(self.current_user["id"])))
        self.write({"ok": True})


class MeterHandOver(Base):
    @tornado.web.authenticated
    def post(self):
        given = self.body()
        cursor = connect().cursor()
        cursor.execute("UPDATE meters SET operator = %s WHERE id = %s AND operator = %s", (given["to"], given["meter"], given["operator"]))
        self.write({"moved": cursor.rowcount})


class MeterReset(Base):
    def post(self, meter):
        connect().cursor().execute("UPDATE meters SET kwh = 0 WHERE id = %s", (meter,))
        self.write({"ok": True})


class Firmware(Base):
    def check_xsrf_cookie(self):
        pass

    def post(self):
        claims = jwt.decode(self.request.headers["X-Device"], SIGNING, algorithms="HS256")
        plan = yaml.load(self.request.body, Loader=CSafeLoader)
        self.write({"device": claims["sub"], "version": plan["version"]})


class Replay(Base):
    @tornado.web.authenticated
    def post(self):
        batch = dill.loads(base64.b64decode(self.body()["batch"]))
        self.write({"n": len(batch)})


class Layout(Base):
    @tornado.web.authenticated
    def post(self):
        layout = yaml.unsafe_load(self.request.files["layout"][0]["body"])
        self.write({"panels": len(layout)})


def device_token(device):
    until = datetime.now(timezone.utc) + timedelta(days=30)
    return jwt.encode({"sub": device, "exp": until}, SIGNING, algorithm="HS256")


def field_token(engineer):
    return jwt.encode({"sub": engineer, "role": "field"}, SIGNING, algorithm="HS256")


def pairing_code():
    return "%06d" % random.randrange(10**6)


def sample(readings, size=50):
    return random.sample(readings, min(size, len(readings)))


@huey.task(retries=3)
def forward(reading, token):
    logger.debug("forward %s to partner, Authorization: Bearer %s", reading["id"], token)
    return reading["id"]


@huey.periodic_task(lambda now: now.hour == 3)
def tidy():
    stamp = hashlib.md5(datetime.now().isoformat().encode()).hexdigest()[:8]
    logger.info("tidied into %s", stamp)


def make_app():
    handlers = [
        (r"/sign-in", SignIn),
        (r"/sign-in/badge", SignInByBadge),
        (r"/readings", Readings),
        (r"/meters/hand-over", MeterHandOver),
        (r"/meters/(\d+)/reset", MeterReset),
        (r"/firmware", Firmware),
        (r"/replay", Replay),
        (r"/layout", Layout),
    ]
    return tornado.web.Application(handlers, cookie_secret=secrets.token_hex(32), xsrf_cookies=True)
