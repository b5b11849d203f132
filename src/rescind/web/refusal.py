"""The answer that a refused request gets, in the form that this client reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rescind.errors import Refused
from rescind.transport.cookie import CookiePolicy
from rescind.transport.message import RequestFacts, Response
from rescind.transport.negotiate import prefers_html
from rescind.transport.problem import BASE_HEADERS, PAGE_HEADERS, Problem, html_page
from rescind.transport.refusal import refuse
from rescind.web.answer import told
from rescind.web.body import is_form

if TYPE_CHECKING:
    from rescind.web.caller import Caller


def answer_to(caller: Caller[Any], refused: Refused, *, of_credential: bool = True) -> Response:
    """The answer that a refused request gets.

    Args:
        of_credential: whether the credential of the request was refused; only then may the cookie be cleared.
    """
    return answer_with(caller, told(refused, caller.source if of_credential else None))


def answer_with(caller: Caller[Any], what: Problem) -> Response:
    """A problem in the form that this client reads."""
    settings = caller.gate.settings
    return answer_as(caller.facts, what, settings.cookie, settings.sign_in_url)


def answer_as(
    facts: RequestFacts,
    what: Problem,
    cookie: CookiePolicy | None,
    sign_in_url: str | None = None,
    *,
    also: CookiePolicy | None = None,
) -> Response:
    """The same from values; arguments as for ``rescind.transport.refusal.refuse``."""
    if is_form(facts) and prefers_html(b",".join(facts.all(b"accept")).decode("latin-1")):
        # A person sent a form: a page, and no redirect, which would hide what went wrong.
        return Response(what.status, BASE_HEADERS + what.headers + PAGE_HEADERS, html_page(what))
    return refuse(facts, what, cookie, sign_in_url, also=also)
