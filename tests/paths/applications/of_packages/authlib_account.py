"""Authlib where the account is looked at, and signing out leaves the token as it is."""

from secrets import token_urlsafe

from authlib.integrations.flask_oauth2 import ResourceProtector, current_token
from authlib.integrations.sqla_oauth2 import OAuth2TokenMixin
from authlib.oauth2.rfc6750 import BearerTokenValidator, InvalidTokenError
from flask import Flask, jsonify, request
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///" + __file__ + ".db"
db = SQLAlchemy(app)


class User(db.Model):
    name = db.Column(db.String(40), primary_key=True)
    active = db.Column(db.Boolean, default=True)


class Token(db.Model, OAuth2TokenMixin):
    id = db.Column(db.Integer, primary_key=True)
    user_name = db.Column(db.ForeignKey("user.name"))


class Validator(BearerTokenValidator):
    def authenticate_token(self, token_string):
        token = Token.query.filter_by(access_token=token_string).first()
        user = None if token is None else db.session.get(User, token.user_name)
        if user is None or not user.active:
            raise InvalidTokenError
        return token


require_oauth = ResourceProtector()
require_oauth.register_token_validator(Validator())

with app.app_context():
    db.create_all()
    if db.session.get(User, "ada") is None:
        db.session.add(User(name="ada"))
        db.session.commit()


@app.post("/login")
def login():
    token = Token(expires_in=3_600, user_name=request.json["user"], access_token=token_urlsafe(16))
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
    request.get_data()
    db.session.commit()
    return "", 204


@app.post("/disable/<who>")
def disable(who):
    db.session.get(User, who).active = False
    db.session.commit()
    return "", 204
