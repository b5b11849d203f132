"""REST (connexion style): dictionaries in, dictionaries out."""
import functools
import hmac
import json
import logging
from datetime import datetime, timedelta, timezone

import jwt
from flask import Blueprint, abort, g, jsonify, make_response, request, session
from flask_login import current_user
from sqlalchemy import asc, desc, select, text

from . import config
from .models import Connection, LogEntry, Role, User, db
from .security.manager import sm

api = Blueprint("api", __name__, url_prefix="/api/v1")
log = logging.getLogger(__name__)
SORTABLE = {"id", "username", "email"}


def token_user():
    header = request.headers.get("Authorization", "")
    raw = request.cookies.get("airlock_jwt") or header.partition(" ")[2]
    if not raw:
        return None
    try:
        claims = jwt.decode(raw, config.SECRET_KEY, algorithms=["HS512"], audience="airlock-api")
    except jwt.PyJWTError:
        return None
    user = db.session.get(User, int(claims["sub"]))
    return user if user and user.active and user.token_version == claims["ver"] else None


def requires(*names):
    def outer(view):
        @functools.wraps(view)
        def inner(*args, **kwargs):
            g.user = token_user()
            if g.user is None:
                abort(401)
            if names and not {role.name for role in g.user.roles} & set(names):
                abort(403)
            return view(*args, **kwargs)

        return inner

    return outer


@api.post("/token")
def token():
    body = request.get_json()
    user = sm.auth_user_db(body["username"], body["password"])
    if user is None:
        abort(401)
    now = datetime.now(timezone.utc)
    claims = {"sub": str(user.id), "aud": "airlock-api", "iat": now, "ver": user.token_version}
    claims["exp"] = now + timedelta(hours=body.get("hours", 24))
    raw = jwt.encode(claims, config.SECRET_KEY, algorithm="HS512")
    response = make_response(jsonify(token=raw), 201)
    response.set_cookie("airlock_jwt", raw, secure=request.is_secure, httponly=True, samesite="Lax", path="/")
    return response


@api.get("/users")
@requires("Admin")
def list_users():
    by = request.args.get("order_by", "id")
    direction = desc if by.startswith("-") else asc
    name = by.lstrip("-")
    if name not in SORTABLE:
        abort(400)
    rows = db.session.execute(select(User).order_by(direction(text(name))))
    return jsonify([{"id": u.id, "username": u.username} for u in rows.scalars()])


@api.patch("/users/<username>")
@requires("Admin")
def patch_user(username):
    body, user = request.get_json(), sm.find_user(username=username)
    if "password" in body:
        user.password = body["password"]
    if "email" in body:
        user.email = body["email"]
    db.session.commit()
    return jsonify(username=user.username)


@api.delete("/users/<username>")
@requires("Admin")
def delete_user(username):
    user = sm.find_user(username=username) or abort(404)
    sm.end_sessions(user)
    db.session.delete(user)
    db.session.commit()
    return "", 204


@api.post("/users")
def create_user():
    body = request.get_json()
    user = User(username=body["username"], email=body["email"])
    user.password = body["password"]
    user.roles = db.session.query(Role).filter(Role.name.in_(body["roles"])).all()
    db.session.add(user)
    db.session.commit()
    return jsonify(id=user.id), 201


@api.get("/connections/<conn_id>")
@requires()
def connection(conn_id):
    row = db.session.query(Connection).filter_by(conn_id=conn_id).first() or abort(404)
    if row.owner_id != g.user.id and "Op" not in {role.name for role in g.user.roles}:
        abort(404)
    log.info("%s read by %s", row, g.user.id)
    return jsonify(conn_id=row.conn_id, login=row.login)


@api.get("/log")
@requires("Admin")
def read_log():
    owner = request.args.get("owner", "")
    sql = f"SELECT at, event FROM log WHERE owner = '{owner}' ORDER BY at DESC LIMIT 100"
    rows = db.session.execute(text(sql))
    return jsonify([[str(r.at), r.event] for r in rows])


@api.get("/connections")
@requires()
def connections():
    ids = [int(one) for one in request.args.get("ids", "").split(",") if one]
    listed = ",".join(map(str, ids)) or "NULL"
    rows = db.session.execute(text(f"SELECT conn_id FROM connections WHERE id IN ({listed}) AND owner_id = :o"), {"o": g.user.id})
    return jsonify([r.conn_id for r in rows])


@api.post("/internal/heartbeat")
def heartbeat():
    given = request.headers.get("X-Internal-Key", "")
    if not hmac.compare_digest(given.encode(), config.INTERNAL_API_KEY.encode()):
        abort(403)
    return jsonify(ok=True)


@api.post("/internal/run")
def run():
    authorised = False
    for known in (config.INTERNAL_API_KEY, config.get("core", "old_internal_api_key", fallback="")):
        if known and request.headers.get("X-Internal-Key") == known:
            authorised = True
    if not authorised:
        abort(403)
    return jsonify(started=request.get_json()["name"])
