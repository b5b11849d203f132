"""From whose pages a request to our routes may come: by Django's rule where it is installed, else by ours.

One of the two is always asked. ``CsrfViewMiddleware`` is asked here and not on the way in, because its
own answer is a page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.module_loading import import_string

from rescind.django.making import made
from rescind.django.origins import TrustedOrigins
from rescind.django.request import Request, as_django, request_of
from rescind.errors import Refused
from rescind.transport.csrf import CsrfFailure
from rescind.transport.message import RequestFacts, Response
from rescind.transport.negotiate import prefers_html
from rescind.transport.problem import BASE_HEADERS, PAGE_HEADERS, html_page
from rescind.web.answer import told


def is_installed() -> bool:
    """Whether ``MIDDLEWARE`` has Django's rule, or one that is made from it."""
    return _rule(tuple(settings.MIDDLEWARE)) is not None


@dataclass(frozen=True)
class OwnPages(TrustedOrigins):
    """The rule for one request.

    Attributes:
        http: the request.
        self_contained: whether it acts by nothing but its body: then no browser has added anything to it.
    """

    http: HttpRequest | None = None
    self_contained: Callable[[], bool] = lambda: False

    def foreign(self, facts: RequestFacts) -> CsrfFailure | None:
        rule = _rule(tuple(settings.MIDDLEWARE))
        if rule is None or self.http is None or self.self_contained():
            return super().foreign(facts)
        asked = rule(lambda _: None)
        asked.process_request(self.http)
        try:
            refused = asked.process_view(self.http, None, (), {})
        except RequestDataTooBig:
            refused = "DATA_UPLOAD_MAX_MEMORY_SIZE"
        return None if refused is None else CsrfFailure("token", _detail())


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """``CSRF_FAILURE_VIEW = "rescind.django.csrf_failure"``: what Django's rule refuses is told as our
    refusals are, in JSON to who reads JSON."""
    ours = request_of(request) or Request(made().gate, request)
    refused = Refused("csrf", _detail())
    if prefers_html(request.META.get("HTTP_ACCEPT", "")):  # a form with files is a page's, too
        what = told(refused, None)
        return as_django(Response(what.status, BASE_HEADERS + PAGE_HEADERS, html_page(what)))
    return ours.refusal(refused, of_credential=False)


@lru_cache(maxsize=8)
def _rule(middleware: tuple[str, ...]) -> Any:
    """The class of the middleware, saying why where it would answer with a page."""
    for path in middleware:
        try:
            kind = import_string(path)
        except ImportError:
            continue  # Django says it
        if isinstance(kind, type) and issubclass(kind, CsrfViewMiddleware):
            return type("Rule", (kind,), {"_reject": lambda self, request, reason: reason})
    return None


def _detail() -> str:
    header = settings.CSRF_HEADER_NAME.removeprefix("HTTP_").replace("_", "-").title()
    where = "the session's token" if settings.CSRF_USE_SESSIONS else f"the cookie {settings.CSRF_COOKIE_NAME}"
    return (
        "The request is not from a page of this site: Django found no token of one, or an Origin that "
        f"is not in CSRF_TRUSTED_ORIGINS. Send {where} as {header}, or as csrfmiddlewaretoken of a form."
    )
