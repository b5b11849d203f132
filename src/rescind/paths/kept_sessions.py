"""Sessions of Flask that a server keeps, by Flask-Session: the cookie is a number.

At the end of each request its whole content is written, whether or not the session is still there
(``ServerSideSessionInterface.save_session``). So a request that is under way while somebody signs out brings
the session back, with what was in it, and a copy of the cookie can see to it that one always is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from rescind.paths.model import Behaviour, Mechanism

KINDS: dict[str, Mechanism] = {
    "redis": "session_cache", "memcached": "session_cache", "filesystem": "session_file",
    "sqlalchemy": "session_db", "mongodb": "session_db", "dynamodb": "session_db",
}  # fmt: skip
CACHES: dict[str, Mechanism] = {
    "FileSystemCache": "session_file", "SimpleCache": "session_cache", "RedisCache": "session_cache",
    "MemcachedCache": "session_cache",
}  # fmt: skip


class Kept(NamedTuple):
    """Where they are kept, and whether each request begins the time anew."""

    mechanism: Mechanism
    renews: bool


def kept_in(settings: Mapping[str, Any]) -> Kept | None:
    """As Flask-Session keeps them; None: in the cookie, or nobody knows."""
    parts = str(settings.get("session_interface", "")).split(".")
    if parts[0] != "flask_session" or len(parts) < 2:
        return None
    if parts[1] == "cachelib":
        mechanism = CACHES.get(str(settings.get("session_store", "")).rpartition(".")[2])
    else:
        mechanism = KINDS.get(parts[1])
    renews = settings.get("SESSION_REFRESH_EACH_REQUEST", True) is not False
    return None if mechanism is None else Kept(mechanism, renews)


def brought_back(natural: Behaviour) -> Behaviour:
    """What signing out does."""
    why = "whatever signing out takes out, a request that is under way then writes back"
    return Behaviour(natural.kind, f"{why}; {natural.why}", natural.seconds)
