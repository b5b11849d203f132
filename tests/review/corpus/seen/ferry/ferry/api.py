import uuid

from flask import Blueprint, current_app, jsonify, request
from flask_jwt_extended import (
    create_access_token,
    create_refresh_token,
    get_jwt,
    get_jwt_identity,
    jwt_required,
    unset_jwt_cookies,
    verify_jwt_in_request,
)

from . import db, jwt
from .models import Token, User

api = Blueprint("api", __name__)
NOT_FOUND = ({"error": "not found"}, 404)


@jwt.token_in_blocklist_loader
def is_revoked(header, payload):
    token = Token.query.get(payload["jti"])
    return token is None or token.revoked


@api.post("/token")
def token():
    user = User.query.filter_by(email=request.json["email"]).one_or_none()
    if not user or not user.check_password(request.json["password"]):
        return jsonify(error="bad credentials"), 401
    current_app.logger.info("token for %s from %s", user.id, request.remote_addr)
    return jsonify(access=create_access_token(user.id), refresh=create_refresh_token(user.id))


@api.delete("/token")
@jwt_required()
def revoke():
    Token.query.filter_by(jti=get_jwt()["jti"]).update({"revoked": True})
    db.session.commit()
    answer = jsonify(ok=True)
    unset_jwt_cookies(answer)
    return answer


@api.get("/users/<int:uid>")
@jwt_required()
def user(uid):
    if uid != get_jwt_identity():
        return NOT_FOUND
    return jsonify(email=User.query.get(uid).email)


@api.patch("/users/<int:uid>")
@jwt_required()
def patch_user(uid):
    found = User.query.get_or_404(uid)
    for name, value in request.json.items():
        setattr(found, name, value)
    db.session.commit()
    return jsonify(ok=True)


@api.get("/users/<int:uid>/tickets")
def user_tickets(uid):
    rows = db.session.execute(db.text("SELECT id, sails FROM ticket WHERE owner = :uid"), {"uid": uid})
    return jsonify([dict(row._mapping) for row in rows])


@api.get("/timetable")
def timetable():
    verify_jwt_in_request(optional=True)
    request_id = uuid.uuid4().hex
    current_app.logger.debug("timetable %s", request_id)
    return jsonify(rows=[dict(r._mapping) for r in db.session.execute(db.text("SELECT * FROM sailing"))])
