"""Flask-JWT-Extended as its first page has it: nothing is asked about a token but its end."""

from datetime import timedelta

from flask import Flask, jsonify, request
from flask_jwt_extended import JWTManager, create_access_token, get_jwt_identity, jwt_required

app = Flask(__name__)
app.config.update(
    JWT_SECRET_KEY="a secret of more than thirty-two bytes", JWT_ACCESS_TOKEN_EXPIRES=timedelta(hours=2)
)
jwt = JWTManager(app)


@app.post("/login")
def login():
    return jsonify(token=create_access_token(identity=request.json["user"]))


@app.get("/me")
@jwt_required()
def me():
    return jsonify(get_jwt_identity())


@app.post("/logout")
@jwt_required()
def logout():
    return "", 204
