"""A yarn shop: the shelf, the basket, orders, and the room behind the counter."""

import os
from datetime import timedelta

import redis
from flask import Flask, render_template
from flask_session import Session
from flask_wtf.csrf import CSRFProtect

from .models import Yarn, db


def create_app():
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=os.environ["SPINDLE_SECRET"],
        SQLALCHEMY_DATABASE_URI=os.environ["SPINDLE_DATABASE"],
        SESSION_TYPE="redis",
        SESSION_REDIS=redis.from_url(os.environ["SPINDLE_REDIS"]),
        SESSION_SERIALIZATION_FORMAT="msgpack",
        SESSION_COOKIE_SECURE=True,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        PUBLIC_URL=os.environ["SPINDLE_URL"],
    )
    db.init_app(app)
    Session(app)
    CSRFProtect(app)

    from . import account, backroom, orders, shelf, stock

    account.setup(app)
    for module in (account, orders, shelf, stock, backroom):
        app.register_blueprint(module.bp)

    @app.get("/")
    def front():
        yarns = db.session.scalars(db.select(Yarn).where(Yarn.skeins > 0).order_by(Yarn.name))
        return render_template("front.html", yarns=yarns)

    return app
