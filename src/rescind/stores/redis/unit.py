"""A unit of work: that of the memory store, over tables that are fetched as asked.

What it reads, it reads under the write lock, so that nothing changes meanwhile; what it writes stays in the
layer until the block ends and one script commits it. So the logic is the memory store's and the atomicity the
server's.
"""

from __future__ import annotations

from array import array
from collections import ChainMap
from typing import Any, NoReturn, cast

from rescind.errors import NoAccounts
from rescind.model.credential import Account, PasswordCredential
from rescind.model.principal import Standing
from rescind.model.revocation import Head, LogEntry, Scope
from rescind.model.session import SessionRecord
from rescind.policy.ending import targets
from rescind.stores.base import Selection
from rescind.stores.memory.tables import Tables
from rescind.stores.memory.unit import MemoryUnit
from rescind.stores.redis import keys
from rescind.stores.redis.reads import Reader
from rescind.stores.redis.tables import Fetched, put, put_wide


class UnitTables(Tables):
    """Layers over what is fetched through ``reader``.

    Attributes:
        before: the head that the unit began with.
    """

    __slots__ = ("_reader", "before")

    def __init__(self, head: Head, reader: Reader) -> None:
        self._reader = reader
        self.before = head
        super().__init__(
            head,
            log=layer(lambda seq: None),
            entry_ids=layer(self._number),
            wide=layer(reader.wide),
            sessions=layer(self._session),
            digests=layer(lambda digest: reader.named(keys.digest(digest))),
            standings=layer(lambda key: reader.standing(*key)),
            audit=layer(lambda event_id: None),
            families=layer(reader.family),
            ended_keys=layer(lambda key: reader.key_end(*key)),
        )

    def _number(self, entry_id: str) -> int | None:
        entry = self._reader.entry(entry_id)
        if entry is None:
            return None
        fetched(self.log)[entry.seq] = entry
        return entry.seq

    def _session(self, session_id: str) -> SessionRecord | None:
        self.load([session_id])
        return fetched(self.sessions).get(session_id)

    def load(self, ids: list[str]) -> None:
        """Fetch sessions with all that judges them."""
        rows = fetched(self.sessions)
        missing = [one for one in ids if one not in rows]
        if missing:
            put(self._reader.gather(missing), rows, fetched(self.standings), fetched(self.wide))

    def expect(self, record: SessionRecord) -> None:
        """Fetch, in one question, what will judge a session that is about to be inserted."""
        tenant = self.tenant_of(record)
        wide = [keys.wide(scope, record.realm, target) for scope, target in targets(record, tenant)]
        gathered = self._reader.gather([record.id], wide)
        rows, known = fetched(self.sessions), fetched(self.wide)
        rows.setdefault(record.id, None)
        put(gathered, rows, fetched(self.standings), known)
        put_wide(gathered[-1], record, tenant, known)

    def _candidates(self, selection: Selection) -> list[SessionRecord]:
        found: dict[str, SessionRecord] = {}
        for one in (selection, *self._moved_here(selection)):
            for page in self._reader.candidates(one):
                self.load(page)
                found |= {key: self.sessions[key] for key in page if key in self.sessions}
        own = cast("ChainMap[str, SessionRecord]", self.sessions).maps[0]
        return [*{**found, **own}.values()]

    def _moved_here(self, selection: Selection) -> list[Selection]:
        """Principals that this very unit brought into the tenant: the index does not know them yet."""
        people = cast("ChainMap[tuple[str, str], Standing]", self.standings).maps[0].values()
        return [
            Selection(one.realm, Scope.PRINCIPAL, one.id)
            for one in people
            if selection.scope is Scope.TENANT
            and (one.realm, one.tenant) == (selection.realm, selection.target)
        ]


class RedisUnit(MemoryUnit):
    """See ``rescind.stores.base.UnitOfWork``; made by ``RedisStore.write``, which took the write lock."""

    __slots__ = ("_reader",)

    def __init__(self, tables: UnitTables, reader: Reader) -> None:
        super().__init__(tables, array("Q", [0]))
        self._reader = reader

    def insert_session(self, record: SessionRecord) -> None:
        cast("UnitTables", self._tables).expect(record)
        super().insert_session(record)

    def successor(self, record: SessionRecord) -> SessionRecord | None:
        sessions = cast("ChainMap[str, SessionRecord]", self._tables.sessions)
        own = next((one for one in sessions.maps[0].values() if one.parent_id == record.id), None)
        if own is not None:
            return own
        session_id = self._reader.named(keys.child(record.id))
        return None if session_id is None else self.session(session_id)

    def account(self, realm: str, login: str) -> NoReturn:
        refuse_accounts()

    def insert_account(self, account: Account) -> NoReturn:
        refuse_accounts()

    def password(self, realm: str, principal_id: str) -> NoReturn:
        refuse_accounts()

    def put_password(self, credential: PasswordCredential) -> NoReturn:
        refuse_accounts()


def refuse_accounts() -> NoReturn:
    """Raises:
    NoAccounts: Redis alone keeps no login names and passwords.
    """
    raise NoAccounts(
        "accounts and passwords are not kept in Redis alone: verify the password in the application and call "
        'sessions.start(id), or name a SQL database in url: Rescind("sqlite:///app.db")'
    )


def layer(fetch: Any) -> Any:
    return ChainMap({}, cast("Any", Fetched(fetch)))


def fetched(table: Any) -> dict[Any, Any]:
    """What is known of a table below the layer."""
    return cast("dict[Any, Any]", table.maps[1].known)


def entries_of(tables: Tables) -> list[LogEntry]:
    """What a unit of work appended, in order."""
    appended = cast("ChainMap[int, LogEntry]", tables.log).maps[0]
    return [appended[seq] for seq in sorted(appended)]
