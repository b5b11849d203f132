"""``POST /sign-in``, ``POST /sign-out``, ``POST /step-up``: what changes the credential of a browser."""

from __future__ import annotations

import logging
from typing import Any

from rescind.errors import ConfigurationError, Refused
from rescind.model.session import Issued
from rescind.transport.bearer import Malformed
from rescind.transport.cookie import dev_refusal, drop_warning, set_cookie
from rescind.transport.csrf import check_csrf
from rescind.transport.device import device_label
from rescind.transport.message import Response
from rescind.web.answer import json_answer, no_content, see_other
from rescind.web.body import SignInBody, SignOutBody, StepUpBody, is_form, read_body
from rescind.web.call import Call
from rescind.web.views import bearer_view, session_view

log = logging.getLogger("rescind.web")


def sign_in(call: Call) -> Response:
    """Verify login and password; answer with a cookie, with a token, or for a form with a redirect.

    A live session that the same cookie carried before ends with it (ASVS 5.0 V7.2.4): nobody could use it any
    more, and a copy of it must not go on. In lists of sessions it is named by the browser (``device_label``).

    Raises:
        Refused: the same for every cause. Failure: the body cannot be read.
        ConfigurationError: the development cookie where it may not be.
    """
    body = read_body(call.facts, call.body, SignInBody)
    if body.transport == "cookie":
        _require_usable_cookie(call)
    label = device_label(call.facts.one(b"user-agent"))
    if body.transport == "bearer":
        return json_answer(bearer_view(call.engine.sign_in(body.login, body.password, label=label)))
    issued = call.engine.sign_in(body.login, body.password, label=label, replaces=_replaced(call))
    return _with_cookie(call, issued, body.next)


def sign_out(call: Call) -> Response:
    """End what the request presents: the credential that decides, and a differing cookie beside it.

    204 also without a session. Not 204: a credential that cannot be read (401) and a store that does not
    answer (503), because then nothing has ended and the cookie stays for another attempt.
    """
    body = read_body(call.facts, call.body, SignOutBody)
    if isinstance(call.found, Malformed):
        raise Refused("malformed", call.found.why)
    cookie_sent = call.source != "bearer"
    if call.found is not None:
        call.engine.sign_out(call.found.token)
        # A bearer frees the request of the CSRF rule for itself, not for the browser's cookie.
        if call.found.other is not None and check_csrf(call.facts, call.settings.csrf) is None:
            call.engine.sign_out(call.found.other)
            cookie_sent = True
    cleared = set_cookie(call.settings.cookie, None) if cookie_sent else None
    if is_form(call.facts):
        return see_other(body.next, call.settings.home, cookie=cleared)
    return no_content(cookie=cleared)


def step_up(call: Call) -> Response:
    """Verify the password of who is signed in; the answer carries the session that replaces the old one.

    Raises:
        Refused: ``step_up`` when the password is not proved; the session goes on as it was.
    """
    body = read_body(call.facts, call.body, StepUpBody)
    session = call.session()
    issued = call.engine.sessions.step_up(session, body.password)
    if call.source == "bearer":
        return json_answer(bearer_view(issued))
    return _with_cookie(call, issued, body.next)


def _with_cookie(call: Call, issued: Issued[Any], target: str | None) -> Response:
    warning = drop_warning(call.settings.cookie, scheme=call.facts.scheme, host=call.facts.host)
    if warning is not None and call.warned.first(call.facts.host):
        log.warning(warning)
    session = issued.session
    # Proved just now, so this is what is left of it.
    lifetime = int((session.expires_at - session.auth_time).total_seconds())
    cookie = set_cookie(call.settings.cookie, issued.token, max(1, lifetime))
    if is_form(call.facts):
        return see_other(target, call.settings.home, cookie=cookie)
    return json_answer({"session": session_view(session)}, cookie=cookie)


def _require_usable_cookie(call: Call) -> None:
    refusal = dev_refusal(call.settings.cookie, production=call.settings.production, scheme=call.facts.scheme)
    if refusal is not None:
        raise ConfigurationError(refusal)


def _replaced(call: Call) -> str | None:
    """The token of the cookie that is about to be overwritten."""
    if call.found is None or isinstance(call.found, Malformed):
        return None
    return call.found.token if call.found.source == "cookie" else call.found.other
