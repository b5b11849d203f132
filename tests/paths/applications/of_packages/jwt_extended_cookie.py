"""Flask-JWT-Extended with the token in a cookie: signing out deletes the cookie."""

from flask import Flask, jsonify, request
from flask_jwt_extended import (
    JWTManager,
    create_access_token,
    get_jwt_identity,
    jwt_required,
    set_access_cookies,
    unset_jwt_cookies,
)

app = Flask(__name__)
app.config.update(
    JWT_SECRET_KEY="a secret of more than thirty-two bytes", JWT_TOKEN_LOCATION=["cookies"],
    JWT_COOKIE_CSRF_PROTECT=False,
)  # fmt: skip
jwt = JWTManager(app)


@app.post("/login")
def login():
    answer = jsonify(ok=True)
    set_access_cookies(answer, create_access_token(identity=request.json["user"]))
    return answer


@app.get("/me")
@jwt_required()
def me():
    return jsonify(get_jwt_identity())


@app.post("/logout")
def logout():
    answer = jsonify(ok=True)
    unset_jwt_cookies(answer)
    return answer
