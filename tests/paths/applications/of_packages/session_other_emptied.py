"""Flask-Session with files, where signing out takes out something else than what is asked for."""

import os

from cachelib.file import FileSystemCache
from flask import Flask, abort, jsonify, request, session
from flask_session import Session

app = Flask(__name__)
app.config["SESSION_TYPE"] = "cachelib"
app.config["SESSION_CACHELIB"] = FileSystemCache(os.environ["PLACE"], threshold=0)
app.config["PERMANENT_SESSION_LIFETIME"] = 600
Session(app)


@app.post("/login")
def login():
    session["user"] = session["name"] = request.json["user"]
    return "", 204


@app.get("/me")
def me():
    if not session.get("user"):
        abort(401)
    return jsonify(session.get("name"))


@app.post("/logout")
def logout():
    session.pop("name", None)
    return "", 204
