"""Faults of data, people and units of work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from tests.testing.broken.base import CAUGHT_BY, caught_by, with_unit

from rescind.model.audit_event import AuditEvent
from rescind.model.principal import Standing
from rescind.stores.base import UnitOfWork
from rescind.stores.memory import MemoryStore
from rescind.stores.memory.unit import MemoryUnit, Saved, data_texts


@caught_by("test_a_late_write_changes_nothing")
class LateWrites(MemoryStore):
    def save_data(self, session_id: str, changed: dict[str, Any], removed: Sequence[str]) -> bool:
        if super().save_data(session_id, changed, removed):
            return True
        self._data.setdefault(session_id, {}).update(dict.fromkeys(changed, "1"))
        return False


@caught_by("test_keys_are_written_and_removed_one_by_one")
class DataAsAWhole(MemoryStore):
    def save_data(self, session_id: str, changed: dict[str, Any], removed: Sequence[str]) -> bool:
        self._data.pop(session_id, None)
        return super().save_data(session_id, changed, removed)


class _Forgetful(MemoryUnit):
    """Takes the data for that of a session that may have ended."""

    __slots__ = ()

    def save_data(self, session_id: str, changed: dict[str, Any], removed: Sequence[str]) -> bool:
        record = self.session(session_id)
        if record is None:
            return False
        self.saved.append(Saved(record, data_texts(changed), tuple(removed)))
        return True


CAUGHT_BY[with_unit(_Forgetful)] = "test_a_unit_writes_no_data_of_what_has_ended"


@caught_by("test_data_goes_with_the_unit_that_fails")
class DataBesideTheUnit(MemoryStore):
    """As if the data were written on another connection."""

    @contextmanager
    def _unit(self) -> Iterator[UnitOfWork]:
        with super()._unit() as unit:
            assert isinstance(unit, MemoryUnit)
            try:
                yield unit
            finally:
                for saved in unit.saved:
                    self._put_data(saved)


@caught_by("test_evidence_is_one_snapshot")
class EvidenceThenHead(MemoryStore):
    """The hole that lets the old password in (REVOCATION: ``issued_seq`` read too late)."""

    def password_evidence(self, realm: str, principal_id: str) -> Any:
        evidence = super().password_evidence(realm, principal_id)
        for _ in range(10_000):
            head = self.head()
        return replace(evidence, head=head)


@caught_by("test_standings_are_paged_by_id")
class RealmByPrefix(MemoryStore):
    def standings(self, realm: str, *, limit: int = 100, after: str | None = None) -> Sequence[Standing]:
        return (
            sorted(self._tables.standings.values(), key=lambda row: row.id)[:limit] if after is None else []
        )


class _OwnTransaction(MemoryUnit):
    """Audits on another connection, so that the event survives what it tells of."""

    __slots__ = ()

    def audit(self, event: AuditEvent) -> None:
        self._tables.audit.maps[1][event.id] = event  # type: ignore[attr-defined]


CAUGHT_BY[with_unit(_OwnTransaction)] = "test_a_fault_inside_leaves_nothing"


@caught_by("test_a_fault_inside_leaves_nothing")
class CommitsOnFault(MemoryStore):
    @contextmanager
    def _unit(self) -> Iterator[UnitOfWork]:
        fault = None
        with super()._unit() as unit:
            try:
                yield unit
            except BaseException as error:  # noqa: BLE001 - the fault under test
                fault = error
        if fault is not None:
            raise fault


@caught_by("test_units_come_one_after_another")
class LostUpdates(MemoryStore):
    """No write lock: two units read the same row."""

    @contextmanager
    def _write_lock(self) -> Iterator[None]:
        yield


@caught_by("test_the_newest_event_comes_first")
class OldestFirst(MemoryStore):
    def audit_events(
        self, realm: str, *, subject: str | None = None, limit: int = 100, before: str | None = None
    ) -> Sequence[AuditEvent]:
        return super().audit_events(realm, subject=subject, limit=limit, before=before)[::-1]
