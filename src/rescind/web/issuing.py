"""A session that the application opened itself, as our cookie in its own answer."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from rescind._tokens import REFRESH_PREFIX
from rescind.errors import Refused
from rescind.flows.sign_out import NOBODY
from rescind.model.session import Issued, Session
from rescind.policy.session_lifetime import ROTATED_REASON
from rescind.transport.cookie import cookie_headers, drop_warning
from rescind.transport.csrf import check_csrf, is_unsafe
from rescind.web.caller import Caller
from rescind.web.gate import Gate
from rescind.web.refresh import carried

logger = logging.getLogger("rescind.web")


def refused_cookie(caller: Caller[Any]) -> Refused | None:
    """``csrf`` if a form of another site would sign its visitor in here (login CSRF); if it may, that site
    belongs into ``trusted_origins``. Says once per host that browsers will drop the cookie, if so."""
    facts, settings = caller.facts, caller.gate.settings
    if is_unsafe(facts) and caller.source != "bearer":
        failure = check_csrf(facts, settings.csrf)
        if failure is not None:
            return Refused("csrf", failure.detail)
    warning = drop_warning(settings.cookie, scheme=facts.scheme, host=facts.host)
    if warning is not None and caller.gate.warned.first(facts.host):
        logger.warning(warning)
    return None


def headers_for(gate: Gate, issued: Issued[Any], *, kept: bool = True) -> Iterator[dict[str, str]]:
    """The headers of an answer that sets our cookies.

    Args:
        kept: as long as the session lasts; else until the browser closes, if that is sooner.
    """
    settings, lasts = gate.settings, max(1, issued.lasts) if kept else None
    yield dict(cookie_headers(settings.cookie, issued.token, lasts))
    if settings.refresh_cookie is not None and issued.refresh_token is not None:
        yield dict(cookie_headers(settings.refresh_cookie, issued.refresh_token, lasts))


def headers_to_clear(gate: Gate) -> Iterator[dict[str, str]]:
    """The headers of an answer that takes our cookies away, with the attributes that they were set with."""
    for policy in (gate.settings.cookie, gate.settings.refresh_cookie):
        if policy is not None:
            yield dict(cookie_headers(policy, None))


def end_replaced(caller: Caller[Any]) -> None:
    """End the live session whose cookie this answer overwrites (ASVS 5.0 V7.2.4), as our sign-in does.
    Blocks; under an event loop, call it in a thread."""
    if caller.issued is None:
        return
    new, gate = caller.issued.session.id, caller.gate
    for token in carried(caller.found, caller.facts, gate.settings):
        ending = _named(gate, token)
        if ending == NOBODY:
            continue
        if ending != new:
            gate.engine.revoke(session=ending, reason=ROTATED_REASON, by=f"session:{new}", wait=False)
        return


def _named(gate: Gate, token: str) -> str:
    """The id of the session that a token of our cookies opens or refreshes; ``NOBODY`` for none."""
    old = gate.engine.check(token, strict=True, touch=False)
    if isinstance(old, Session):
        return old.id
    if old.renewable or token.startswith(REFRESH_PREFIX):  # only the access token has ended
        return gate.engine.sign_out_order(token).target
    return NOBODY
