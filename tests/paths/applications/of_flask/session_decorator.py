"""A decorator asks for the session; half a day by configuration."""

import functools

from flask import Flask, jsonify, request, session

app = Flask(__name__)
app.secret_key = "secret"
USERS = {"ada": {"name": "ada", "password": "pw", "active": True}}


app.config.update(PERMANENT_SESSION_LIFETIME=60 * 60 * 12)


def login_required(view):
    @functools.wraps(view)
    def wrapped(*args, **kwargs):
        if session.get("user") is None:
            return jsonify(error="sign in"), 401
        return view(*args, **kwargs)

    return wrapped


@app.post("/login")
def login():
    session["user"] = request.json["user"]
    return "", 204


@app.get("/me")
@login_required
def me():
    return jsonify(session["user"])


@app.post("/logout")
def logout():
    session.clear()
    return "", 204


@app.post("/disable/<who>")
def disable(who):
    USERS[who]["active"] = False
    return "", 204


@app.post("/password")
@login_required
def change_password():
    USERS[session["user"]]["password"] = request.args["new"]
    return "", 204
