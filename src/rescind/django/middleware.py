"""``rescind.django.middleware.SessionMiddleware``: Django's own, with what withdrawal needs around it.

It says which request runs (who acts, in log and trail), reads the log's state before anybody signs in, makes
receipts final before the answer leaves, guards answers that go on, and answers 503 where access cannot be
checked. It opens the store with the first request, before a view has a transaction that holds SQLite's lock.
In an asynchronous stack it costs no thread.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware as DjangoSessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.http import http_date

from rescind._clock import SECOND
from rescind.django.deciding import asks_us, let_decide
from rescind.django.lazy_user import Asking, let_facts_answer
from rescind.django.making import Made, away, made
from rescind.django.masking import mask
from rescind.django.request import Request, clear_cookie, keep_to_oneself, request_of
from rescind.django.streaming import guard
from rescind.errors import Refused, RescindError, RevocationUnknown, StoreUnavailable
from rescind.flows.context import running_request
from rescind.model.revocation import Head
from rescind.transport.csrf import SAFE_METHODS
from rescind.transport.device import device_label
from rescind.web.answer import told_of

logger = logging.getLogger("rescind.django")

KEEP_COOKIE = frozenset({"superseded", "reuse", "wrong_tenant"})
"""Refusals after which the browser may hold a successor by now: the cookie is left alone."""
UNANSWERED = (StoreUnavailable, RevocationUnknown)


class SessionMiddleware(DjangoSessionMiddleware):
    """In the place of ``django.contrib.sessions.middleware.SessionMiddleware``."""

    def __init__(self, get_response: Any) -> None:
        super().__init__(get_response)
        # An asynchronous stack would ask a synchronous one in a thread.
        self.process_view = self._alook_at_view if self.async_mode else self._look_at_view

    def __call__(self, request: HttpRequest) -> Any:
        if self.async_mode:
            return self.__acall__(request)
        ours = self._enter(request)
        if not ours.gate.engine.core.opened:
            with suppress(RescindError):  # who needs it is told
                ours.gate.engine.core.ready()
        token = running_request.set(ours)
        try:
            return self._leave(ours, self.get_response(request))
        except (Refused, *UNANSWERED) as error:
            return self._failed(ours, error)
        finally:
            running_request.reset(token)

    async def __acall__(self, request: HttpRequest) -> Any:
        ours = self._enter(request)
        if not ours.gate.engine.core.opened:
            with suppress(RescindError):
                await ours.gate.engine.aio.open()
        token = running_request.set(ours)
        try:
            return await self._aleave(ours, await self.get_response(request))
        except (Refused, *UNANSWERED) as error:
            return self._failed(ours, error)
        finally:
            running_request.reset(token)

    # -- the way in --------------------------------------------------------------------------------------

    def _enter(self, request: HttpRequest) -> Request:
        current = made()
        ours = Request(current.gate, request)
        request.rescind = ours
        mask(request)
        self.process_request(request)
        if current.facts is not None and ours.store is not None:
            let_facts_answer(ours, Asking(current.facts, request))
        store = None if request.method in SAFE_METHODS else ours.store
        if store is not None:
            store.mark = mark_of(current)
            store.label = device_label(request.META.get("HTTP_USER_AGENT"))
        return ours

    def process_request(self, request: HttpRequest) -> None:
        """``request.session`` by the cookie, or by a cookie that had another name before."""
        name = settings.SESSION_COOKIE_NAME
        key = None if is_doubled(request, name) else request.COOKIES.get(name)
        former = None
        if name not in request.COOKIES:
            named = made().settings.previous_cookie_names
            former = next((one for one in named if request.COOKIES.get(one)), None)
            key = None if former is None or is_doubled(request, former) else request.COOKIES[former]
        request.session = self.SessionStore(key)
        if former is not None:
            request.session.former_cookie = former

    def _look_at_view(self, request: HttpRequest, view: Any, *_: Any) -> None:
        """Before a view that we guard. A bearer decides there, so Django's rule against forged requests,
        which is asked after this, has nothing to look for: browsers never add one by themselves."""
        if "HTTP_AUTHORIZATION" not in request.META or not asks_us(view):
            return
        ours = request_of(request)
        if ours is not None and ours.store is not None and let_decide(ours).of_bearer:
            request._dont_enforce_csrf_checks = True

    async def _alook_at_view(self, request: HttpRequest, view: Any, *_: Any) -> None:
        self._look_at_view(request, view)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A view was refused, or the authority did not answer it."""
        ours = request_of(request)
        if ours is None or not isinstance(exception, (Refused, *UNANSWERED)):
            return None
        return self._failed(ours, exception)

    # -- the way out -------------------------------------------------------------------------------------

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        """As Django's, but that a cookie is left alone whose browser may hold its successor by now."""
        if self._is_to_save(request, response):
            age = cookie_age(request.session)
            with _saving():
                request.session.save()
            self._set_cookie(request.session, response, age)
        return self._depends(request, response)

    async def _aprocess_response(self, request: HttpRequest, response: Any) -> Any:
        is_to_save = self._is_to_save(request, response)
        if is_to_save or getattr(request.session, "former_cookie", None) is not None:
            await request.session.aget("_session_expiry")  # loads what the age of the cookie depends on
        if is_to_save:
            age = cookie_age(request.session)
            with _saving():
                await request.session.asave()
            self._set_cookie(request.session, response, age)
        return self._depends(request, response)

    def _is_to_save(self, request: HttpRequest, response: Any) -> bool:
        session = request.session
        wanted = session.modified or settings.SESSION_SAVE_EVERY_REQUEST
        return wanted and not session.is_empty() and response.status_code < 500

    def _set_cookie(self, session: Any, response: Any, age: int | None) -> None:
        if getattr(session, "of_bearer", False):
            return
        response.set_cookie(
            settings.SESSION_COOKIE_NAME,
            session.session_key,
            max_age=age,
            expires=None if age is None else http_date(made().engine.core.clock.wall() / SECOND + age),
            domain=settings.SESSION_COOKIE_DOMAIN,
            path=settings.SESSION_COOKIE_PATH,
            secure=settings.SESSION_COOKIE_SECURE or None,
            httponly=settings.SESSION_COOKIE_HTTPONLY or None,
            samesite=settings.SESSION_COOKIE_SAMESITE,
        )
        keep_to_oneself(response)
        patch_vary_headers(response, ("Cookie",))

    def _depends(self, request: HttpRequest, response: Any) -> Any:
        """Take away a cookie that opens nothing, and say to caches what the answer depends on."""
        session, name = request.session, settings.SESSION_COOKIE_NAME
        if getattr(session, "of_bearer", False):
            return response
        if getattr(session, "former_cookie", None) is not None:
            self._rename(session, response)
        if name in request.COOKIES and session.is_empty():
            refused = getattr(session, "refused", None)
            if refused is None or not (refused.renewable or refused.code in KEEP_COOKIE):
                clear_cookie(response)
            patch_vary_headers(response, ("Cookie",))
        elif session.accessed:
            if "Vary" in response.headers:
                patch_vary_headers(response, ("Cookie",))
            else:  # the same, in a third of the time
                response.headers["Vary"] = "Cookie"
        return response

    def _rename(self, session: Any, response: Any) -> None:
        """The cookie had another name before, and goes on under the one of now."""
        if session.accessed and session.session_key and settings.SESSION_COOKIE_NAME not in response.cookies:
            self._set_cookie(session, response, cookie_age(session))
        clear_cookie(response, name=session.former_cookie)

    def _leave(self, ours: Request, response: Any) -> Any:
        try:
            if response.status_code == 500:
                response = self._seen(ours, response)
            response = self.process_response(ours.http, response)
            if ours.kept is not None and ours.to_end is not None:
                ours.gate.engine.revoke(session=ours.to_end, reason=CHANGED)
        finally:
            ours.complete_receipts()
        return guard(ours, response) if response.streaming else response

    async def _aleave(self, ours: Request, response: Any) -> Any:
        try:
            if response.status_code == 500:
                response = self._seen(ours, response)
            response = await self._aprocess_response(ours.http, response)
            if ours.kept is not None and ours.to_end is not None:
                await away(partial(ours.gate.engine.revoke, session=ours.to_end, reason=CHANGED))
        finally:
            await ours.acomplete_receipts()
        return guard(ours, response) if response.streaming else response

    def _seen(self, ours: Request, response: Any) -> Any:
        """A failure that somebody else has answered already, with 500, was one of the authority, or somebody
        was refused."""
        store, asked = ours.store, ours.asked
        if store is not None and store.unanswered is not None:
            return self._failed(ours, store.unanswered)
        if asked is not None and asked.withdrawn is not None:
            return self._failed(ours, asked.withdrawn)
        return response

    def _failed(self, ours: Request, error: Exception) -> HttpResponse:
        if isinstance(error, Refused):
            return ours.refusal(error, of_credential=False)
        logger.warning("answered with 503: %s", error)
        return ours.answer(told_of("store_unavailable"))


CHANGED = "the password was changed"
INTERRUPTED = (
    "The session was ended before the request completed: the user may have signed out, or been signed out, "
    "in the meantime."
)


@contextmanager
def _saving() -> Iterator[None]:
    try:
        yield
    except UpdateError as error:
        raise SessionInterrupted(INTERRUPTED) from error


def cookie_age(session: Any) -> int | None:
    """Seconds that the browser keeps the cookie, ``None`` until it closes."""
    return None if session.get_expire_at_browser_close() else session.get_expiry_age()


def is_doubled(request: HttpRequest, name: str) -> bool:
    """Whether a cookie came twice with different values: one of them was planted, so neither counts."""
    header = request.META.get("HTTP_COOKIE", "")
    if header.count(f"{name}=") < 2:
        return False
    pairs = (pair.partition("=") for pair in header.split(";"))
    return len({value.strip() for key, _, value in pairs if key.strip() == name}) > 1


def mark_of(current: Made) -> Head | None:
    """The log as this process has read it, at no cost: whatever ended afterwards also ends a session that is
    opened by evidence read from now on. ``None``: nothing was read under a lease."""
    core = current.engine.core
    view = core.worker.current(core.clock.lease())
    return None if view is None else Head(view.birth, view.applied)
