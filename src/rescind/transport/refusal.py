"""The answer that a refused request gets: problem, negotiation, cookie and redirect put together."""

from __future__ import annotations

from urllib.parse import urlsplit

from rescind.transport.cookie import CookiePolicy, set_cookie
from rescind.transport.csrf import own_origin
from rescind.transport.message import RequestFacts, Response
from rescind.transport.negotiate import answer_form
from rescind.transport.problem import BASE_HEADERS, PAGE_HEADERS, Problem, html_page, json_body
from rescind.transport.redirect import with_next


def refuse(
    facts: RequestFacts,
    told: Problem,
    policy: CookiePolicy | None,
    sign_in_url: str | None = None,
    *,
    also: CookiePolicy | None = None,
) -> Response:
    """Build the answer.

    Args:
        facts: the request, after declared proxies.
        told: from ``problem()``.
        policy: our cookie; ``None`` if the framework owns the cookie and clears it itself.
        also: a further cookie that is cleared with it.
        sign_in_url: the application's own sign-in page, e.g. ``/login``. Trusted text.

    A 401 sends a person to ``sign_in_url?next=...`` (303), HTMX there by ``HX-Redirect``. Without that
    setting, and for every other status, a person gets a page and everything else gets problem+json.
    """
    headers, ends = BASE_HEADERS + told.headers, told.clear_cookie
    if ends:
        headers += tuple(("set-cookie", set_cookie(one, None)) for one in (policy, also) if one is not None)
    form = answer_form(facts)
    if told.status == 401 and sign_in_url is not None:
        if form == "html":
            location = ("location", with_next(sign_in_url, facts.target))
            return Response(303, (*headers, location), ends_cookie=ends)
        if form == "htmx":
            headers += (("hx-redirect", with_next(sign_in_url, _current_page(facts))),)
    if form == "html":
        return Response(told.status, headers + PAGE_HEADERS, html_page(told), ends_cookie=ends)
    headers += (("content-type", "application/problem+json"),)
    return Response(told.status, headers, json_body(told), ends_cookie=ends)


def _current_page(facts: RequestFacts) -> str | None:
    """The page that HTMX was on: the fragment it asked for is nowhere to come back to."""
    current = facts.one(b"hx-current-url") or ""
    try:
        parts = urlsplit(current)
    except ValueError:
        return None
    own = own_origin(facts)
    if own is None or f"{parts.scheme}://{parts.netloc}".lower() != own:
        return None
    return parts.path + (f"?{parts.query}" if parts.query else "")
