"""A request of Django as the rules see it, and what it has to do before its answer leaves."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.cache import patch_cache_control

from rescind.django.cookie import SessionCookie
from rescind.django.lazy_user import Asking
from rescind.django.sessions import SessionStore
from rescind.errors import Refused
from rescind.flows.context import running_request
from rescind.transport.bearer import Malformed
from rescind.transport.credential import Presented, find_in_environ
from rescind.transport.message import HeaderList, RequestFacts, Response, environ_headers, from_environ
from rescind.transport.problem import Problem
from rescind.web.answer import told
from rescind.web.caller import Caller
from rescind.web.gate import Gate
from rescind.web.refusal import answer_as

KEY = "rescind"
"""The attribute of a request that holds it."""


class Request(Caller[Gate]):
    """Made by the middleware; ``request.rescind``.

    Attributes:
        http: Django's own.
        kept: the session that a change of password has left alone for the rest of this request.
        asked: how its user is asked for, where facts answer.
    """

    kept: str | None = None
    asked: Asking | None = None

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
        known = {"wsgi.url_scheme": self.http.scheme, "REQUEST_METHOD": self.http.method or "GET"}
        if settings.USE_X_FORWARDED_HOST and "HTTP_X_FORWARDED_HOST" in self.http.META:
            known["HTTP_HOST"] = self.http.META["HTTP_X_FORWARDED_HOST"]
        return from_environ({**self.http.META, **known})

    def _find(self) -> Presented | Malformed | None:
        return find_in_environ(self.http.META, self.cookie)

    @property
    def cookie(self) -> SessionCookie:
        """The session cookie, by the name that it has in this request."""
        cookie, store = SessionCookie.of_settings(), self.store
        if store is None or store.former_cookie is None:
            return cookie
        return SessionCookie(name=store.former_cookie, secure=cookie.secure)

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
        return as_django(answer_as(self.facts, what, None, sign_in_url()))


def sign_in_url() -> str | None:
    """The path of ``LOGIN_URL``."""
    return resolve_url(settings.LOGIN_URL) if settings.LOGIN_URL else None


def clear_cookie(response: Any, *, name: str | None = None) -> None:
    """Take the session cookie away, with the attributes that it was set with.

    Args:
        name: that it had before; by default the one that it has.
    """
    response.set_cookie(
        name or settings.SESSION_COOKIE_NAME,
        max_age=0,
        expires="Thu, 01 Jan 1970 00:00:00 GMT",
        path=settings.SESSION_COOKIE_PATH,
        domain=settings.SESSION_COOKIE_DOMAIN,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=settings.SESSION_COOKIE_HTTPONLY,
        samesite=settings.SESSION_COOKIE_SAMESITE,
    )
    keep_to_oneself(response)


def keep_to_oneself(response: Any) -> None:
    """The cookie never travels without ``no-store``: a proxy that stores one person's ``Set-Cookie``
    signs the next one in as them (CVE-2023-30861)."""
    patch_cache_control(response, no_store=True)


def as_django(answer: Response) -> HttpResponse:
    """An answer of ours as Django's. Of our cookie it says only when it is over: the cookie is Django's."""
    response = HttpResponse(answer.body, status=answer.status)
    del response.headers["Content-Type"]
    for name, value in answer.headers:
        response.headers[name] = value
    if answer.ends_cookie:
        clear_cookie(response)
    return response


def request_of(http: HttpRequest) -> Request | None:
    """What the middleware made of a request (DRF's is unwrapped); ``None`` where it was not passed."""
    found = getattr(http, KEY, None)
    return found if isinstance(found, Request) else None


def running() -> Request | None:
    """The request that this code runs for, ``None`` outside any."""
    found = running_request.get()
    return found if isinstance(found, Request) else None
