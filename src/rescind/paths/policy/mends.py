"""What to do about a route that fails a policy, in one sentence."""

from __future__ import annotations

from rescind.paths.model import Behaviour, Mechanism, Route
from rescind.paths.policy.configuration import Kind

STORE = "keep a row for each, look it up on each request, and delete it at the end"
BY_MECHANISM: dict[Mechanism, str] = {
    "jwt": "ask on each request for a list of what is revoked, or issue it for less time",
    "jwt_cookie": "ask on each request for a list of what is revoked, or issue it for less time",
    "oauth_bearer": "look the token up on each request, and delete its row at the end",
    "session_signed_cookie": "keep sessions in a store: what stands in a signed cookie cannot be ended",
    "remember_cookie": "bind it to something that the end changes, or look it up on each request",
    "static_key": f"a fixed key cannot be ended: {STORE}",
    "api_key": STORE,
    "basic": "compare with a password that is read anew on each request, and that the end changes",
    "signed_url": "give it an end that is looked at, or look it up on each request",
    "capability_url": STORE,
}
REMEMBERED = "ask the store on each request, or remember its answer for less time"
OPEN = "put a guard before it; if anybody may ask, declare it in [[paths.public]] with a reason"
MAY_LACK = "refuse who comes without; if anybody may ask, declare it in [[paths.public]] with a reason"
UNKNOWN = (
    "make what decides it readable, where the reason says; else excuse it in [[paths.excuse]] with a reason"
)
WORSE = "take back what made it worse; if it is meant, write what is compared with anew"


def mend(kind: Kind, route: Route, behaviour: Behaviour | None = None) -> str:
    """By what is wrong, how it behaves and what the credential is."""
    if kind == "unprotected":
        return MAY_LACK if route.protected == "conditional" else OPEN
    if kind == "unknown":
        return UNKNOWN
    if kind == "worse":
        return WORSE
    if behaviour is not None and (behaviour.kind == "bounded" or "remembered" in behaviour.why):
        return REMEMBERED
    return next((BY_MECHANISM[each] for each in route.mechanisms if each in BY_MECHANISM), STORE)
