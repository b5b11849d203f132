from functools import wraps

from flask import Blueprint, abort, current_app, flash, g, redirect, render_template, request, session, url_for
from werkzeug.security import generate_password_hash

from teashop import letters, links
from teashop.extensions import db
from teashop.models import Customer, Visit, now

bp = Blueprint("account", __name__)
NOBODY = generate_password_hash("nobody at all")
SHORTEST = 10


def load_visit():
    g.customer = None
    key = session.get("visit")
    if key is None:
        return
    visit = Visit.query.filter(Visit.key_digest == Visit.digest(key), Visit.ends > now()).first()
    if visit is None or visit.customer.closed_at is not None:
        session.pop("visit")
        return
    g.customer = visit.customer


def customers_only(view):
    @wraps(view)
    def wrapped(*args, **kwargs):
        if g.customer is None:
            return redirect(url_for("account.sign_in"))
        return view(*args, **kwargs)

    return wrapped


@bp.route("/sign-in", methods=["GET", "POST"])
def sign_in():
    if request.method == "GET":
        return render_template("sign_in.html")
    customer = Customer.query.filter_by(email=request.form["email"].lower(), closed_at=None).first()
    if customer is None:
        generate_password_hash(request.form["password"])
    elif customer.check_password(request.form["password"]):
        session.clear()
        session["visit"] = Visit.begin(customer, current_app.config["VISIT_LENGTH"])
        db.session.commit()
        return redirect(url_for("shop.shelf"))
    current_app.logger.info("sign-in refused, %d letters of password", len(request.form["password"]))
    flash("That e-mail and password do not go together.")
    return render_template("sign_in.html"), 401


@bp.post("/sign-out")
@customers_only
def sign_out():
    Visit.query.filter_by(key_digest=Visit.digest(session["visit"])).delete()
    db.session.commit()
    session.clear()
    return redirect(url_for("shop.shelf"))


@bp.route("/password", methods=["GET", "POST"])
@customers_only
def password():
    if request.method == "GET":
        return render_template("password.html")
    if not g.customer.check_password(request.form["old"]):
        flash("That is not your present password.")
        return render_template("password.html"), 403
    if len(request.form["new"]) < SHORTEST:
        flash("A password has ten letters or more.")
        return render_template("password.html"), 400
    g.customer.set_password(request.form["new"])
    db.session.commit()
    flash("Your password is changed.")
    return redirect(url_for("shop.orders"))


@bp.post("/confirm/send")
@customers_only
def send_confirmation():
    text = links.write("confirm", {"customer": g.customer.id, "email": g.customer.email})
    letters.post(
        g.customer.email,
        "Is this you?",
        current_app.config["BASE_URL"] + url_for("account.confirm", text=text),
    )
    current_app.logger.info("confirmation of %s sent: %s...", g.customer.id, text[:6])
    return redirect(url_for("shop.orders"))


@bp.get("/confirm/<text>")
@customers_only
def confirm(text):
    said = links.read("confirm", text, seconds=2 * 24 * 3600)
    if said is None or said["customer"] != g.customer.id or said["email"] != g.customer.email:
        abort(404)
    g.customer.confirmed = True
    db.session.commit()
    return redirect(url_for("shop.orders"))


@bp.route("/forgotten", methods=["GET", "POST"])
def forgotten():
    if request.method == "POST":
        customer = Customer.query.filter_by(email=request.form["email"].lower(), closed_at=None).first()
        if customer is not None:
            send_reset(customer)
        flash("If we know that address, a letter is on its way.")
    return render_template("forgotten.html")


def send_reset(customer):
    text = links.write("reset", {"customer": customer.id, "was": customer.pw_hash[-12:]})
    link = current_app.config["BASE_URL"] + url_for("account.reset", text=text)
    current_app.logger.info("reset for customer %s: %s", customer.id, link)
    letters.post(customer.email, "A new password", f"Choose it here: {link}")


@bp.route("/reset/<text>", methods=["GET", "POST"])
def reset(text):
    said = links.read("reset", text)
    if said is None:
        abort(404)
    customer = db.get_or_404(Customer, said["customer"])
    if customer.pw_hash[-12:] != said["was"]:
        abort(404)
    if request.method == "GET":
        return render_template("reset.html")
    if len(request.form["new"]) < SHORTEST:
        abort(400)
    customer.set_password(request.form["new"])
    Visit.query.filter_by(customer_id=customer.id).delete()
    db.session.commit()
    return redirect(url_for("account.sign_in"))


@bp.post("/close")
@customers_only
def close():
    g.customer.closed_at = now()
    Visit.query.filter_by(customer_id=g.customer.id).delete()
    db.session.commit()
    session.clear()
    return redirect(url_for("shop.shelf"))
