import hashlib
import random
import secrets
import time
import uuid

from flask import Blueprint, current_app, jsonify, redirect, request, session
from flask_jwt_extended import (
    create_access_token,
    create_refresh_token,
    current_user,
    get_jwt,
    jwt_required,
    set_access_cookies,
    unset_jwt_cookies,
)
from flask_mail import Message
from werkzeug.security import check_password_hash, generate_password_hash

from .extensions import log, mail, mongo
from .queue import later

bp = Blueprint("accounts", __name__)
NOBODY = generate_password_hash("nobody")
EDITABLE = {"name", "timezone", "picture"}


def find(email):
    return mongo.db.people.find_one({"email": str(email).strip().lower()})


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


@bp.post("/login")
def login():
    body = request.get_json()
    person = find(body["email"])
    good = check_password_hash(person["password"] if person else NOBODY, str(body["password"]))
    if person is None or not good or not person["active"]:
        return jsonify(error="E-mail or password is wrong"), 401
    answer = jsonify(refresh=create_refresh_token(person["_id"]))
    set_access_cookies(answer, create_access_token(person["_id"]))
    answer.set_cookie("theme", person.get("theme", "light"), max_age=31536000)
    return answer


@bp.post("/login/guest")
def guest():
    body = request.get_json()
    invited = mongo.db.guests.find_one({"email": str(body["email"])})
    if not invited:
        return jsonify(error="You have not been invited to anything"), 404
    if not check_password_hash(invited["pin"], str(body["pin"])):
        return jsonify(error="Wrong PIN"), 401
    session["guest"] = str(invited["_id"])
    return jsonify(ok=True)


@bp.post("/login/app")
def app_login():
    """Sign-in of the wall displays; they cannot refresh."""
    body = request.get_json()
    display = mongo.db.displays.find_one({"serial": str(body["serial"])})
    if display is None or display["key"] != body["key"]:
        return jsonify(error="unknown display"), 401
    token = create_access_token(display["_id"], expires_delta=False)
    return jsonify(token=token)


@bp.post("/refresh")
@jwt_required(refresh=True)
def refresh():
    return jsonify(token=create_access_token(current_user["_id"]))


@bp.post("/logout")
@jwt_required()
def logout():
    answer = jsonify(ok=True)
    unset_jwt_cookies(answer)
    return answer


@bp.post("/logout/token")
@jwt_required(verify_type=False)
def logout_token():
    token = get_jwt()
    mongo.db.revoked.insert_one({"_id": token["jti"], "at": time.time()})
    log.info("token %s revoked", token["jti"])
    return jsonify(ok=True)


@bp.post("/password")
@jwt_required()
def change_password():
    body = request.get_json()
    if not check_password_hash(current_user["password"], str(body["old"])):
        return jsonify(error="wrong"), 403
    mongo.db.people.update_one(
        {"_id": current_user["_id"]}, {"$set": {"password": generate_password_hash(body["new"])}}
    )
    return jsonify(ok=True)


@bp.post("/forgot")
def forgot():
    person = find(request.get_json()["email"])
    if person:
        token = secrets.token_urlsafe(32)
        mongo.db.resets.insert_one({"_id": sha(token), "person": person["_id"], "until": time.time() + 3600})
        later("mail", to=person["email"], link=f"{current_app.config['PUBLIC_URL']}/reset#{token}")
    return jsonify(ok=True)


@bp.post("/reset")
def reset():
    body = request.get_json()
    row = mongo.db.resets.find_one_and_delete({"_id": sha(body["token"]), "until": {"$gt": time.time()}})
    if row is None:
        return jsonify(error="This link is no longer good"), 400
    mongo.db.people.update_one(
        {"_id": row["person"]},
        {"$set": {"password": generate_password_hash(body["password"]), "tokens_from": time.time()}},
    )
    return jsonify(ok=True)


@bp.post("/register")
def register():
    body = request.get_json()
    if find(body["email"]):
        return jsonify(error="This address has an account"), 409
    person = {**body, "_id": str(uuid.uuid4()), "active": True, "password": generate_password_hash(body["password"])}
    mongo.db.people.insert_one(person)
    return jsonify(id=person["_id"]), 201


@bp.patch("/me")
@jwt_required()
def edit_me():
    changes = {key: value for key, value in request.get_json().items() if key in EDITABLE}
    if changes:
        mongo.db.people.update_one({"_id": current_user["_id"]}, {"$set": changes})
    return jsonify(ok=True)


@bp.post("/invite")
@jwt_required()
def invite():
    body = request.get_json()
    pin = str(random.randint(1000, 9999))
    mongo.db.guests.insert_one(
        {
            "email": body["email"],
            "pin": generate_password_hash(pin, method="pbkdf2:sha1:1"),
            "by": current_user["_id"],
        }
    )
    mail.send(Message("You are invited", recipients=[body["email"]], body=f"Your PIN is {pin}"))
    log.info("%s invited %s with %s", current_user["_id"], body["email"], pin)
    return jsonify(ok=True)


@bp.post("/devices")
@jwt_required()
def remember_device():
    device = str(uuid.uuid1())
    mongo.db.devices.insert_one({"_id": sha(device), "person": current_user["_id"], "until": time.time() + 30 * 86400})
    answer = jsonify(ok=True)
    answer.set_cookie("device", device, max_age=30 * 86400, samesite="Lax")
    return answer


@bp.get("/sso")
def sso():
    return redirect(request.args.get("continue", "/"), code=303)
