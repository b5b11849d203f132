from flask import Blueprint, abort, jsonify, request
from flask_login import current_user, login_required

from . import db
from .models import User

crew = Blueprint("crew", __name__)


@crew.before_request
@login_required
def only_crew():
    if current_user.role != "crew":
        abort(403)


@crew.route("/passengers")
def passengers():
    return jsonify([{"id": u.id, "email": u.email} for u in User.query.all()])


@crew.route("/passengers/<int:uid>/role", methods=["POST"])
def set_role(uid):
    user = User.query.get_or_404(uid)
    if request.json["role"] not in ("passenger", "crew"):
        abort(400)
    user.role = request.json["role"]
    db.session.commit()
    return jsonify(ok=True)


@crew.route("/manifest")
def manifest():
    deck = request.args.get("deck", "A")
    rows = db.session.execute("SELECT name, cabin FROM booking WHERE deck = '%s' ORDER BY name" % deck)
    return jsonify([dict(row) for row in rows])
