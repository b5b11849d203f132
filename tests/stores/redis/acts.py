"""What the tests of the Redis store do."""

from __future__ import annotations

from typing import Any

from rescind.model.revocation import LogEntry, Scope
from rescind.model.session import SessionRecord
from rescind.stores.redis import RedisStore
from rescind.testing.records import a_session, a_standing, an_entry


def start(store: RedisStore, **facts: Any) -> SessionRecord:
    """A live session with its principal's standing."""
    record = a_session(store.head(), **facts)
    with store.write() as unit:
        unit.put_standing(a_standing(record.principal_id))
        unit.insert_session(record)
    return record


def append(store: RedisStore, target: str = "7", scope: Scope = Scope.PRINCIPAL, **facts: Any) -> LogEntry:
    with store.write() as unit:
        return unit.append(an_entry(scope, target, **facts))


def is_over(store: RedisStore, record: SessionRecord) -> bool:
    """Whether a check that reads the authority refuses the session: it is gone, or its log is."""
    facts = store.facts(record.id)
    return facts is None or facts.record.birth != facts.head.birth or facts.ended_by is not None
