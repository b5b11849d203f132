"""The Flask application: ours in three models, and Flask-Login, in the same processes."""

from __future__ import annotations

import os
from typing import Any

from werkzeug.middleware.dispatcher import DispatcherMiddleware

from rescind.demo.sites import flask_login_peer, flask_ours
from rescind.demo.sites.naming import Wsgi, named_wsgi
from rescind.demo.sites.places import KEY


def create_app() -> Wsgi:
    """What the workers run; loaded once, before they are forked."""
    (name, settings), *others = flask_ours.MODELS.items()
    app = flask_ours.create_app(settings)
    app.register_blueprint(flask_ours.pages)
    app.register_blueprint(flask_ours.notes, url_prefix=f"/{name}")

    @app.get("/ready")
    def ready() -> dict[str, int]:
        return {"worker": os.getpid()}

    mounts: dict[str, Any] = {}
    for name, settings in others:
        mounted = mounts[f"/{name}"] = flask_ours.create_app(settings)
        mounted.register_blueprint(flask_ours.notes)
    mounts["/flask-login"] = flask_login_peer.create_app(flask_ours.people, os.environ[KEY])
    return named_wsgi(DispatcherMiddleware(app, mounts))
