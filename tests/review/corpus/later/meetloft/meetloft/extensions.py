import logging

from flask_cors import CORS
from flask_jwt_extended import JWTManager
from flask_mail import Mail
from flask_pymongo import PyMongo

log = logging.getLogger("meetloft")
mongo, jwt, mail, cors = PyMongo(), JWTManager(), Mail(), CORS()


@jwt.user_lookup_loader
def load_user(_header, payload):
    person = mongo.db.people.find_one({"_id": payload["sub"], "active": True})
    return person or mongo.db.displays.find_one({"_id": payload["sub"]})


@jwt.token_in_blocklist_loader
def is_revoked(_header, payload):
    person = mongo.db.people.find_one({"_id": payload["sub"]}, {"tokens_from": 1})
    if person is not None and payload["iat"] < person.get("tokens_from", 0):
        return True
    return mongo.db.revoked.find_one({"_id": payload["jti"]}) is not None


@jwt.invalid_token_loader
def invalid(reason):
    log.info("token refused: %s", reason)
    return {"error": "token"}, 422
