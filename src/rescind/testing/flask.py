"""Clients of a Flask application, on https, with or without a session."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from rescind.engine import Rescind
from rescind.flask.installed import installed_in
from rescind.model.session import Issued


class Client(FlaskClient):
    """A ``FlaskClient`` whose requests are as secure as those that our cookie is made for.

    Attributes:
        scheme: of its requests, where they name none.
    """

    scheme = "https"

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """As ``FlaskClient.open``."""
        if args and isinstance(args[0], str) and "base_url" not in kwargs:
            kwargs.setdefault("url_scheme", self.scheme)
        return super().open(*args, **kwargs)


def client(app: Flask, issued: Issued[Any] | None = None) -> Client:
    """A client of ``app`` on https (with the development cookie: on http).

    Args:
        issued: the session that it presents, in our cookie; ``None``: nobody is signed in.

    Raises:
        ConfigurationError: the application has no rescind.
    """
    settings = installed_in(app).gate.settings
    made = Client(app, app.response_class)
    made.scheme = "http" if settings.cookie.is_dev else "https"
    if issued is not None:
        domain = (app.config.get("SERVER_NAME") or "localhost").partition(":")[0]
        made.set_cookie(settings.cookie.name, issued.token, domain=domain)
        if issued.refresh_token is not None and settings.refresh_cookie is not None:
            made.set_cookie(settings.refresh_cookie.name, issued.refresh_token, domain=domain)
    return made


def engine_of(app: Flask) -> Rescind[Any]:
    """The engine that was installed into ``app``.

    Raises:
        ConfigurationError: there is none.
    """
    return installed_in(app).engine
