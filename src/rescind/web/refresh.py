"""``POST /refresh``: the next access token for a refresh token, which comes as our cookie or in the body."""

from __future__ import annotations

from typing import Any

from rescind.errors import Refused
from rescind.model.session import Issued
from rescind.transport.bearer import Malformed
from rescind.transport.credential import Presented, Source, cookie_credential
from rescind.transport.message import RequestFacts, Response
from rescind.web.answer import Failure, json_answer, told
from rescind.web.body import RefreshBody, read_body
from rescind.web.call import Call
from rescind.web.cookies import with_cookies
from rescind.web.settings import WebSettings
from rescind.web.views import bearer_view

NOT_AS_BEARER = (
    "Send the refresh token as our cookie, or in the body as refresh_token. "
    "Authorization is for access tokens."
)


def refresh(call: Call) -> Response:
    """Exchange a refresh token; the answer has the shape of the sign-in that it came from.

    Of two tabs that refresh at once each gets an access token of its own, and both the same next refresh
    token, so the one that comes later clears no cookie (asks B4). Sent in the body, the cookie beside it is
    neither looked at nor touched.

    Raises:
        Failure: a refusal, the body cannot be read, or the token came as ``Authorization``.
    """
    body = read_body(call.facts, call.body, RefreshBody)
    if body.refresh_token is not None:
        return json_answer(bearer_view(_exchange(call, body.refresh_token, "bearer")))
    if call.facts.all(b"authorization"):
        raise Failure(400, "invalid", NOT_AS_BEARER)
    presented = refresh_cookie(call.facts, call.settings)
    return with_cookies(call, _exchange(call, presented, "cookie"), body.next)


def _exchange(call: Call, token: str | Malformed | None, source: Source) -> Issued[Any]:
    try:
        if isinstance(token, Malformed):
            raise Refused("malformed", token.why)
        return call.engine.sessions.refresh(token)
    except Refused as refused:
        raise Failure.of(told(refused, source)) from refused


def carried(
    found: Presented | Malformed | None, facts: RequestFacts, settings: WebSettings
) -> tuple[str, ...]:
    """The tokens by which our cookies may name a session: its own, then that which refreshes it. The first
    may be junk by now, or signed by a key that has ended: then the second still tells.

    Args:
        found: the credential of the request.
    """
    own = None
    if found is not None and not isinstance(found, Malformed):
        own = found.token if found.source == "cookie" else found.other
    refreshing = refresh_cookie(facts, settings)
    return tuple(token for token in (own, refreshing) if isinstance(token, str))


def refresh_cookie(facts: RequestFacts, settings: WebSettings) -> str | Malformed | None:
    """The refresh token that a browser presents, ``None`` for none."""
    if settings.refresh_cookie is None:
        return None
    found = cookie_credential(b"; ".join(facts.all(b"cookie")), settings.refresh_cookie)
    return found.token if isinstance(found, Presented) else found
