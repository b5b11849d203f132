"""A signed token, and a table of those that are signed out, which each worker reads; rows are committed."""

import sqlite3
from datetime import UTC, datetime, timedelta

import jwt
from flask import Flask, abort, jsonify, request

app = Flask(__name__)
SECRET = "a secret of more than thirty-two bytes"


def connect():
    db = sqlite3.connect(__file__ + ".db")
    db.execute("CREATE TABLE IF NOT EXISTS revoked (jti TEXT PRIMARY KEY)")
    return db


def claims_of():
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    try:
        claims = jwt.decode(token, SECRET, algorithms=["HS256"])
    except jwt.InvalidTokenError:
        abort(401)
    if connect().execute("SELECT 1 FROM revoked WHERE jti = ?", (claims["jti"],)).fetchone():
        abort(401)
    return claims


@app.post("/login")
def login():
    now = datetime.now(UTC)
    claims = {"sub": request.json["user"], "jti": now.isoformat(), "exp": now + timedelta(minutes=30)}
    return jsonify(token=jwt.encode(claims, SECRET, algorithm="HS256"))


@app.get("/me")
def me():
    return jsonify(claims_of()["sub"])


@app.post("/logout")
def logout():
    claims = claims_of()
    with connect() as db:
        db.execute("INSERT OR IGNORE INTO revoked VALUES (?)", (claims["jti"],))
    return "", 204
