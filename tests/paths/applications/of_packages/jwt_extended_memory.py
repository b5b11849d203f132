"""Flask-JWT-Extended with a list of revoked tokens in the memory of each worker."""

from flask import Flask, jsonify, request
from flask_jwt_extended import JWTManager, create_access_token, get_jwt, get_jwt_identity, jwt_required

app = Flask(__name__)
app.config["JWT_SECRET_KEY"] = "a secret of more than thirty-two bytes"
app.config["JWT_ACCESS_TOKEN_EXPIRES"] = 3_600
jwt = JWTManager(app)
BLOCKLIST = set()


@jwt.token_in_blocklist_loader
def is_revoked(_header, payload):
    return payload["jti"] in BLOCKLIST


@app.post("/login")
def login():
    return jsonify(token=create_access_token(identity=request.json["user"]))


@app.get("/me")
@jwt_required()
def me():
    return jsonify(get_jwt_identity())


@app.delete("/logout")
@app.post("/logout")
@jwt_required()
def logout():
    BLOCKLIST.add(get_jwt()["jti"])
    return "", 204
