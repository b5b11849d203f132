"""Flask-Session with Redis, and an account that is looked up on each request."""

import os
import sqlite3

import redis
from flask import Flask, abort, jsonify, request, session
from flask_session import Session

app = Flask(__name__)
app.config.update(SESSION_TYPE="redis", SESSION_REDIS=redis.Redis.from_url(os.environ["REDIS_URL"]))
app.permanent_session_lifetime = 3_600
Session(app)
db = sqlite3.connect(__file__ + ".db", check_same_thread=False, isolation_level=None)
db.execute("CREATE TABLE IF NOT EXISTS users (name TEXT PRIMARY KEY, active INTEGER)")
db.execute("INSERT OR IGNORE INTO users VALUES ('ada', 1)")


@app.post("/login")
def login():
    session["user"] = request.json["user"]
    session["theme"] = "dark"
    return "", 204


@app.get("/me")
def me():
    name = session.get("user")
    if name is None:
        abort(401)
    if db.execute("SELECT name FROM users WHERE name = ? AND active = 1", (name,)).fetchone() is None:
        abort(403)
    return jsonify(name)


@app.post("/logout")
def logout():
    session.pop("user", None)
    return "", 204


@app.post("/disable/<who>")
def disable(who):
    db.execute("UPDATE users SET active = 0 WHERE name = ?", (who,))
    return "", 204
