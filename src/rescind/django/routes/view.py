"""The view behind every path of ours.

It is synchronous: it hashes, waits for workers and asks Django's ORM, so Django runs it in a thread where the
stack is asynchronous.
"""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.transaction import non_atomic_requests
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import RawPostDataException
from django.middleware.csrf import get_token
from django.shortcuts import resolve_url
from django.urls import NoReverseMatch
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_safe

from rescind.django.deciding import ours_of
from rescind.django.making import made
from rescind.django.request import Request, as_django
from rescind.django.routes.pages import OwnPages, is_installed
from rescind.django.routes.people import People
from rescind.transport.redirect import is_safe_next
from rescind.web.answer import Failure
from rescind.web.body import MAX_BODY_BYTES, RefreshBody, SignInBody, SignOutBody, read_body
from rescind.web.jwks import show_jwks
from rescind.web.settings import WebSettings
from rescind.web.surface import Surface

HOME = "/"
"""Where a form leads if ``LOGIN_REDIRECT_URL`` is no path of this site."""


@csrf_exempt  # asked by ``OwnPages``
@login_not_required
@non_atomic_requests  # what is revoked is final in the answer
@sensitive_post_parameters("password", "refresh_token")
@sensitive_variables()
def answer(request: HttpRequest, path: str) -> HttpResponse:
    """Answer a request to one of our routes.

    Args:
        path: below the prefix, e.g. ``/sessions/abc``.
    """
    ours, store = ours_of(request)
    body = read_capped(request)
    settings_ = web_settings(ours, path, body)
    surface = Surface(People(ours, store), settings_, ours.gate.warned)
    told = surface.handle(ours.facts, path, body)
    if path == "/session" and ours.source != "bearer" and is_installed() and not settings.CSRF_USE_SESSIONS:
        get_token(request)  # so that a page of nothing but scripts has one to send
    return as_django(replace(told, body=b"") if request.method == "HEAD" else told)


def web_settings(ours: Request, path: str, body: bytes) -> WebSettings:
    """The rules of our routes: what Django has a setting for is Django's."""
    pages = OwnPages.of_settings(http=ours.http, self_contained=lambda: acts_by_its_body(ours, path, body))
    return replace(
        ours.gate.settings,
        cookie=ours.cookie,
        sets_cookie=False,
        refresh_cookie=None,  # browsers have Django's session, which needs no refreshing
        csrf=pages,
        home=home(),
    )


def acts_by_its_body(ours: Request, path: str, body: bytes) -> bool:
    """Whether a request is of a client that keeps its token itself: then nothing that a browser adds to
    it counts, and nothing of its answer stays in a browser."""
    try:
        if path == "/sign-in":
            return read_body(ours.facts, body, SignInBody).transport == "bearer"
        if path == "/refresh":
            return read_body(ours.facts, body, RefreshBody).refresh_token is not None
        if path == "/sign-out":
            return ours.found is None and read_body(ours.facts, body, SignOutBody).refresh_token is not None
    except Failure:
        return False  # the route says what is wrong with it, to whoever may ask
    return False


def home() -> str:
    """Where a form leads that names nothing else: ``LOGIN_REDIRECT_URL``."""
    try:
        found = resolve_url(settings.LOGIN_REDIRECT_URL)
    except NoReverseMatch:
        return HOME
    return found if is_safe_next(found) else HOME


def read_capped(request: HttpRequest) -> bytes:
    """The body, at most one byte more than ``MAX_BODY_BYTES``."""
    length = str(request.META.get("CONTENT_LENGTH") or "")
    if length.isdigit() and int(length) > MAX_BODY_BYTES:
        return bytes(MAX_BODY_BYTES + 1)  # unread: its size alone refuses it
    try:
        if not length and not request._read_started:  # in pieces, and nobody has said how many
            request._body = request.read(MAX_BODY_BYTES + 1)
            request._stream = BytesIO(request._body)  # Django's rule looks for its token there
        body: Any = request.body
    except RawPostDataException:  # a middleware has read a multipart body, which is none of ours
        return b"?"
    return bytes(body[: MAX_BODY_BYTES + 1])


@require_safe
@login_not_required
def keys(request: HttpRequest) -> HttpResponse:
    """The public keys, for services that verify access tokens by themselves."""
    current = made()
    if not current.gate.settings.refreshes:
        raise Http404('signed tokens come with RESCIND["model"] = "jwt"')
    told = show_jwks(current.engine)
    return as_django(replace(told, body=b"") if request.method == "HEAD" else told)
