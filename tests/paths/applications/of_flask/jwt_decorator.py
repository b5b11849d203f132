"""Signed tokens of a quarter of an hour, and a decorator that decodes them."""

import time
from functools import wraps

import jwt
from flask import Flask, g, jsonify, request

app = Flask(__name__)
app.config["SECRET_KEY"] = "a secret of more than thirty-two bytes"
USERS = {"ada": {"name": "ada", "active": True}}


def token_required(view):
    @wraps(view)
    def decorated(*args, **kwargs):
        token = request.headers.get("Authorization", "").replace("Bearer ", "")
        if not token:
            return jsonify({"message": "no token"}), 401
        try:
            data = jwt.decode(token, app.config["SECRET_KEY"], algorithms=["HS256"])
        except jwt.InvalidTokenError:
            return jsonify({"message": "no good token"}), 401
        g.user = data["sub"]
        return view(*args, **kwargs)

    return decorated


@app.post("/login")
def login():
    claims = {"sub": request.json["user"], "exp": time.time() + 900}
    return jsonify(token=jwt.encode(claims, app.config["SECRET_KEY"], algorithm="HS256"))


@app.get("/me")
@token_required
def me():
    return jsonify(g.user)


@app.post("/disable/<who>")
def disable(who):
    USERS[who]["active"] = False
    return "", 204
