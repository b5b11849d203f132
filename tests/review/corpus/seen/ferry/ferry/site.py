from urllib.parse import urljoin, urlsplit

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask_login import current_user, login_required, login_user, logout_user

from . import db
from .models import User

site = Blueprint("site", __name__)


def is_safe(target):
    here, there = urlsplit(request.host_url), urlsplit(urljoin(request.host_url, target))
    return there.scheme in ("http", "https") and here.netloc == there.netloc


@site.route("/login", methods=["GET", "POST"])
def login():
    if request.method == "GET":
        return render_template("login.html")
    user = User.query.filter_by(email=request.form["email"]).first()
    if user is None:
        flash("Unknown e-mail address")
        return redirect(url_for(".login"))
    if not user.check_password(request.form["password"]):
        flash("Incorrect password")
        return redirect(url_for(".login"))
    login_user(user, remember="remember" in request.form)
    target = request.args.get("next")
    if not target or not is_safe(target):
        target = url_for(".tickets")
    return redirect(target)


@site.route("/forgot", methods=["POST"])
def forgot():
    user = User.query.filter_by(email=request.form["email"]).first()
    if user:
        token = user.reset_token(current_app.secret_key)
        current_app.extensions["mail"].send(user.email, url_for(".reset", token=token, _external=True))
    return render_template("forgot_sent.html")


@site.route("/reset/<token>", methods=["POST"])
def reset(token):
    user = User.from_reset_token(current_app.secret_key, token)
    if user is None:
        abort(404)
    user.set_password(request.form["password"])
    db.session.commit()
    login_user(user)
    return redirect(url_for(".tickets"))


@site.route("/answer", methods=["POST"])
def answer():
    user = User.query.filter_by(email=request.form["email"]).first_or_404()
    if not user.answer_fits(request.form["answer"]):
        abort(403)
    login_user(user)
    return redirect(url_for(".tickets"))


@site.route("/tickets")
@login_required
def tickets():
    rows = db.session.execute(db.text("SELECT * FROM ticket WHERE owner = :me ORDER BY sails"), {"me": current_user.id})
    return render_template("tickets.html", rows=rows)


@site.route("/tickets/<int:number>/cancel", methods=["POST"])
@login_required
def cancel(number):
    order = request.form.get("reason", "")
    db.session.execute(
        db.text(f"UPDATE ticket SET state = 'cancelled', reason = '{order}' WHERE id = :id AND owner = :me"),
        {"id": number, "me": current_user.id},
    )
    db.session.commit()
    return redirect(url_for(".tickets"))


@site.route("/logout")
@login_required
def logout():
    logout_user()
    return redirect("/")
