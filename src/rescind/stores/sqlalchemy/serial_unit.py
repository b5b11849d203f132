"""Units of work that come one after another: an entry takes its number when it is appended."""

from __future__ import annotations

from dataclasses import replace

from rescind.model.revocation import Head, LogEntry
from rescind.stores.sqlalchemy import rows
from rescind.stores.sqlalchemy import statements as s
from rescind.stores.sqlalchemy.unit import SqlUnit


class SerialUnit(SqlUnit):
    """A unit under a lock that lets no other write: SQLite's, or that of the log's head."""

    __slots__ = ()

    def append(self, entry: LogEntry) -> LogEntry:
        known = self.find_entry(entry.id)
        if known is not None:
            return known
        seq = self.head().seq + 1
        self.run(s.ADVANCE, to_seq=seq)
        self._taken(seq)
        appended = replace(entry, seq=seq)
        self.run(s.INSERT_ENTRY, **rows.entry_values(appended))
        return appended

    def _taken(self, seq: int) -> None:
        """The number is taken and the lock held; the entry is not written yet."""

    def numbered(self, entry: LogEntry) -> LogEntry:
        return entry

    def reach(self) -> Head:
        return self.head()

    def keep_openers_out(self) -> None:
        """The lock does."""

    def forget_entry(self, entry: LogEntry) -> None:
        self.run(s.DELETE_ENTRY, of_id=entry.id)
        self.run(s.SET_FLOOR, to_floor=entry.seq)
