from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from itsdangerous import BadSignature

from models import Account, Order, db
from services.accounts import CustomerDesk, OperatorDesk, SignInRefused, begin, current_account
from services.mail import read_confirmation, read_reset, send_confirmation, send_reset
from shop.guards import signed_in

bp = Blueprint("accounts", __name__)


@bp.route("/sign-in", methods=["GET", "POST"])
def sign_in():
    if request.method == "POST":
        try:
            account = CustomerDesk().admit(request.form["email"], request.form["password"])
        except SignInRefused as refused:
            flash(str(refused))
            return render_template("sign_in.html"), 400
        session["account"] = account.id
        session["epoch"] = account.session_epoch
        return redirect(url_for("orders.mine"))
    return render_template("sign_in.html")


@bp.route("/presses/sign-in", methods=["GET", "POST"])
def operator_sign_in():
    if request.method == "POST":
        try:
            operator = OperatorDesk().admit(request.form["email"], request.form["password"])
        except SignInRefused as refused:
            flash(str(refused))
        else:
            begin(operator)
            return redirect(url_for("catalog.index"))
    return render_template("presses/sign_in.html")


@bp.post("/sign-out")
def sign_out():
    session.clear()
    return redirect("/")


@bp.post("/keep-order/<int:order_id>")
def keep_order(order_id: int):
    """A guest who has just paid opens an account with a password, and the order moves in."""
    if session.get("just_paid") != order_id:
        abort(404)
    order = db.get_or_404(Order, order_id)
    if db.session.scalar(db.select(Account).filter_by(email=order.guest_email)) is not None:
        flash("Please sign in first.")
        return redirect(url_for("accounts.sign_in"))
    account = Account(email=order.guest_email, name=request.form.get("name", ""))
    account.set_password(request.form["password"])
    account.orders.append(order)
    db.session.add(account)
    db.session.commit()
    send_confirmation(account)
    session.update(account=account.id, epoch=account.session_epoch)
    return redirect(url_for("orders.mine"))


@bp.route("/confirm/<token>", methods=["GET", "POST"])
def confirm(token: str):
    try:
        claim = read_confirmation(token)
    except BadSignature:
        abort(404)
    account = db.session.get(Account, claim["account"])
    if account is None or account.closed or account.email != claim["email"]:
        abort(404)
    if request.method == "POST":
        account.confirmed = True
        db.session.commit()
        begin(account)
        return redirect(url_for("orders.mine"))
    return render_template("confirm.html", account=account)


@bp.post("/forgotten")
def forgotten():
    account = db.session.scalar(db.select(Account).filter_by(email=request.form["email"].strip().lower()))
    if account is not None and not account.closed:
        send_reset(account)
    flash("If we know the address, a mail is on its way.")
    return redirect(url_for("accounts.sign_in"))


@bp.route("/reset/<token>", methods=["GET", "POST"])
def reset(token: str):
    try:
        claim = read_reset(token)
    except BadSignature:
        abort(404)
    account = db.get_or_404(Account, claim["account"])
    if request.method == "POST" and not account.closed:
        account.set_password(request.form["password"])
        db.session.commit()
        return redirect(url_for("accounts.sign_in"))
    return render_template("reset.html")


@bp.post("/account/password")
@signed_in
def change_password():
    account = current_account()
    if not account.accepts(request.form["current"]):
        flash("That is not your present password.")
        return redirect(url_for("orders.mine"))
    account.set_password(request.form["password"])
    db.session.commit()
    begin(account)
    return redirect(url_for("orders.mine"))
