"""A request of Django as the rules see it, and what it has to do before its answer leaves."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url

from rescind.django.sessions import SessionStore
from rescind.errors import Refused
from rescind.flows.context import running_request
from rescind.transport.credential import Source
from rescind.transport.message import HeaderList, RequestFacts, Response, environ_headers, from_environ
from rescind.transport.problem import Problem
from rescind.transport.refusal import refuse
from rescind.web.answer import told
from rescind.web.caller import Caller
from rescind.web.gate import Gate

KEY = "rescind"
"""The attribute of a request that holds it."""


class Request(Caller[Gate]):
    """Made by the middleware; ``request.rescind``.

    Attributes:
        http: Django's own.
        kept: the session that a change of password has left alone for the rest of this request.
    """

    kept: str | None = None

    outer: None = None

    def __init__(self, gate: Gate, http: HttpRequest) -> None:
        self.gate = gate
        self.http = http

    @property
    def store(self) -> SessionStore | None:
        """``request.session`` where it is ours."""
        found = getattr(self.http, "session", None)
        return found if isinstance(found, SessionStore) else None

    @property
    def id(self) -> str | None:
        """The public id of the session, as ``request.session.public_id``."""
        return None if self.store is None else self.store.public_id

    @property
    def headers(self) -> HeaderList:
        return tuple(environ_headers(self.http.META))

    def _read_facts(self) -> RequestFacts:
        scheme = {"wsgi.url_scheme": self.http.scheme}
        return from_environ({**self.http.META, **scheme, "REQUEST_METHOD": self.http.method or "GET"})

    @property
    def source(self) -> Source | None:
        return "cookie" if settings.SESSION_COOKIE_NAME in self.http.COOKIES else None

    @property
    def initiator(self) -> str:
        known = self.store
        session = None if known is None else known.known
        return "system" if session is None else f"session:{session.id}"

    @property
    def to_end(self) -> str | None:
        """The session that was left alone and was given no new key: it has the old password behind it."""
        if self.kept is None:
            return None
        session = None if self.store is None else self.store.known
        return self.kept if session is not None and session.id == self.kept else None

    def complete_receipts(self) -> None:
        """Bring receipts to their end. Blocks.

        Raises:
            StoreUnavailable, RevocationUnknown: it cannot be told whether every worker has heard of one.
        """
        receipts, self._receipts = self._receipts or (), None
        for receipt in receipts:
            receipt.complete()

    async def acomplete_receipts(self) -> None:
        """The same for event loops."""
        receipts, self._receipts = self._receipts or (), None
        for receipt in receipts:
            await self.gate.engine.aio.complete(receipt)

    # -- answers -----------------------------------------------------------------------------------------

    def refusal(self, refused: Refused, *, of_credential: bool = True) -> HttpResponse:
        """What a refused request gets, in the form that this client reads.

        Args:
            of_credential: whether the credential of the request was refused; only then may the cookie go.
        """
        return self.answer(told(refused, self.source if of_credential else None))

    def answer(self, what: Problem) -> HttpResponse:
        """A problem in the form that this client reads. A person is sent to ``LOGIN_URL``."""
        response = as_django(refuse(self.facts, what, None, sign_in_url()))
        if what.clear_cookie:
            clear_cookie(response)
        return response


def sign_in_url() -> str | None:
    """The path of ``LOGIN_URL``."""
    return resolve_url(settings.LOGIN_URL) if settings.LOGIN_URL else None


def clear_cookie(response: Any, *, name: str | None = None) -> None:
    """Take the session cookie away, with the attributes that it was set with.

    Args:
        name: that it had before; by default the one that it has.
    """
    response.delete_cookie(
        name or settings.SESSION_COOKIE_NAME,
        path=settings.SESSION_COOKIE_PATH,
        domain=settings.SESSION_COOKIE_DOMAIN,
        samesite=settings.SESSION_COOKIE_SAMESITE,
    )


def as_django(answer: Response) -> HttpResponse:
    """An answer of ours as Django's."""
    response = HttpResponse(answer.body, status=answer.status)
    del response.headers["Content-Type"]
    for name, value in answer.headers:
        response.headers[name] = value
    return response


def request_of(http: HttpRequest) -> Request | None:
    """What the middleware made of a request (DRF's is unwrapped); ``None`` where it was not passed."""
    found = getattr(http, KEY, None)
    return found if isinstance(found, Request) else None


def running() -> Request | None:
    """The request that this code runs for, ``None`` outside any."""
    found = running_request.get()
    return found if isinstance(found, Request) else None
