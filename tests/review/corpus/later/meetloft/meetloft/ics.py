"""Calendars of rooms, and the tokens of a partner who books through us."""

import hmac
import os
import re

import jwt as pyjwt
import requests
from flask import Blueprint, Response, abort, jsonify, request
from jwcrypto import jwk
from jwcrypto import jwt as jose

from .extensions import log, mongo

bp = Blueprint("ics", __name__)
PARTNER_KEY = os.environ.get("MEETLOFT_PARTNER_KEY")
PARTNER = "https://partner.example"
KEYS = os.environ.get("MEETLOFT_KEYS", "/etc/meetloft/keys")


@bp.get("/room/<name>.ics")
def room(name):
    row = mongo.db.rooms.find_one({"name": name}) or abort(404)
    if not hmac.compare_digest(request.args.get("key", ""), row["calendar_key"]):
        abort(403)
    return Response("BEGIN:VCALENDAR\nEND:VCALENDAR\n", mimetype="text/calendar")


@bp.post("/partner")
def partner():
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not PARTNER_KEY:
        abort(503)
    try:
        claims = pyjwt.decode(token, PARTNER_KEY, algorithms=["HS256"], audience="meetloft", issuer=PARTNER)
    except pyjwt.PyJWTError as error:
        log.error("partner's token %s: %s", token, error)
        abort(401)
    mongo.db.bookings.insert_one({"person": f"partner:{claims['sub']}", "room": request.get_json()["room"]})
    return jsonify(ok=True)


@bp.post("/partner/file")
def partner_file():
    """The partner has a key for each of its houses; the files come with Ansible."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    kid = pyjwt.get_unverified_header(token)["kid"]
    with open(f"{KEYS}/{kid}.pem") as file:
        key = file.read()
    claims = pyjwt.decode(token, key, algorithms=["RS256"], audience="meetloft")
    return jsonify(house=claims["house"])


@bp.post("/partner/house")
def partner_house():
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    kid = pyjwt.get_unverified_header(token)["kid"]
    if not re.fullmatch(r"[0-9]{1,4}", kid):
        abort(401)
    with open(f"{KEYS}/{kid}.pem") as file:
        key = file.read()
    claims = pyjwt.decode(token, key, algorithms=["RS256"], audience="meetloft")
    return jsonify(house=claims["house"])


@bp.post("/partner/jose")
def partner_jose():
    token = request.get_json()["token"]
    key = jwk.JWK.from_json(open(f"{KEYS}/partner.jwk").read())
    read = jose.JWT(jwt=token, key=key, algs=["ES256"], check_claims={"aud": "meetloft", "exp": None})
    return jsonify(read.claims)


def busy_of_partner(room):
    answer = requests.get(f"{PARTNER}/busy/{room}", timeout=5, headers={"X-Key": PARTNER_KEY or ""})
    log.info("partner: %s", answer.status_code)
    return requests.get(f"{PARTNER}/free/{room}", timeout=5, verify=True).json()
