"""A drill's file from a map: how one signs in, which page proves it, how access ends, as far as routes tell.

What no route tells (names of fields, who signs in) is marked with a comment for somebody to complete.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

from rescind.paths.comparing import base
from rescind.paths.endings import kinds_of
from rescind.paths.errors import PathsError
from rescind.paths.following.known import SIGN_IN
from rescind.paths.model import Behaviour, Credential, Map, Route
from rescind.paths.words import plain
from rescind.predicted.reaching import PARAMETER

LIKELY = ("me", "account", "profile", "whoami", "session", "user")
COOKIES = {"fastapi": "session", "starlette": "session", "flask": "session", "django": "sessionid"}
LONGEST = 86_400.0  # seconds; a bound that is longer is no bound for a drill


def draft(drawn: Map) -> str:
    """The text of the file.

    Raises:
        PathsError: no route signs anybody in, or none asks for what that gives.
    """
    signing = [route for route in drawn.routes if signs_in(route)]
    if not signing:
        raise PathsError(f"{drawn.target}: no route signs in: write the drill by hand (rescind drill init)")
    credential = usual(drawn)
    pages = [each for each in drawn.routes if is_page(each, credential)]
    if not pages:
        raise PathsError(
            f"{drawn.target}: no route without parameters answers GET to {credential.name}:"
            " write the drill by hand (rescind drill init)"
        )
    parts = [HEAD.format(target=plain(drawn.target)), sign_in(signing, credential, drawn), probe(pages)]
    return "\n".join([*parts, *ends(drawn, credential), TAIL])


def signs_in(route: Route) -> bool:
    last = route.path.rstrip("/").rpartition("/")[2]
    return route.method in {"POST", "ANY"} and bool(SIGN_IN.search(last) or last in {"token", "login"})


def usual(drawn: Map) -> Credential:
    """The credential that most routes accept."""
    counts = Counter(name for route in drawn.routes for name in route.accepts[:1])
    if not counts:
        raise PathsError(f"{drawn.target}: no route accepts a credential: there is nothing to end")
    return drawn.credentials[counts.most_common(1)[0][0]]


def is_page(route: Route, credential: Credential) -> bool:
    is_asked = route.method in {"GET", "ANY"} and route.path.startswith("/")
    return is_asked and credential.name in route.accepts and not PARAMETER.search(route.path)


def written(value: str) -> str:
    """As a basic string of TOML, whose escapes are those of JSON; braces are the drill's own for values."""
    return json.dumps(plain(value), ensure_ascii=False).replace("{", "{{").replace("}", "}}")


def sign_in(signing: list[Route], credential: Credential, drawn: Map) -> str:
    path = min(signing, key=lambda each: len(each.path)).path
    name = base(credential.name)
    fields = '{ username = "{user}", password = "{password}" }'
    form = "json" if drawn.framework in {"fastapi", "starlette"} else "form"
    if name in {"bearer", "basic"} or name.startswith("header:"):
        header = "Authorization" if ":" not in name else name.partition(":")[2]
        value = "{token}" if ":" in name else f"{name.title()} {{token}}"
        capture = ', capture = { token = { json = "/access_token" } }'
        copy = f"{{ header = {json.dumps(header)}, value = {json.dumps(value)} }}"
    else:
        cookie = name.partition(":")[2] or COOKIES.get(drawn.framework, "session")
        if credential.mechanism == "rescind":
            cookie = "__Host-rescind"
        capture, copy = "", f"{{ cookies = [{json.dumps(cookie)}] }}"
    return (
        "[sign_in]  # complete this: names of fields, form or json, and what is captured\n"
        f"steps = [{{ post = {written(path)}, {form} = {fields}{capture} }}]\ncopy  = {copy}\n"
    )


def probe(pages: list[Route]) -> str:
    page = min(
        pages, key=lambda each: (not each.path.rstrip("/").endswith(LIKELY), len(each.path), each.path)
    )
    return (
        f"[probe]  # with --from-paths each route is asked in its place\nget      = {written(page.path)}\n"
        'accepted = { status = 200, body = "{user}" }\n'
        'refused  = [{ status = [401, 403] }, { status = [302, 303], location = "/" }]\n'
    )


def ends(drawn: Map, credential: Credential) -> Iterator[str]:
    """Those that routes without parameters offer; for the others somebody else has to act."""
    told = {
        "sign_out": ("sign out", credential.on_revoke),
        "password": ("new password", credential.on_password_change),
    }
    found = False
    for kind, (name, behaviour) in told.items():
        for route in drawn.routes:
            ending = route.method in {"POST", "DELETE", "ANY"} and not PARAMETER.search(route.path)
            if ending and route.path.startswith("/") and kinds_of(route.path, route.method) == {kind}:
                found = True
                yield end(name, route, behaviour, credential)
                break
    if not found:
        yield "# No route ends access by its name: complete this.\n" + end(
            "sign out", None, credential.on_revoke, credential
        )


def end(name: str, route: Route | None, behaviour: Behaviour, credential: Credential) -> str:
    verb = "delete" if route is not None and route.method == "DELETE" else "post"
    path = written("/logout" if route is None else route.path)
    who = ', headers = { Authorization = "Bearer {token}" }' if base(credential.name) == "bearer" else ""
    body = ', form = { new_password = "{password}" }' if name == "new password" else ""
    step = f"{{ {verb} = {path}{who}{body}, expect = [200, 204, 302, 303] }}"
    return f'[[end]]\nname  = "{name}"\nsteps = [{step}]\nbound = {bound(behaviour)}\n'


def bound(behaviour: Behaviour) -> str:
    """As predicted; what has no bound that a drill could wait for must be held to something all the same."""
    if behaviour.kind == "immediate":
        return '"immediate"'
    if behaviour.kind in {"bounded", "expiry"} and behaviour.seconds and behaviour.seconds <= LONGEST:
        return f'"{behaviour.seconds:g}s"  # as the map says'
    return f'"immediate"  # the map says: {behaviour.kind}'


HEAD = """# A drill of {target}, written from its map: complete what is marked, then
#   rescind drill check FILE                 signs in once, asks once, ends nothing
#   rescind drill FILE --from-paths MAP      measures each route that can be asked, held against the map

[target]
bases = ["http://127.0.0.1:8000"]

[vars]  # complete this: who signs in
user     = "alice"
password = {{ env = "DRILL_PASSWORD" }}
"""
TAIL = """[run]  # of each route and each [[end]]
trials = 2
watch  = "1s"
"""
