"""Opaque tokens in a header, asked for before each request of a blueprint."""

import secrets

from flask import Blueprint, Flask, abort, g, jsonify, request

TOKENS: dict[str, dict] = {}
app = Flask(__name__)
api = Blueprint("api", __name__)


@api.before_request
def authenticate():
    header = request.headers.get("Authorization", "")
    row = TOKENS.get(header.removeprefix("Bearer "))
    if not row or row["revoked"]:
        abort(401)
    g.user = row["user"]


@app.post("/login")
def login():
    token = secrets.token_urlsafe()
    TOKENS[token] = {"user": request.json["user"], "revoked": False}
    return jsonify(token=token)


@api.get("/me")
def me():
    return jsonify(g.user)


@api.post("/logout")
def logout():
    TOKENS[request.headers["Authorization"].removeprefix("Bearer ")]["revoked"] = True
    return "", 204


@app.post("/disable/<who>")
def disable(who):
    return "", 204


app.register_blueprint(api)
