from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from flask import Blueprint, abort, current_app, flash, g, redirect, render_template, request, session, url_for

from .guards import signed_in
from .mail import enqueue, redeem, ticket
from .models import Customer, db

bp = Blueprint("account", __name__, url_prefix="/account")
hasher = PasswordHasher()
EDITABLE = ("name", "phone")


def setup(app):
    @app.before_request
    def load_customer():
        number = session.get("customer")
        g.customer = db.session.get(Customer, number) if number else None


def by_email(address):
    return db.session.scalar(db.select(Customer).where(Customer.email == address.strip().lower()))


def right(customer, password):
    try:
        return hasher.verify(customer.password, password)
    except VerifyMismatchError:
        return False


def remember(customer):
    session["customer"] = customer.id
    session.permanent = True


def begin(customer):
    current_app.session_interface.regenerate(session)
    remember(customer)


@bp.route("/login", methods=["GET", "POST"])
def login():
    if request.method == "POST":
        customer = by_email(request.form["email"])
        if customer is None or not right(customer, request.form["password"]):
            flash("E-mail or password is not right.")
            return render_template("login.html"), 401
        begin(customer)
        return redirect(url_for("orders.mine"))
    return render_template("login.html")


@bp.post("/link")
def send_link():
    """Sign in without a password: a link by mail."""
    customer = by_email(request.form["email"])
    if customer is not None:
        enqueue("link", customer.email, url=ticket(customer, "enter", hours=1))
    return render_template("sent.html")


@bp.get("/enter/<code>")
def enter(code):
    customer = redeem(code, "enter")
    if customer is None:
        flash("This link was used or is too old.")
        return redirect(url_for("account.login"))
    remember(customer)
    return redirect(url_for("orders.mine"))


@bp.post("/confirm")
def confirm_again():
    customer = by_email(request.form["email"])
    if customer is None:
        flash("We know no customer with this address.")
    elif customer.confirmed:
        flash("This address is confirmed already.")
    else:
        enqueue("confirm", customer.email, url=ticket(customer, "confirm", hours=48))
        flash("We sent the letter again.")
    return redirect(url_for("account.login"))


@bp.get("/confirm/<code>")
def confirm(code):
    customer = redeem(code, "confirm")
    if customer is None:
        abort(404)
    customer.confirmed = True
    db.session.commit()
    session["customer"] = customer.id
    flash("Welcome to the shop.")
    return redirect(url_for("front"))


@bp.post("/logout")
def logout():
    session.clear()
    return redirect(url_for("front"))


@bp.route("/details", methods=["GET", "POST"])
@signed_in
def details():
    if request.method == "POST":
        for field, value in request.form.items():
            if field in EDITABLE:
                setattr(g.customer, field, value.strip())
        db.session.commit()
        flash("Saved.")
    return render_template("details.html", customer=g.customer)


@bp.patch("/details.json")
@signed_in
def details_json():
    """The app of the shop saves here."""
    changes = request.get_json()
    changes.pop("id", None)
    changes.pop("password", None)
    db.session.execute(db.update(Customer).where(Customer.id == g.customer.id).values(**changes))
    db.session.commit()
    return {"saved": sorted(changes)}
