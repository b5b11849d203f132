"""Small maps made by hand, for what reads maps."""

from __future__ import annotations

from typing import Any

from rescind.paths.model import Behaviour, Credential, Evidence, Map, Route
from rescind.paths.policy.configuration import Policy, policy_of

AT_ONCE = Behaviour("immediate", "it is looked up in SESSIONS on each request: shop/auth.py:12")
HOUR = Behaviour("expiry", "it carries its own end, and nothing is looked up", 3_600.0)
MINUTE = Behaviour("bounded", "the answer is remembered", 60.0)
NEVER = Behaviour("never", "nothing about it has an end")
OPEN = Behaviour("n/a", "anybody may ask")
UNKNOWN = Behaviour("unknown", "it is given to outside.check, which is not read: shop/auth.py:3")


def credential(name: str, on_revoke: Behaviour, **given: Any) -> Credential:
    """Every other end is as ``on_revoke``, unless it is given."""
    ends = {"disable": on_revoke, "password": on_revoke, "privilege": on_revoke} | given
    life = given.get("life", 3_600.0)
    return Credential(
        name, given.get("mechanism", "jwt"), life, on_revoke, ends["disable"], ends["password"],
        ends["privilege"], (Evidence("shop/auth.py", 12, "read from the header"),),
    )  # fmt: skip


def route(path: str, *accepts: Credential, method: str = "GET", **given: Any) -> Route:
    """Protected, when it accepts something."""
    worst = max((each.on_revoke for each in accepts), key=lambda each: each.rank, default=OPEN)
    name = given.get("endpoint", f"shop.views.{path.strip('/').replace('/', '_') or 'home'}")
    return Route(
        method, path, name, given.get("file", "shop/views.py"), given.get("line", 12),
        given.get("protected", bool(accepts)), "credential" if accepts else "none",
        tuple(each.name for each in accepts), tuple(dict.fromkeys(each.mechanism for each in accepts)),
        given.get("audience", "user" if accepts else "public"), accepts[0].on_revoke if accepts else OPEN,
        given.get("worst", worst), tuple(e for each in accepts for e in each.evidence),
        given.get("notes", ()),
    )  # fmt: skip


def drawn(*routes: Route, credentials: tuple[Credential, ...] = ()) -> Map:
    return Map("shop.main:app", "fastapi", {each.name: each for each in credentials}, routes)


def written(folder: Any, text: str) -> Policy:
    """The policy of a rescind.toml."""
    (folder / "rescind.toml").write_text(text)
    return policy_of(folder / "rescind.toml")
