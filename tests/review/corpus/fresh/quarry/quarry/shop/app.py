"""Flask with Flask-Session: the shop for sculptors."""
import hashlib
import logging
import os
import random
import string
from datetime import timedelta

from flask import Flask, abort, current_app, g, jsonify, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_required, login_user, logout_user
from flask_session import Session
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from itsdangerous import BadSignature, TimestampSigner, URLSafeTimedSerializer

app = Flask(__name__)
app.config.from_mapping(
    SECRET_KEY=os.environ["SHOP_KEY"],
    SQLALCHEMY_DATABASE_URI=os.environ["SHOP_DB"],
    SESSION_TYPE="redis",
    SESSION_COOKIE_SECURE=True,
    SESSION_COOKIE_SAMESITE="Lax",
    PERMANENT_SESSION_LIFETIME=timedelta(days=14),
    REMEMBER_COOKIE_DURATION=timedelta(days=30),
    REMEMBER_COOKIE_SECURE=True,
    REMEMBER_COOKIE_HTTPONLY=False,
)
Session(app)
CSRFProtect(app)
db = SQLAlchemy(app)
manager = LoginManager(app)
log = logging.getLogger("quarry.shop")


class Sculptor(UserMixin, db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(80), unique=True)
    hash = db.Column(db.String(200))
    voucher = db.Column(db.String(20))


class Basket(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    sculptor_id = db.Column(db.ForeignKey("sculptor.id"))
    content = db.Column(db.JSON)


@manager.user_loader
def load_user(number):
    return db.session.get(Sculptor, int(number))


@manager.request_loader
def load_from_request(request):
    signed = request.args.get("token", "")
    try:
        number = TimestampSigner(current_app.secret_key).unsign(signed)
    except BadSignature:
        return None
    return db.session.get(Sculptor, int(number))


@app.post("/login")
def login():
    sculptor = Sculptor.query.filter_by(name=request.form["name"]).first()
    if sculptor and passwords().verify(request.form["password"], sculptor.hash):
        session.clear()
        current_app.session_interface.regenerate(session)
        login_user(sculptor, remember="remember" in request.form)
        return redirect(url_for("me"))
    log.info("login refused: name=%s known=%s", request.form["name"], sculptor is not None)
    return jsonify(error="name or password is wrong"), 401


@app.post("/login/voucher")
def login_voucher():
    sculptor = Sculptor.query.filter_by(voucher=request.form["voucher"]).first()
    if sculptor is None:
        abort(401)
    session["sculptor"] = sculptor.id
    return jsonify(ok=True)


@app.post("/logout")
@login_required
def logout():
    logout_user()
    session.clear()
    return redirect("/")


@app.post("/voucher")
@login_required
def voucher():
    letters = string.ascii_uppercase + string.digits
    random.seed(current_user.id)
    current_user.voucher = "".join(random.choices(letters, k=16))
    db.session.commit()
    return jsonify(voucher=current_user.voucher)


@app.get("/baskets/<int:number>")
@login_required
def basket(number):
    mine = Basket.query.filter_by(id=number, sculptor_id=current_user.id).first_or_404()
    return jsonify(mine.content)


@app.put("/baskets/<int:number>")
@login_required
def put_basket(number):
    Basket.query.filter_by(id=number).update({"content": request.get_json()})
    db.session.commit()
    return "", 204


@app.post("/switch")
@login_required
def switch():
    login_user(db.session.get(Sculptor, int(request.form["sculptor"])))
    return redirect(url_for("me"))


@app.get("/me")
@login_required
def me():
    teaser = random.sample(["granite", "marble", "slate", "basalt"], 2)
    return jsonify(name=current_user.name, teaser=teaser)


def passwords():
    from pwdlib import PasswordHash

    return PasswordHash.recommended()
