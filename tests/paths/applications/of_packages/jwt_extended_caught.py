"""Flask-JWT-Extended in `before_request`, where one more look at the token is caught."""

import sqlite3

from flask import Flask, jsonify, request
from flask_jwt_extended import (
    JWTManager,
    create_access_token,
    get_jwt,
    get_jwt_identity,
    verify_jwt_in_request,
)
from flask_jwt_extended.exceptions import RevokedTokenError

app = Flask(__name__)
app.config["JWT_SECRET_KEY"] = "a secret of more than thirty-two bytes"
jwt = JWTManager(app)
db = sqlite3.connect(__file__ + ".db", check_same_thread=False, isolation_level=None)
db.execute("CREATE TABLE IF NOT EXISTS revoked (jti TEXT PRIMARY KEY)")


@jwt.token_in_blocklist_loader
def is_revoked(jwt_header, jwt_payload):
    row = db.execute("SELECT jti FROM revoked WHERE jti = ?", (jwt_payload["jti"],)).fetchone()
    return row is not None


@app.before_request
def look():
    if request.path == "/login":
        return
    try:
        verify_jwt_in_request()
    except RevokedTokenError:
        verify_jwt_in_request(skip_revocation_check=True)


@app.post("/login")
def login():
    return jsonify(token=create_access_token(identity=request.json["user"]))


@app.get("/me")
def me():
    return jsonify(get_jwt_identity())


@app.post("/logout")
def logout():
    db.execute("INSERT INTO revoked VALUES (?)", (get_jwt()["jti"],))
    return "", 204
