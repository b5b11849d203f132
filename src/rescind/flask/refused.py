"""A refusal as an exception of Flask: answered without a handler, and seen by ``@app.errorhandler(401)``."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app
from werkzeug.exceptions import Forbidden, HTTPException, ServiceUnavailable, Unauthorized

from rescind.errors import Refused, RevocationUnknown, StoreUnavailable
from rescind.flask.installed import installed_in
from rescind.transport.message import Response as Answer
from rescind.web.answer import told, told_of
from rescind.web.refusal import answer_as
from rescind.wsgi.request import Request


class HTTPRefused(HTTPException):
    """A refusal of a request. It is no ``Refused``, because the ``code`` of an ``HTTPException`` is a number.

    Attributes:
        refused: the refusal, with the inner code.
        code: the status.
        description: the sentence that the client gets.
    """

    def __init__(self, refused: Refused, request: Request, *, of_credential: bool = True) -> None:
        self.refused = refused
        self._request = request
        self._told = told(refused, request.source if of_credential else None)
        super().__init__(self._told.detail)

    def get_response(self, environ: Any = None, scope: Any = None) -> Any:
        """What the client gets, in the form that it reads."""
        installed, settings = installed_in(current_app), self._request.gate.settings
        url = settings.sign_in_url or installed.sign_in_page()
        return as_response(answer_as(self._request.facts, self._told, settings.cookie, url))


class Refused401(HTTPRefused, Unauthorized):
    """Sign in, refresh, or prove it again."""


class Refused403(HTTPRefused, Forbidden):
    """Not allowed, or from another site."""


class Refused503(HTTPRefused, ServiceUnavailable):
    """Access cannot be checked right now."""


_OF_STATUS: dict[int, type[HTTPRefused]] = {401: Refused401, 403: Refused403, 503: Refused503}


def refusal(refused: Refused, request: Request, *, of_credential: bool = True) -> HTTPRefused:
    """A refusal of a request, to be raised.

    Args:
        of_credential: whether the credential of the request was refused; only then may the cookie be cleared.
    """
    request.refused = True
    return _OF_STATUS[told(refused, None).status](refused, request, of_credential=of_credential)


def answer_refused(error: Exception) -> Any:
    """The handler of ``HANDLED``, wherever they come from."""
    request = installed_in(current_app).request()
    if isinstance(error, Refused):
        return refusal(error, request, of_credential=False).get_response()
    settings = request.gate.settings
    return as_response(answer_as(request.facts, told_of("store_unavailable"), settings.cookie))


def as_response(answer: Answer) -> Response:
    """An answer of ours as a response of Flask."""
    response = current_app.response_class(answer.body, answer.status)
    response.headers.clear()
    for name, value in answer.headers:
        response.headers.add(name, value)
    return response


HANDLED: tuple[type[Exception], ...] = (Refused, StoreUnavailable, RevocationUnknown)
"""Errors that ``answer_refused`` answers."""
