"""What the memory store remembers, and every question about it.

A unit of work writes into a *layer* over the committed tables, so that its own reads see its writes, those of
everybody else see the last commit, and an exception leaves nothing behind: the layer is dropped.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass, field, fields, replace

from rescind._tokens import new_id
from rescind.model.audit_event import AuditEvent
from rescind.model.credential import Account, PasswordCredential
from rescind.model.family import Family, KeyEnd
from rescind.model.principal import Standing
from rescind.model.revocation import Head, LogEntry, Scope
from rescind.model.session import Facts, SessionRecord
from rescind.policy.ending import ends, is_wide, targets
from rescind.stores.base import Selection

Key = tuple[str, str]
Target = tuple[str, Scope, str]


@dataclass(slots=True)
class Tables:
    """The tables that a unit of work can write.

    Attributes:
        log: entries by number, in order.
        wide: ``end`` entries wider than one row, by realm, scope and target, in order.
        digests: session id by token digest.
        standings, accounts, passwords: by realm and principal id or login.
        audit: events by id, in the order in which they were committed.
        families: by session id.
        ended_keys: by realm and kid.
    """

    head: Head = field(default_factory=lambda: Head(birth=new_id(), seq=0, counter_id=new_id()))
    log: MutableMapping[int, LogEntry] = field(default_factory=dict)
    entry_ids: MutableMapping[str, int] = field(default_factory=dict)
    wide: MutableMapping[Target, tuple[LogEntry, ...]] = field(default_factory=dict)
    sessions: MutableMapping[str, SessionRecord] = field(default_factory=dict)
    digests: MutableMapping[bytes, str] = field(default_factory=dict)
    standings: MutableMapping[Key, Standing] = field(default_factory=dict)
    accounts: MutableMapping[Key, Account] = field(default_factory=dict)
    passwords: MutableMapping[Key, PasswordCredential] = field(default_factory=dict)
    audit: MutableMapping[str, AuditEvent] = field(default_factory=dict)
    families: MutableMapping[str, Family] = field(default_factory=dict)
    ended_keys: MutableMapping[Key, KeyEnd] = field(default_factory=dict)

    def layer(self) -> Tables:
        """An empty layer over these tables."""
        return Tables(self.head, *(ChainMap({}, getattr(self, name)) for name in _TABLE_NAMES))

    def absorb(self, layer: Tables) -> None:
        """Commit a layer made by ``layer()``."""
        self.head = layer.head
        for name in _TABLE_NAMES:
            getattr(self, name).update(getattr(layer, name).maps[0])

    def entry(self, id: str) -> LogEntry | None:
        seq = self.entry_ids.get(id)
        return None if seq is None else self.log[seq]

    def add_entry(self, entry: LogEntry) -> None:
        self.log[entry.seq] = entry
        self.entry_ids[entry.id] = entry.seq
        if is_wide(entry):
            target = (entry.realm, entry.scope, entry.target)
            self.wide[target] = (*self.wide.get(target, ()), entry)

    def drop_entry(self, entry: LogEntry) -> None:
        """Forget one entry; only on committed tables."""
        del self.log[entry.seq]
        del self.entry_ids[entry.id]
        if is_wide(entry):
            target = (entry.realm, entry.scope, entry.target)
            rest = tuple(kept for kept in self.wide[target] if kept.seq != entry.seq)
            if rest:
                self.wide[target] = rest
            else:
                del self.wide[target]

    def tenant_of(self, record: SessionRecord) -> str | None:
        standing = self.standings.get((record.realm, record.principal_id))
        return None if standing is None else standing.tenant

    def ended_by(self, record: SessionRecord, *, below: int | None = None) -> LogEntry | None:
        """The first wide ``end`` that ends the session, if there is one; of numbers below ``below`` only."""
        tenant = self.tenant_of(record)
        found = [
            entry
            for scope, target in targets(record, tenant)
            for entry in self.wide.get((record.realm, scope, target), ())
            if ends(entry, record, tenant) and (below is None or entry.seq < below)
        ]
        return min(found, key=lambda entry: entry.seq, default=None)

    def materialise(self, record: SessionRecord, entry: LogEntry) -> None:
        """Mark the session as what the log says that it is, before the log can no longer say it."""
        self.sessions[record.id] = replace(
            record, ended_at=entry.at, ended_reason=entry.reason, ended_by=entry.initiator
        )

    def facts(self, session_id: str) -> Facts | None:
        record = self.sessions.get(session_id)
        if record is None:
            return None
        standing = self.standings.get((record.realm, record.principal_id))
        return Facts(record, standing, self.head, self.ended_by(record))

    def has_ended(self, record: SessionRecord, *, below: int | None = None) -> bool:
        """By mark, by log (of numbers below ``below`` only), or with the log that it was issued by."""
        return (
            record.ended_at is not None
            or record.birth != self.head.birth
            or self.ended_by(record, below=below) is not None
        )

    def is_live(self, record: SessionRecord, now: int, *, below: int | None = None) -> bool:
        return within_limits(record, now) and not self.has_ended(record, below=below)

    def selected(self, selection: Selection) -> Iterator[SessionRecord]:
        """Every row of a selection, whatever its state."""
        for record in self._candidates(selection):
            if (
                record.realm == selection.realm
                and record.id != selection.keep
                and (selection.issued_before is None or record.issued_seq < selection.issued_before)
                and (selection.scope, selection.target) in targets(record, self.tenant_of(record))
            ):
                yield record

    def count(self, selection: Selection, now: int) -> tuple[int, int]:
        rows = list(self.selected(selection))
        below = selection.issued_before
        return len(rows), sum(self.is_live(record, now, below=below) for record in rows)

    def count_signed(self, realm: str, kid: str, now: int) -> tuple[int, int]:
        """See ``Store.count_signed``."""
        signed = [
            (family, record)
            for family in self.families.values()
            if family.signed_by == kid
            and (record := self.sessions.get(family.session_id)) is not None
            and record.realm == realm
        ]
        return len(signed), sum(
            family.signed_until > now and self.is_live(record, now) for family, record in signed
        )

    def _candidates(self, selection: Selection) -> list[SessionRecord]:
        if selection.scope is Scope.SESSION:
            record = self.sessions.get(selection.target)
            return [] if record is None else [record]
        return list(self.sessions.values())


_TABLE_NAMES = tuple(table.name for table in fields(Tables) if table.name != "head")


def within_limits(record: SessionRecord, now: int) -> bool:
    """Neither past the absolute end nor idle: at the limit itself it is over."""
    return now < record.expires_at and (record.idle is None or now < record.last_seen + record.idle)
