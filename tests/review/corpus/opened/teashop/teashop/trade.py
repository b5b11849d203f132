"""Tea rooms and grocers, who join by a code in a letter from us."""

from datetime import timedelta

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from werkzeug.security import generate_password_hash

from teashop import letters
from teashop.extensions import db
from teashop.models import Wholesaler, now

bp = Blueprint("trade", __name__)
HASHING = "pbkdf2:sha256:2000"


def invite(company, email):
    """Used by ``flask trade-invite``."""
    buyer = Wholesaler(company=company, email=email)
    code = buyer.invite()
    db.session.add(buyer)
    db.session.commit()
    letters.post(email, "Buy from us", f"{current_app.config['BASE_URL']}/trade/join/{code}")


@bp.route("/join/<code>", methods=["GET", "POST"])
def join(code):
    buyer = Wholesaler.query.filter(
        Wholesaler.joining_code == code, Wholesaler.invited > now() - timedelta(days=14)
    ).first_or_404()
    if request.method == "GET":
        return render_template("trade/join.html", company=buyer.company)
    chosen = request.form["password"]
    if len(chosen) < 12:
        abort(400)
    buyer.pw_hash = generate_password_hash(chosen, method=HASHING)
    buyer.joining_code = None
    db.session.commit()
    return redirect(url_for("shop.shelf"))
