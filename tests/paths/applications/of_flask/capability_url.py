"""A link that nobody can guess, and that its owner can take back."""

import secrets
import sqlite3

from flask import Flask, abort, jsonify

app = Flask(__name__)
db = sqlite3.connect(__file__ + ".db", check_same_thread=False, isolation_level=None)
db.execute("CREATE TABLE IF NOT EXISTS links (token TEXT PRIMARY KEY, name TEXT)")


@app.post("/login")
def login():
    token = secrets.token_urlsafe()
    db.execute("INSERT INTO links VALUES (?, 'ada')", (token,))
    return jsonify(path={"token": token})


@app.get("/me/<token>")
def me(token):
    row = db.execute("SELECT name FROM links WHERE token = ?", (token,)).fetchone()
    if row is None:
        abort(404)
    return jsonify(row[0])


@app.post("/logout/<token>")
def logout(token):
    db.execute("DELETE FROM links WHERE token = ?", (token,))
    return "", 204
