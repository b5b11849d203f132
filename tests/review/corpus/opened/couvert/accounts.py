import datetime as dt
import functools
import hashlib
import secrets
from urllib.parse import urljoin, urlsplit

from flask import Blueprint, abort, current_app, flash, g, redirect, render_template, request, session, url_for
from flask_wtf import FlaskForm
from werkzeug.security import check_password_hash, generate_password_hash
from wtforms import EmailField, PasswordField
from wtforms.validators import InputRequired, Length

from extensions import audit, db
from gateways import Relay
from models import Host, Reset, TrustedDevice, now

bp = Blueprint("accounts", __name__, url_prefix="/desk")


@functools.cache
def nobody():
    return generate_password_hash(secrets.token_hex(16), method=current_app.config["PASSWORD_METHOD"])


class SignIn(FlaskForm):
    email = EmailField(validators=[InputRequired()])
    password = PasswordField(validators=[InputRequired()])


class NewPassword(FlaskForm):
    password = PasswordField(validators=[InputRequired(), Length(min=12)])


def stays_here(target):
    there = urlsplit(urljoin(request.host_url, target))
    return there.scheme in ("http", "https") and there.netloc == urlsplit(request.host_url).netloc


def put_cookie(response, name, value, days):
    response.set_cookie(name, value, max_age=days * 86400, httponly=True, samesite="Lax")
    return response


@bp.before_app_request
def load_host():
    g.host = None
    if "host" in session:
        host = db.session.get(Host, session["host"])
        if host is not None and host.epoch == session.get("epoch"):
            g.host = host
    elif "couvert_device" in request.cookies:
        g.host = host_of_device(request.cookies["couvert_device"])


def host_of_device(token):
    digest = hashlib.sha256(token.encode()).hexdigest()
    device = TrustedDevice.query.filter_by(digest=digest).first()
    return device.host if device is not None and device.expires_at > now() else None


def hosts_only(view):
    @functools.wraps(view)
    def inner(*args, **kwargs):
        if g.host is None:
            return redirect(url_for("accounts.sign_in", next=request.path))
        return view(*args, **kwargs)

    return inner


@bp.route("/sign-in", methods=["GET", "POST"])
def sign_in():
    form = SignIn()
    if not form.validate_on_submit():
        return render_template("sign_in.html", form=form)
    host = Host.query.filter_by(email=form.email.data.lower()).first()
    if not check_password_hash(host.password_hash if host else nobody(), form.password.data):
        audit("desk.refused", ip=request.remote_addr, **form.data)
        flash("These do not belong together.")
        return render_template("sign_in.html", form=form), 401
    session.clear()
    session.permanent = True
    session["host"], session["epoch"] = host.id, host.epoch
    audit("desk.entered", host=host.id, ip=request.remote_addr, fields=list(form.data))
    target = request.args.get("next", "")
    response = redirect(target if target and stays_here(target) else url_for("bookings.today"))
    if request.form.get("trust"):
        token = secrets.token_urlsafe(32)
        db.session.add(
            TrustedDevice(
                host_id=host.id,
                digest=hashlib.sha256(token.encode()).hexdigest(),
                expires_at=now() + dt.timedelta(days=14),
            )
        )
        db.session.commit()
        put_cookie(response, "couvert_device", token, days=14)
    return response


@bp.post("/language")
def language():
    chosen = request.form.get("language", "fr")
    if chosen not in ("fr", "en", "nl"):
        abort(400)
    return put_cookie(redirect(url_for("bookings.today")), "couvert_language", chosen, days=180)


@bp.post("/sign-out")
@hosts_only
def sign_out():
    g.host.epoch += 1
    TrustedDevice.query.filter_by(host_id=g.host.id).delete()
    db.session.commit()
    session.clear()
    return redirect(url_for("accounts.sign_in"))


@bp.post("/forgotten")
def forgotten():
    host = Host.query.filter_by(email=request.form.get("email", "").lower()).first()
    if host is not None:
        token = Reset.open_for(host)
        db.session.commit()
        link = f"{request.host_url}desk/reset/{token}"
        current_app.queue.enqueue(Relay().send, host.email, "A new password", f"Please follow {link}")
    return render_template("forgotten.html")


@bp.route("/reset/<token>", methods=["GET", "POST"])
def reset(token):
    form = NewPassword()
    if form.validate_on_submit():
        host = Reset.redeem(token)
        if host is None:
            abort(404)
        host.set_password(form.password.data)
        TrustedDevice.query.filter_by(host_id=host.id).delete()
        db.session.commit()
        return redirect(url_for("accounts.sign_in"))
    return render_template("reset.html", form=form)
