"""A session that the application opened itself, as our cookie in its own answer."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from rescind.errors import Refused
from rescind.model.session import Issued
from rescind.transport.cookie import cookie_headers, drop_warning
from rescind.transport.csrf import check_csrf, is_unsafe
from rescind.web.caller import Caller
from rescind.web.gate import Gate

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


def headers_for(gate: Gate, issued: Issued[Any]) -> Iterator[dict[str, str]]:
    """The headers of an answer that sets our cookies; they last as long as the session."""
    settings, lasts = gate.settings, max(1, issued.lasts)
    yield dict(cookie_headers(settings.cookie, issued.token, lasts))
    if settings.refresh_cookie is not None and issued.refresh_token is not None:
        yield dict(cookie_headers(settings.refresh_cookie, issued.refresh_token, lasts))


def headers_to_clear(gate: Gate) -> Iterator[dict[str, str]]:
    """The headers of an answer that takes our cookies away, with the attributes that they were set with."""
    for policy in (gate.settings.cookie, gate.settings.refresh_cookie):
        if policy is not None:
            yield dict(cookie_headers(policy, None))
