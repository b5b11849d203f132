"""Who a route is for, as far as its path, what it asks for and how it is asked tell."""

from __future__ import annotations

from collections.abc import Iterable

from rescind.paths.following.known import ADMIN, API
from rescind.paths.model import Credential

MACHINE = {"api_key", "static_key"}
ROLE_WORDS = ("admin", "staff", "superuser")


def audience_of(
    path: str, endpoint: str, accepts: Iterable[Credential], roles: Iterable[str], *, protected: bool
) -> str:
    """One of ``admin``, ``machine``, ``api``, ``user``, ``public``."""
    mechanisms = {each.mechanism for each in accepts}
    asks = any(word in role.lower() for role in roles for word in ROLE_WORDS)
    if ADMIN.search(path) or (protected and (asks or ADMIN.search(endpoint))):
        return "admin"
    if not protected:
        return "public"
    if mechanisms and mechanisms <= MACHINE:
        return "machine"
    return "api" if API.search(path) or mechanisms & MACHINE else "user"
