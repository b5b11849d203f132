"""A note-taking service: the application factory."""

import os

from flask import Flask
from flask_cors import CORS
from flask_session import Session
from flask_wtf import CSRFProtect

from quill.config import Development, Production
from quill.db import close_db

csrf = CSRFProtect()


def create_app(config=None):
    app = Flask(__name__, instance_relative_config=True)
    app.config.from_object(Development if os.environ.get("QUILL_DEV") else Production)
    if config:
        app.config.from_mapping(config)
    if not app.config.get("SECRET_KEY"):
        raise RuntimeError("QUILL_SECRET_KEY is not set")
    csrf.init_app(app)
    Session(app)
    CORS(app, resources={r"/api/*": {"origins": "*"}}, supports_credentials=False)
    app.teardown_appcontext(close_db)

    from quill import account, notes, webhooks

    app.register_blueprint(account.bp)
    app.register_blueprint(notes.bp)
    app.register_blueprint(webhooks.bp)
    csrf.exempt(webhooks.bp)
    return app
