"""Our own routes as a blueprint, and the keys where verifiers look for them."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from flask import Blueprint, Response
from flask import request as flask_request

from rescind.flask.installed import Installed
from rescind.flask.refused import as_response
from rescind.web.body import MAX_BODY_BYTES
from rescind.web.jwks import show_jwks
from rescind.web.surface import Route

ENDPOINT = "rescind"


def make_blueprint(installed: Installed) -> Blueprint:
    """The routes of ``rescind.web.surface``, as ``rescind.sign_in`` and so on for ``url_for``."""
    blueprint = Blueprint(ENDPOINT, __name__)
    for route in installed.gate.surface.routes:
        blueprint.add_url_rule(
            route.path.replace("{", "<").replace("}", ">"),
            route.name,
            _view(installed, route),
            methods=[route.method],
            provide_automatic_options=False,
        )
    return blueprint


def make_jwks(installed: Installed) -> Callable[[], Response]:
    """The view of the keys that are published."""

    def jwks() -> Response:
        return as_response(show_jwks(installed.engine))

    return jwks


def _view(installed: Installed, route: Route) -> Callable[..., Response]:
    def view(**params: str) -> Response:
        path = route.path.format_map(params)
        request = installed.request()
        answer = installed.gate.surface.handle(request.facts, path, read_capped())
        request.signed_in = answer.signed_in
        return as_response(answer)

    return view


def read_capped() -> bytes:
    """The body, at most one byte more than ``MAX_BODY_BYTES``."""
    if flask_request.content_length is not None and flask_request.content_length > MAX_BODY_BYTES:
        return bytes(MAX_BODY_BYTES + 1)  # unread: its size alone refuses it
    if "form" in flask_request.__dict__:  # somebody before us (Flask-WTF) has looked for a field
        return urlencode(list(flask_request.form.items(multi=True))).encode("ascii")
    return flask_request.stream.read(MAX_BODY_BYTES + 1)
