"""Keys whose row must not be revoked and whose user must be active: the statement itself asks."""

import hashlib
import secrets
import sqlite3
import time

from flask import Flask, abort, jsonify, request

app = Flask(__name__)
db = sqlite3.connect(":memory:", check_same_thread=False)
db.execute("CREATE TABLE api_keys (digest TEXT PRIMARY KEY, owner TEXT, active INTEGER, revoked_at REAL)")


def digest(key):
    return hashlib.sha256(key.encode()).hexdigest()


def holder():
    key = request.headers.get("X-API-Key")
    if not key:
        abort(401)
    row = db.execute(
        "SELECT owner FROM api_keys WHERE digest = ? AND active = 1 AND revoked_at IS NULL", (digest(key),)
    ).fetchone()
    if row is None:
        abort(401)
    return row[0]


@app.post("/login")
def login():
    key = secrets.token_urlsafe()
    db.execute("INSERT INTO api_keys VALUES (?, 'ada', 1, NULL)", (digest(key),))
    return {"key": key}


@app.get("/me")
def me():
    return jsonify(holder())


@app.post("/logout")
def revoke():
    key = request.headers["X-API-Key"]
    db.execute("UPDATE api_keys SET revoked_at = ? WHERE digest = ?", (time.time(), digest(key)))
    return ""


@app.post("/disable/<who>")
def disable(who):
    db.execute("UPDATE api_keys SET active = 0 WHERE owner = ?", (who,))
    return ""
