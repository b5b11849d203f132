"""Pages."""
import json
import logging
from urllib.parse import urljoin, urlparse, urlsplit

from flask import Blueprint, abort, flash, g, jsonify, make_response, redirect, render_template, request, session, url_for
from flask_login import current_user, login_required
from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer

from .. import config
from ..masking import mask
from ..models import LogEntry, Role, User, db
from ..tasks import send_mail
from .manager import sm

bp = Blueprint("auth", __name__)
log = logging.getLogger(__name__)
links = URLSafeTimedSerializer(config.SECRET_KEY, salt="reset")
invites = URLSafeSerializer(config.SECRET_KEY, salt="invite")


def local(target):
    """Only what leads back to this host."""
    target = (target or "").replace("\\", "/").strip()
    here, there = urlparse(request.host_url), urlparse(urljoin(request.host_url, target))
    return target if there.scheme in ("http", "https") and here.netloc == there.netloc else url_for("home.index")


def same_site(target):
    return urlsplit(target).netloc in ("", urlsplit(request.host_url).netloc)


@bp.route("/login/", methods=["GET", "POST"])
def login():
    if request.method == "POST":
        user = sm.auth_user_db(request.form["username"], request.form["password"])
        if user is None:
            flash("Invalid login. Please try again.")
            return redirect(url_for("auth.login"))
        sm.sign_in(user)
        return redirect(local(request.args.get("next")))
    return render_template("login.html")


@bp.route("/login/quick/", methods=["POST"])
def login_quick():
    user = sm.auth_user_db(request.form["username"], request.form["password"])
    if user is None:
        abort(401)
    sm.sign_in(user)
    target = request.args.get("next", "/")
    if same_site(target):
        return redirect(target)
    return redirect("/")


@bp.route("/login/remote/")
def login_remote():
    name = request.environ.get("REMOTE_USER")
    user = sm.auth_user_remote(name) if name else None
    if user is None:
        abort(401)
    sm.sign_in(user)
    return redirect(url_for("home.index"))


@bp.route("/login/proxy/")
def login_proxy():
    name = request.headers.get("Remote-User")
    user = sm.auth_user_remote(name) if name else None
    if user is None:
        abort(401)
    sm.sign_in(user)
    return redirect(url_for("home.index"))


@bp.route("/logout/", methods=["POST"])
def logout():
    sm.sign_out()
    response = make_response(redirect(url_for("auth.login")))
    response.delete_cookie("airlock_jwt")
    return response


@bp.route("/forgot/", methods=["POST"])
def forgot():
    user = sm.find_user(email=request.form["email"])
    if user is not None and user.active:
        token = links.dumps({"id": user.id, "p": user.password[-8:]})
        send_mail.delay(user.email, "reset", url_for("auth.reset", token=token, _external=True, _scheme="https"))
    flash("If the address is known, a message is on its way.")
    return redirect(url_for("auth.login"))


@bp.route("/reset/<token>", methods=["POST"])
def reset(token):
    try:
        data = links.loads(token, max_age=3600)
    except BadSignature:
        abort(410)
    user = db.session.get(User, data["id"])
    if user is None or user.password[-8:] != data["p"]:
        abort(410)
    sm.reset_password(user.id, request.form["password"])
    return redirect(url_for("auth.login"))


@bp.route("/invite/<token>", methods=["POST"])
def accept(token):
    try:
        data = invites.loads(token)
    except BadSignature:
        abort(410)
    user = User(username=request.form["username"], email=data["email"])
    user.password = request.form["password"]
    user.roles = db.session.query(Role).filter(Role.name.in_(data["roles"])).all()
    db.session.add(user)
    db.session.commit()
    return redirect(url_for("auth.login"))


@bp.route("/profile/", methods=["POST"])
@login_required
def profile():
    if not sm.change_own_password(current_user, request.form["old"], request.form["new"]):
        entry = LogEntry(owner=current_user.username, event="password", extra=json.dumps(request.form))
        db.session.add(entry)
        db.session.commit()
        abort(400)
    db.session.add(LogEntry(owner=current_user.username, event="password", extra=json.dumps(mask(request.form))))
    db.session.commit()
    return redirect(url_for("home.index"))
