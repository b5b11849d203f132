"""The names of the keys: all with one hash tag, so that on a cluster they are one slot of one node.

A realm is quoted and a target stands last as it is, so that no two things can spell the same name.
"""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import quote

PREFIX = "{rescind}:"

META = PREFIX + "meta"
"""Birth, head and floor of the log."""
SERVER = PREFIX + "server"
"""What the log knows of the server that it lives in; see ``server``."""
OWNER = PREFIX + "owner"
"""Where there is a SQL log: which one the contents belong to."""
FENCE = PREFIX + "fence"
"""The token of the unit of work that began last; without it nothing is committed."""
LOCK = PREFIX + "lock"
"""There while a unit of work is open. It expires; ``FENCE`` makes that safe."""
FIRST = PREFIX + "first"
"""The number that this log began with; entries below it are of an older one and end nothing any more."""
LOG = PREFIX + "log"
"""Sorted set: entry ids by number."""
ENTRIES = PREFIX + "entries"
"""Hash: entries by id."""
WORKERS, ACKED, RETIRED = PREFIX + "workers", PREFIX + "acked", PREFIX + "retired"
"""The registry: rows by id, what they acknowledged by id, and the ids of the retired."""
SETTLED = PREFIX + "settled"
"""The incarnation that somebody has watched for a whole term."""
DUE = PREFIX + "due"
"""Sorted set: session ids by the time (microseconds) at which each is over."""
CHANNEL = PREFIX + "push"
"""Where commits are published, with the number of the database appended: channels span databases."""


@lru_cache(maxsize=256)
def _realm(realm: str) -> str:
    return quote(realm, safe="")


def session(session_id: str) -> str:
    return f"{PREFIX}s:{session_id}"


def data(session_id: str) -> str:
    """Hash: the application's data of a session."""
    return f"{PREFIX}v:{session_id}"


def family(session_id: str) -> str:
    """The refresh tokens of a session."""
    return f"{PREFIX}f:{session_id}"


def ended_keys(realm: str) -> str:
    """Hash: signing keys that have ended, by kid."""
    return f"{PREFIX}k:{_realm(realm)}"


def child(session_id: str) -> str:
    """The id of the session that replaced this one."""
    return f"{PREFIX}c:{session_id}"


def digest(value: bytes) -> str:
    """The id of the session that has this token digest."""
    return f"{PREFIX}d:{value.hex()}"


def who(realm: str, principal_id: str) -> str:
    """What comes after ``p:`` and ``i:principal:`` for one principal."""
    return f"{_realm(realm)}:{principal_id}"


def standing(realm: str, principal_id: str) -> str:
    return f"{PREFIX}p:{who(realm, principal_id)}"


def standings(realm: str) -> str:
    """Sorted set in the order of the ids: the principals of a realm."""
    return f"{PREFIX}P:{_realm(realm)}"


def tenant(realm: str, tenant_id: str) -> str:
    """Set: ``who`` of the principals of a tenant."""
    return f"{PREFIX}t:{_realm(realm)}:{tenant_id}"


def index(scope: str, realm: str, target: str) -> str:
    """Sorted set: session ids of a principal, credential or client by when their rows go (ms)."""
    return f"{PREFIX}i:{scope}:{_realm(realm)}:{target}"


def realm_index(realm: str) -> tuple[str, str]:
    """Two sorted sets of the session ids of a realm: by when their rows go, and in the order of the ids."""
    return f"{PREFIX}r:{_realm(realm)}", f"{PREFIX}R:{_realm(realm)}"


def wide(scope: str, realm: str, target: str) -> str:
    """Without the prefix, the sorted set of the ids of the wide ``end`` entries of one target, by number."""
    return f"w:{scope}:{_realm(realm)}:{target}"


def trail(realm: str) -> str:
    """Stream: the audit events of a realm."""
    return f"{PREFIX}a:{_realm(realm)}"
