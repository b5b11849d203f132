"""Flask-JWT-Extended in a decorator of one's own, with a list of revoked tokens in a table."""

import functools
import sqlite3

from flask import Flask, abort, jsonify, request
from flask_jwt_extended import (
    JWTManager,
    create_access_token,
    get_jwt,
    get_jwt_identity,
    verify_jwt_in_request,
)

app = Flask(__name__)
app.config["JWT_SECRET_KEY"] = "a secret of more than thirty-two bytes"
jwt = JWTManager(app)
db = sqlite3.connect(__file__ + ".db", check_same_thread=False, isolation_level=None)
db.execute("CREATE TABLE IF NOT EXISTS revoked (jti TEXT PRIMARY KEY)")


@jwt.token_in_blocklist_loader
def is_revoked(jwt_header, jwt_payload):
    row = db.execute("SELECT jti FROM revoked WHERE jti = ?", (jwt_payload["jti"],)).fetchone()
    return row is not None


def reader_required(view):
    @functools.wraps(view)
    def inner(*args, **kwargs):
        verify_jwt_in_request()
        if get_jwt().get("role") != "reader":
            abort(403)
        return view(*args, **kwargs)

    return inner


@app.post("/login")
def login():
    claims = {"role": "reader"}
    return jsonify(token=create_access_token(identity=request.json["user"], additional_claims=claims))


@app.get("/me")
@reader_required
def me():
    return jsonify(get_jwt_identity())


@app.post("/logout")
@reader_required
def logout():
    db.execute("INSERT INTO revoked VALUES (?)", (get_jwt()["jti"],))
    return "", 204
