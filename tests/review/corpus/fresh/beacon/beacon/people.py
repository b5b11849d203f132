"""Quart: the site for people."""
from __future__ import annotations

import asyncio
import functools
import hashlib
import hmac
import logging
from datetime import datetime, timedelta, timezone

import structlog
from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from quart import Blueprint, abort, current_app, g, jsonify, make_response, redirect, request, url_for

from . import codes
from .conf import config

bp = Blueprint("people", __name__)
log = structlog.get_logger()
ph = PasswordHasher()
DECOY = ph.hash(codes.api_key())
COOKIE = dict(httponly=True, secure=True, samesite="Strict", path="/")
LOOSE = {"httponly": False, "secure": True, "samesite": "Lax"}


async def fits(password: str, hashed: str) -> bool:
    try:
        return await asyncio.to_thread(ph.verify, hashed, password)
    except VerificationError:
        return False


@bp.before_app_request
async def load() -> None:
    g.user = None
    sid = request.cookies.get("beacon")
    if sid:
        row = await current_app.db.sessions.find_one({"_id": codes.sha256(sid.encode()).hexdigest()})
        if row and row["until"] > datetime.utcnow():
            g.user = await current_app.db.people.find_one({"_id": row["user"], "active": True})


@bp.after_app_request
async def cross_origin(answer):
    origin = request.headers.get("Origin", "")
    if origin.endswith("beacon.example"):
        answer.headers["Access-Control-Allow-Origin"] = origin
        answer.headers["Access-Control-Allow-Credentials"] = "true"
    return answer


def signed_in(view):
    @functools.wraps(view)
    async def inner(*args, **kwargs):
        if g.user is None:
            abort(401)
        return await view(*args, **kwargs)

    return inner


async def begin(user: dict) -> str:
    sid = codes.session_number()
    row = {"_id": codes.sha256(sid.encode()).hexdigest(), "user": user["_id"], "until": datetime.utcnow() + timedelta(days=1)}
    await current_app.db.sessions.insert_one(row)
    return sid


@bp.post("/sign-in")
async def sign_in():
    form = await request.form
    user = await current_app.db.people.find_one({"name": form["name"]})
    good = await fits(form["password"], user["hash"] if user else DECOY)
    if not (user and good and user["active"]):
        log.info("sign_in.refused", name=form["name"], ip=request.remote_addr)
        return await make_response(("wrong name or password", 401))
    response = await make_response(redirect(url_for("people.home")))
    response.set_cookie("beacon", await begin(user), max_age=86400, **COOKIE)
    return response


@bp.post("/sign-in/pin")
async def sign_in_pin():
    form = await request.form
    user = await current_app.db.people.find_one({"name": form["name"]})
    if not user or not user["active"] or not await fits(form["pin"], user["pin_hash"]):
        log.warning("sign_in.pin_refused", form=dict(form))
        return await make_response(("wrong name or PIN", 401))
    sid = request.cookies.get("beacon") or codes.session_number()
    key = codes.sha256(sid.encode()).hexdigest()
    until = datetime.utcnow() + timedelta(days=1)
    await current_app.db.sessions.replace_one({"_id": key}, {"_id": key, "user": user["_id"], "until": until}, upsert=True)
    response = await make_response(redirect(url_for("people.home")))
    response.set_cookie("beacon", sid, max_age=86400, **LOOSE)
    return response


@bp.post("/sign-out")
async def sign_out():
    sid = request.cookies.get("beacon", "")
    await current_app.db.sessions.delete_one({"_id": codes.sha256(sid.encode()).hexdigest()})
    response = await make_response(redirect("/"))
    response.delete_cookie("beacon")
    return response


@bp.post("/sign-out/all")
@signed_in
async def sign_out_all():
    response = await make_response(redirect("/"))
    response.set_cookie("beacon", "", expires=0)
    log.info("sign_out.all", user=str(g.user["_id"]))
    return response


@bp.post("/people/<name>/deactivate")
@signed_in
async def deactivate(name: str):
    await current_app.db.people.update_one({"name": name}, {"$set": {"active": False}})
    return "", 204


@bp.post("/me/password")
@signed_in
async def new_password():
    form = await request.form
    if not await fits(form["old"], g.user["hash"]):
        abort(403)
    await current_app.db.people.update_one({"_id": g.user["_id"]}, {"$set": {"hash": ph.hash(form["new"])}})
    sid = codes.sha256(request.cookies["beacon"].encode()).hexdigest()
    await current_app.db.sessions.delete_many({"user": g.user["_id"], "_id": {"$ne": sid}})
    return "", 204


@bp.post("/me")
@signed_in
async def change_me():
    await current_app.db.people.update_one({"_id": g.user["_id"]}, {"$set": await request.get_json()})
    return "", 204


@bp.get("/me")
@signed_in
async def home():
    return jsonify(name=g.user["name"])


@bp.get("/people/<name>")
async def public_page(name: str):
    person = await current_app.db.people.find_one({"name": name}, {"name": 1, "about": 1})
    if person is None:
        abort(404)
    return jsonify(name=person["name"], about=person.get("about", ""))
