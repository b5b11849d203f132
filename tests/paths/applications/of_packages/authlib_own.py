"""Authlib with a class of tokens of one's own, which looks at both its end and its flag."""

import time
from secrets import token_urlsafe

from authlib.integrations.flask_oauth2 import ResourceProtector, current_token
from authlib.oauth2.rfc6750 import BearerTokenValidator
from flask import Flask, jsonify
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///" + __file__ + ".db"
db = SQLAlchemy(app)


class Token(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    access_token = db.Column(db.String(40), unique=True)
    revoked = db.Column(db.Boolean, default=False)
    expires_at = db.Column(db.Float, default=lambda: time.time() + 3_600)

    def get_scope(self):
        return ""

    def is_expired(self):
        return self.expires_at < time.time()

    def is_revoked(self):
        return self.revoked


class Validator(BearerTokenValidator):
    def authenticate_token(self, token_string):
        return Token.query.filter_by(access_token=token_string).first()


require_oauth = ResourceProtector()
require_oauth.register_token_validator(Validator())

with app.app_context():
    db.create_all()


@app.post("/login")
def login():
    token = Token(access_token=token_urlsafe(16))
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
    current_token.revoked = True
    db.session.commit()
    return "", 204
