"""Authlib with tokens in a table, as documented: signing out marks the row."""

import time
from secrets import token_urlsafe

from authlib.integrations.flask_oauth2 import ResourceProtector, current_token
from authlib.integrations.sqla_oauth2 import OAuth2TokenMixin
from authlib.oauth2.rfc6750 import BearerTokenValidator
from flask import Flask, jsonify
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///" + __file__ + ".db"
db = SQLAlchemy(app)


class Token(db.Model, OAuth2TokenMixin):
    id = db.Column(db.Integer, primary_key=True)


class Validator(BearerTokenValidator):
    def authenticate_token(self, token_string):
        return Token.query.filter_by(access_token=token_string).first()


require_oauth = ResourceProtector()
require_oauth.register_token_validator(Validator())

with app.app_context():
    db.create_all()


@app.post("/login")
def login():
    token = Token(expires_in=3_600, access_token=token_urlsafe(16))
    db.session.add(token)
    db.session.commit()
    return jsonify(token=token.access_token)


@app.get("/me")
@require_oauth()
def me():
    return jsonify(current_token.id)


@app.post("/logout")
@require_oauth()
def logout():
    current_token.access_token_revoked_at = int(time.time())
    db.session.commit()
    return "", 204
