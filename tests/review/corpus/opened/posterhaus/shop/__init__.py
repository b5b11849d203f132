"""Posterhaus prints what customers upload, and sends it rolled or framed."""

import os
from datetime import timedelta

import redis
from flask import Flask
from flask_session import Session
from flask_wtf import CSRFProtect

from models import db
from shop.accounts import bp as accounts_bp
from shop.backoffice import catalog_bp, refunds_bp
from shop.orders import bp as orders_bp


def create_app() -> Flask:
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=os.environ["POSTERHAUS_KEY"],
        SQLALCHEMY_DATABASE_URI=os.environ["DATABASE_URL"],
        SESSION_TYPE="redis",
        SESSION_REDIS=redis.from_url(os.environ.get("REDIS_URL", "redis://redis:6379/0")),
        SESSION_PERMANENT=True,
        PERMANENT_SESSION_LIFETIME=timedelta(days=5),
        SESSION_COOKIE_SECURE=True,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        UPLOAD_LIMIT_MB=60,
    )
    db.init_app(app)
    Session(app)
    CSRFProtect(app)
    app.register_blueprint(accounts_bp)
    app.register_blueprint(orders_bp)
    app.register_blueprint(catalog_bp)
    app.register_blueprint(refunds_bp)
    return app
