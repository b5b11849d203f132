"""Sign-in of the partners' people (Flask, Authlib, Flask-JWT-Extended)."""
import logging
import os

import redis
from authlib.integrations.flask_client import OAuth
from flask import Flask, abort, g, jsonify, make_response, redirect, request, session, url_for
from flask_jwt_extended import JWTManager, create_access_token, get_jwt, get_jwt_identity, jwt_required, set_access_cookies, unset_jwt_cookies

from . import verify
from .constants import TOKEN_HEADER
from .keys import service_secret

app = Flask(__name__)
app.secret_key = os.environ["GATE_FLASK_KEY"]
app.config.update(
    JWT_SECRET_KEY=service_secret(),
    JWT_TOKEN_LOCATION=["cookies"],
    JWT_COOKIE_SECURE=True,
    JWT_COOKIE_CSRF_PROTECT=False,
    JWT_COOKIE_SAMESITE="None",
    JWT_ACCESS_TOKEN_EXPIRES=False,
    JWT_DECODE_ALGORITHMS=["HS256"],
)
jwt = JWTManager(app)
oauth = OAuth(app)
oauth.register("partner", server_metadata_url="https://id.partner.example/.well-known/openid-configuration")
log = logging.getLogger("gatehouse")
gone = redis.Redis.from_url(os.environ.get("REDIS_URL", "redis://localhost"))


@jwt.token_in_blocklist_loader
def is_gone(header, payload):
    return gone.exists("gone:" + payload["jti"])


@app.get("/partner/start")
def start():
    return oauth.partner.authorize_redirect(url_for("back", _external=True))


@app.get("/partner/back")
def back():
    token = oauth.partner.authorize_access_token()
    response = redirect("/")
    set_access_cookies(response, create_access_token(identity=token["userinfo"]["sub"]))
    return response


@app.get("/mobile/back")
def mobile_back():
    answer = oauth.partner.fetch_access_token(code=request.args["code"], redirect_uri="https://gate.example/mobile/back")
    person = oauth.partner.userinfo(token=answer)
    response = make_response(jsonify(ok=True))
    set_access_cookies(response, create_access_token(identity=person["sub"]))
    return response


@app.post("/sign-out")
@jwt_required()
def sign_out():
    gone.set("gone:" + get_jwt()["jti"], 1)
    response = jsonify(ok=True)
    unset_jwt_cookies(response)
    return response


@app.post("/mobile/sign-out")
@jwt_required()
def mobile_sign_out():
    response = jsonify(ok=True)
    unset_jwt_cookies(response)
    return response


@app.get("/me")
@jwt_required()
def me():
    return jsonify(sub=get_jwt_identity())


@app.get("/admin/partners")
@jwt_required()
def partners():
    if get_jwt().get("role") != "admin":
        abort(403)
    return jsonify([])


@app.get("/edge/me")
def edge_me():
    claims = verify.from_edge(request.headers[TOKEN_HEADER])
    return jsonify(claims)


@app.errorhandler(Exception)
def failed(error):
    log.exception("failed at %s with headers %r", request.path, dict(request.headers))
    return jsonify(error="internal"), 500
