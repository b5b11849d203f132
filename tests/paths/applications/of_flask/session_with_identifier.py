"""The cookie carries the identifier of a session that is kept and removed."""

import secrets

from flask import Flask, abort, jsonify, request, session

app = Flask(__name__)
app.secret_key = "secret"
USERS = {"ada": {"name": "ada", "password": "pw", "active": True}}


SESSIONS = {}


def current():
    found = SESSIONS.get(session.get("sid"))
    if found is None:
        abort(401)
    return found


@app.post("/login")
def login():
    sid = secrets.token_urlsafe()
    SESSIONS[sid] = {"user": request.json["user"]}
    session["sid"] = sid
    return "", 204


@app.get("/me")
def me():
    return jsonify(current()["user"])


@app.post("/logout")
def logout():
    SESSIONS.pop(session["sid"], None)
    session.clear()
    return "", 204


@app.post("/disable/<who>")
def disable(who):
    for sid, found in list(SESSIONS.items()):
        if found["user"] == who:
            del SESSIONS[sid]
    return "", 204


@app.post("/password")
def change_password():
    USERS[current()["user"]]["password"] = request.args["new"]
    return "", 204
