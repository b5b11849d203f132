"""``POST /sign-in``, ``POST /sign-out``, ``POST /step-up``: what changes the credential of a browser."""

from __future__ import annotations

from dataclasses import replace

from rescind.errors import ConfigurationError, Refused
from rescind.transport.bearer import Malformed
from rescind.transport.cookie import dev_refusal
from rescind.transport.device import device_label
from rescind.transport.message import Response
from rescind.web.answer import json_answer, no_content, see_other
from rescind.web.body import SignInBody, SignOutBody, StepUpBody, is_form, read_body
from rescind.web.call import Call
from rescind.web.cookies import with_cookies, without_cookies
from rescind.web.refresh import carried, refresh_cookie
from rescind.web.views import bearer_view


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
    tokens = carried(call.found, call.facts, call.settings)
    issued = call.engine.sign_in(body.login, body.password, label=label, replaces=tokens)
    return replace(with_cookies(call, issued, body.next), signed_in=issued.session)


def sign_out(call: Call) -> Response:
    """End what the request presents: the credential that decides, and a differing cookie beside it.

    204 also without a session. Not 204: a credential that cannot be read (401) and a store that does not
    answer (503), because then nothing has ended and the cookie stays for another attempt.
    """
    body = read_body(call.facts, call.body, SignOutBody)
    ended = end_presented(call, body.refresh_token)
    answer = see_other(body.next, call.settings.home) if is_form(call.facts) else no_content()
    return without_cookies(call.settings, answer) if ended else answer


def end_presented(call: Call, refresh_token: str | None = None) -> bool:
    """End what the request presents, as ``sign_out`` says.

    Args:
        refresh_token: one that came otherwise than as our cookie.

    Returns:
        whether our cookies are over, too, and the answer clears them.

    Raises:
        Refused: ``malformed``. StoreUnavailable, RevocationUnknown: try again.
    """
    if isinstance(call.found, Malformed):
        raise Refused("malformed", call.found.why)
    cookie_sent = call.source != "bearer"
    # A bearer frees the request of the CSRF rule for itself, not for the browser's cookies.
    own_page = not cookie_sent and call.settings.csrf.foreign(call.facts) is None
    ended = 0
    if call.found is not None:
        ended = _end(call, call.found.token)
        if call.found.other is not None and own_page:
            _end(call, call.found.other)
            cookie_sent = True
    if not ended and refresh_token is not None:
        ended = _end(call, refresh_token)
    if not ended and (cookie_sent or own_page):
        _end_by_refresh_cookie(call)
    return cookie_sent


def _end(call: Call, token: str) -> int:
    """How many sessions it ended."""
    return sum(call.engine.sign_out(token).ended.values())


def _end_by_refresh_cookie(call: Call) -> None:
    """Where the access token is gone the refresh token still tells whose session it is."""
    token = refresh_cookie(call.facts, call.settings)
    if isinstance(token, Malformed):
        raise Refused("malformed", token.why)
    if token is not None:
        call.engine.sign_out(token)


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
    return with_cookies(call, issued, body.next)


def _require_usable_cookie(call: Call) -> None:
    refusal = dev_refusal(call.settings.cookie, production=call.settings.production, scheme=call.facts.scheme)
    if refusal is not None:
        raise ConfigurationError(refusal)
