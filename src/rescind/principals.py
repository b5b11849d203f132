"""``auth.principals``: standing, and the application's own table of users. Thin; the flows decide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Generic

from rescind._tokens import new_id
from rescind.errors import CommitUnknown, ConfigurationError
from rescind.flows.context import current_initiator
from rescind.flows.set_standing import UNSET, Change, Unset, set_standing
from rescind.model.principal import P, Standing, text_id
from rescind.orders import read_reason
from rescind.revocation.receipt import Receipt

if TYPE_CHECKING:
    from rescind.engine import Rescind
    from rescind.flows.revoke import Ended
    from rescind.stores.sqlalchemy.triggers.watch import Watch


class Principals(Generic[P]):
    """Standing: who may act at all, with which roles, in which tenant."""

    def __init__(self, engine: Rescind[P]) -> None:
        self._engine = engine
        self._core = engine.core

    def get(self, principal: P) -> Standing | None:
        """The standing, ``None`` for a principal never seen."""
        self._engine.refuse_on_loop("await auth.aio.principals.get(...)")
        self._core.begin()
        return self._core.store.standing(self._core.settings.realm, self._core.ids.text(principal))

    def list(self, *, limit: int = 100, after: str | None = None) -> Sequence[Standing]:
        """Principals ordered by id, paged by ``after``."""
        self._engine.refuse_on_loop("await auth.aio.principals.list(...)")
        self._core.begin()
        return self._core.store.standings(self._core.settings.realm, limit=limit, after=after)

    def set(
        self,
        principal: P,
        *,
        active: bool | Unset = UNSET,
        roles: Sequence[str] | Unset = UNSET,
        tenant: str | Unset | None = UNSET,
        reason: str,
        by: str | None = None,
        id: str | None = None,
        wait: bool = True,
        connection: Any = None,
    ) -> Receipt:
        """Change the standing. When the receipt is final, every worker judges by the new facts.

        ``active=False`` refuses everything of the principal until it is set back; ``revoke`` is for good.

        Args:
            active, roles, tenant: what is left out stays as it is.
            reason: why; required.
            by, id, wait, connection: as for ``revoke``.
        """
        self._engine.refuse_on_loop("await auth.aio.principals.set(...)")
        started = self._core.clock.lease()
        change_id = new_id() if id is None else text_id(id, argument="id")
        ended = self.commit(
            principal,
            Change(active, roles, tenant),
            id=change_id,
            reason=reason,
            by=by,
            connection=connection,
        )
        if connection is not None:
            return self._core.settle_joined(change_id, ended, connection, started, changed=True)
        return self._core.settlement(change_id, ended, started, changed=True).run(wait=wait)

    def commit(
        self, principal: P, change: Change, *, id: str, reason: str, by: str | None, connection: Any
    ) -> Ended:
        """For the faces: the transaction of ``set``, without waiting for anybody."""
        text = self._core.ids.text(principal)
        self._core.begin(log_alone=True)
        try:
            return set_standing(
                self._core.ctx,
                text,
                change,
                id=id,
                reason=read_reason(reason),
                by=current_initiator.get() if by is None else text_id(by, argument="by"),
                connection=connection,
            )
        except CommitUnknown as unknown:
            return self._core.resolve_unknown(id, unknown)

    def watch(
        self,
        users: Any,
        *,
        key: Any = None,
        active: Any = None,
        password: Any = None,
        roles: Any = None,
        tenant: Any = None,
    ) -> Watch:
        """Declare the application's own table of users, so that triggers on it can tell the log whatever
        changes them, also ``psql``, ``sqlite3`` and other programs. No I/O: ``rescind db triggers install``,
        or ``install()`` of what is returned, puts them there.

        Args:
            users: a ``Table`` of SQLAlchemy or a mapped class, in the database of ``url``.
            key: the column with the principal's id; default the primary key, if it is one column.
            active: a column, or an expression of the row such as ``users.c.deleted_at.is_(None)``. Where it
                is not true the principal is disabled.
            password: the column with the hash; another one ends every session.
            roles: a column with one role as text, or with a JSON list (PostgreSQL: or array) of them.
            tenant: a column of text, numbers or UUIDs.

        Raises:
            ConfigurationError: what cannot be watched, in this database or at all; the message names the
                argument. Or something is watched already.
        """
        if self._core.watch is not None:
            raise ConfigurationError(
                f"principals.watch: {self._core.watch.table} is watched already: once is all"
            )
        from rescind.stores.sqlalchemy.triggers.watch import Watch

        self._core.watch = Watch(
            self._core.store, self._core.settings.realm, self._core.ids.kind, users,
            key=key, active=active, password=password, roles=roles, tenant=tenant,
        )  # fmt: skip
        return self._core.watch

    def keep_sessions(
        self, principal: P, *, password: str, by: str | None = None, connection: Any = None
    ) -> None:
        """What is about to be written into the column that is watched as ``password`` ends nothing: it is
        another hash of the same password, or ``revoke(principal=..., keep=...)`` has ended what is to end.
        Call it before you write; it is good for this very hash, once, for a minute.

        Args:
            password: the new value of the column.
            by: as for ``revoke``.
            connection: the caller's, as for ``revoke``; needed on SQLite where its transaction has written.

        Raises:
            ConfigurationError: nothing is watched.
        """
        self._engine.refuse_on_loop("await auth.aio.principals.keep_sessions(...)")
        self.note_kept(principal, password=password, by=by, connection=connection)

    def note_kept(self, principal: P, *, password: str, by: str | None, connection: Any) -> None:
        """For the faces: the same, where this thread may block."""
        watch = self._core.watch
        if watch is None:
            raise ConfigurationError(
                "keep_sessions: declare the users first: auth.principals.watch(users, ...)"
            )
        self._core.begin(log_alone=True)
        who = current_initiator.get() if by is None else text_id(by, argument="by")
        watch.keep_sessions(self._core.ids.text(principal), password, by=who, connection=connection)
