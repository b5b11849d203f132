"""What a map predicts for the copy that a drill takes."""

from __future__ import annotations

from rescind.drill.plan import Copy, End
from rescind.paths.comparing import base
from rescind.paths.endings import kinds_of
from rescind.paths.model import Behaviour, Credential, Map, Route

ENDS = {"sign_out": "on_revoke", "password": "on_password_change", "disable": "on_account_disable"}
SESSIONS = ("session_db", "session_cache", "session_file", "session_signed_cookie")


def end_of(end: End) -> str | None:
    """The name that a map has for an end: by what the plan calls it, else by the path of its last step."""
    step = end.steps[-1]
    for text in (end.name, step.path):
        kinds = kinds_of(text.replace(" ", "-"), step.method)
        if len(kinds) == 1:
            return ENDS[kinds.pop()]
    return None


def carried(route: Route, drawn: Map, copy: Copy) -> list[Credential]:
    """The credentials of a route that are in the copy. The only one that it accepts is, whatever its name."""
    accepted = [drawn.credentials[name] for name in route.accepts]
    found = [each for each in accepted if is_in(each, copy)]
    return found or (accepted if len(accepted) == 1 and not named(accepted[0]) else [])


def named(credential: Credential) -> bool:
    """Whether its name says where it stands in a request."""
    name = base(credential.name)
    return ":" in name or name in {"bearer", "basic"}


def is_in(credential: Credential, copy: Copy) -> bool:
    name = base(credential.name)
    if copy.header is not None:
        if copy.header.lower() == "authorization":
            scheme = (copy.value or "").partition(" ")[0].lower()
            return name in {scheme, "header:authorization"} or credential.mechanism == "rescind"
        return name.lower() == f"header:{copy.header.lower()}"
    if name.startswith("cookie:"):
        return name.removeprefix("cookie:") in copy.cookies
    if name == "remember":
        return any("remember" in each for each in copy.cookies)
    return name == "session" or credential.mechanism in {*SESSIONS, "rescind", "jwt_cookie"}


def predicted(route: Route, drawn: Map, copy: Copy, end: str | None) -> Behaviour | None:
    """Of a route after one of the map's ends: the slowest of what is in the copy, which opens the door as
    long as any of it does. None: the map says nothing of it."""
    some = carried(route, drawn, copy)
    if end is None or not some:
        return None
    found: list[Behaviour] = [getattr(each, end) for each in some]
    return max(found, key=lambda each: each.rank)
