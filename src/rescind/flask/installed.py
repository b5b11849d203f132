"""What an application keeps of us, in ``app.extensions["rescind"]``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, current_app, g
from flask import request as flask_request

from rescind.engine import Rescind
from rescind.errors import ConfigurationError, Refused
from rescind.flask.config import FlaskSettings
from rescind.web.gate import Gate
from rescind.wsgi.request import KEY, Request, request_of

EXTENSION = "rescind"
LOGIN = "rescind.login"
"""Where Flask-Login's part is in ``app.extensions``, if it was given to us."""


class Installed:
    """The engine of one application.

    Attributes:
        engine: what judges.
        gate: what its requests share.
        settings: those that only Flask has.
        sign_in_page: the address of the page that signs people in, where somebody else knows one.
    """

    def __init__(self, engine: Rescind[Any], settings: FlaskSettings) -> None:
        self.engine = engine
        self.gate = Gate(engine)
        self.settings = settings
        self.sign_in_page: Callable[[], str | None] = lambda: None

    def request(self) -> Request:
        """The request that runs; outside of our middleware (``test_request_context``) one is made."""
        return self.request_in(flask_request._get_current_object().environ)  # type: ignore[attr-defined]

    def request_in(self, environ: dict[str, Any]) -> Request:
        """The same where the environ is at hand: what Flask's ``request`` is asked for costs every time."""
        found = request_of(environ, self.gate)
        if found is None:
            found = environ[KEY] = Request(self.gate, environ, environ.get(KEY))
        return found

    def foreign(self, request: Request) -> Refused | None:
        """The CSRF rule. Where Flask-WTF has found its token in this request, that is proof enough."""
        foreign = request.foreign()
        return None if foreign is None or g.get("csrf_valid") else foreign


def installed_in(app: Flask) -> Installed:
    """What ``auth.init_app`` left in an application.

    Raises:
        ConfigurationError: it was not called.
    """
    found = app.extensions.get(EXTENSION)
    if not isinstance(found, Installed):
        raise ConfigurationError(f"auth.init_app(app) was not called for the application {app.name!r}")
    return found


def current() -> Installed:
    """That of the application that runs.

    Raises:
        ConfigurationError: none runs here.
    """
    try:
        app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    except RuntimeError:
        raise ConfigurationError(
            "no application runs here, and one handle serves many: use it in a request, in a command, or in "
            "`with app.app_context():`"
        ) from None
    return installed_in(app)
