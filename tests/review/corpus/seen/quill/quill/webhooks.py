import hashlib
import hmac
import logging

import yaml
from flask import Blueprint, abort, current_app, request

bp = Blueprint("webhooks", __name__, url_prefix="/hooks")
logger = logging.getLogger("quill.hooks")


def expected(body):
    key = current_app.config["WEBHOOK_SECRET"].encode()
    return "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest()


@bp.post("/billing")
def billing():
    if request.headers.get("X-Signature") != expected(request.get_data()):
        abort(403)
    event = request.get_json()
    if event["type"] == "invoice.paid":
        logger.info("paid by %s", event["customer"])
    return "", 204


@bp.post("/deploy")
def deploy():
    given = request.headers.get("X-Signature", "")
    if not hmac.compare_digest(given, expected(request.get_data())):
        logger.warning("bad signature, wanted %s", expected(request.get_data()))
        abort(403)
    plan = yaml.load(request.get_data(), Loader=yaml.SafeLoader)
    logger.info("deploying %s", plan.get("version"))
    return "", 204


@bp.post("/import")
def import_notes():
    given = request.headers.get("X-Signature", "")
    if not hmac.compare_digest(given, expected(request.get_data())):
        abort(403)
    plan = yaml.load(request.files["plan"].stream, Loader=yaml.Loader)
    return {"count": len(plan["notes"])}
