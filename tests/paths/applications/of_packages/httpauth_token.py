"""Flask-HTTPAuth with tokens that are rows."""

import secrets
import sqlite3

from flask import Flask, jsonify, request
from flask_httpauth import HTTPTokenAuth

app = Flask(__name__)
auth = HTTPTokenAuth()
db = sqlite3.connect(__file__ + ".db", check_same_thread=False, isolation_level=None)
db.execute("CREATE TABLE IF NOT EXISTS tokens (token TEXT PRIMARY KEY, name TEXT)")


@auth.verify_token
def verify(token):
    row = db.execute("SELECT name FROM tokens WHERE token = ?", (token,)).fetchone()
    if row is None:
        return None
    return row[0]


@app.post("/login")
def login():
    token = secrets.token_urlsafe()
    db.execute("INSERT INTO tokens VALUES (?, ?)", (token, request.json["user"]))
    return jsonify(token=token)


@app.get("/me")
@auth.login_required
def me():
    return jsonify(auth.current_user())


@app.post("/logout")
@auth.login_required
def logout():
    token = request.headers["Authorization"].removeprefix("Bearer ")
    db.execute("DELETE FROM tokens WHERE token = ?", (token,))
    return "", 204
