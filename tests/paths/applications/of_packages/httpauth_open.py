"""Flask-HTTPAuth that lets somebody in without a credential too, where the view asks for nothing more."""

from flask import Flask, jsonify
from flask_httpauth import HTTPTokenAuth

app = Flask(__name__)
auth = HTTPTokenAuth(scheme="Bearer")
TOKENS = {"a token that is in the source": "ada"}


@auth.verify_token
def verify(token):
    return TOKENS.get(token)


@app.post("/login")
def login():
    return jsonify(token="a token that is in the source")


@app.get("/me")
@auth.login_required
def me():
    return jsonify(auth.current_user())


@app.get("/maybe")
@auth.login_required(optional=True)
def maybe():
    return jsonify(auth.current_user())
