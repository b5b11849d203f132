"""Our cookies in an answer: the session's, and beside it that of its refresh token where there is one."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from rescind.model.session import Issued
from rescind.transport.cookie import drop_warning, set_cookie
from rescind.transport.message import Response
from rescind.web.answer import json_answer, see_other
from rescind.web.body import is_form
from rescind.web.call import Call
from rescind.web.settings import WebSettings
from rescind.web.views import session_view

log = logging.getLogger("rescind.web")


def with_cookies(call: Call, issued: Issued[Any], target: str | None) -> Response:
    """The answer of a sign-in, a step-up, a refresh that a browser asked for.

    Args:
        target: where a form leads.
    """
    warning = drop_warning(call.settings.cookie, scheme=call.facts.scheme, host=call.facts.host)
    if warning is not None and call.warned.first(call.facts.host):
        log.warning(warning)
    cookies = tuple(cookies_of(call.settings, issued))
    if is_form(call.facts):
        return see_other(target, call.settings.home, cookies=cookies)
    return json_answer({"session": session_view(issued.session)}, cookies=cookies)


def cookies_of(settings: WebSettings, issued: Issued[Any]) -> Iterator[str]:
    """The ``Set-Cookie`` values. Both cookies last as long as the session: an access token that has ended has
    to be presented, so that the client is told to refresh and not to sign in."""
    lasts = max(1, issued.lasts)
    yield set_cookie(settings.cookie, issued.token, lasts)
    if issued.refresh_token is not None and settings.refresh_cookie is not None:
        yield set_cookie(settings.refresh_cookie, issued.refresh_token, lasts)


def cleared(settings: WebSettings) -> tuple[str, ...]:
    """``Set-Cookie`` values that take our cookies away."""
    cookies = (settings.cookie, settings.refresh_cookie)
    return tuple(set_cookie(one, None) for one in cookies if one is not None)
