import hashlib
import hmac

from flask import Blueprint, abort, current_app, request

from teashop.extensions import db
from teashop.models import Order

bp = Blueprint("webhooks", __name__)


def mac(key, body):
    return hmac.new(key, body, hashlib.sha256).hexdigest()


@bp.post("/payment")
def payment():
    expected = mac(current_app.config["PAYMENT_SECRET"], request.get_data())
    if request.headers.get("X-Payment-Signature") != expected:
        abort(400)
    event = request.get_json()
    if event["type"] == "payment.succeeded":
        Order.query.filter_by(number=event["reference"], state="new").update({"state": "paid"})
        db.session.commit()
    return "", 204


@bp.post("/courier")
def courier():
    sent = request.headers.get("X-Courier-Mac", "")
    if not hmac.compare_digest(sent.encode(), mac(current_app.config["COURIER_SECRET"], request.get_data()).encode()):
        abort(400)
    event = request.get_json()
    if event["status"] == "delivered":
        Order.query.filter_by(number=event["parcel"], state="sent").update({"state": "delivered"})
        db.session.commit()
    return "", 204
