"""Our cookies in an answer: the session's, and beside it that of its refresh token where there is one."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
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
    if call.settings.own_cookie is not None:
        warning = drop_warning(call.settings.own_cookie, scheme=call.facts.scheme, host=call.facts.host)
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
    if settings.own_cookie is not None:
        yield set_cookie(settings.own_cookie, issued.token, lasts)
    if issued.refresh_token is not None and settings.refresh_cookie is not None:
        yield set_cookie(settings.refresh_cookie, issued.refresh_token, lasts)


def without_cookies(settings: WebSettings, answer: Response) -> Response:
    """An answer that takes our cookies away, too."""
    cookies = (settings.own_cookie, settings.refresh_cookie)
    gone = tuple(("set-cookie", set_cookie(one, None)) for one in cookies if one is not None)
    return replace(answer, headers=answer.headers + gone, ends_cookie=True)
