"""Flask-Session with files, where signing out only deletes the cookie in the browser."""

import os

from cachelib.file import FileSystemCache
from flask import Flask, abort, jsonify, request, session
from flask_session import Session

app = Flask(__name__)
app.config.update(
    SESSION_TYPE="cachelib", SESSION_CACHELIB=FileSystemCache(os.environ["PLACE"], threshold=0)
)  # fmt: skip
Session(app)


@app.post("/login")
def login():
    session["user"] = request.json["user"]
    return "", 204


@app.get("/me")
def me():
    if "user" not in session:
        abort(401)
    return jsonify(session["user"])


@app.post("/logout")
def logout():
    answer = jsonify(ok=True)
    answer.delete_cookie("session")
    return answer
