"""``Rescind``: the engine. Each framework's face is this class with the framework's types on top."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Self, Unpack, overload

from rescind._clock import Clock, SystemClock
from rescind.aio import Aio
from rescind.config import SettingKeywords, Settings, make_settings
from rescind.core import Core, raise_refused
from rescind.credentials.password import Passwords
from rescind.errors import CommitUnknown, Refused
from rescind.flows.context import current_initiator
from rescind.flows.prune import begin_new_log, prune
from rescind.flows.revoke import Ended, Order, revoke
from rescind.flows.sign_in import sign_in
from rescind.flows.sign_out import sign_out_order
from rescind.model.principal import P, PrincipalIds
from rescind.model.revocation import Head, LogEntry, Scope
from rescind.model.session import Issued, Session
from rescind.namespaces import Accounts, Sessions
from rescind.orders import MISSING, RevokeKeywords, read_order, read_reason, read_selector
from rescind.principals import Principals
from rescind.revocation.outage import Health
from rescind.revocation.receipt import Receipt
from rescind.stores import make_store
from rescind.stores.base import PruneReport, Store


class Rescind(Generic[P]):
    """Sessions that can be taken back before the next request.

    The constructor validates settings and does no I/O: the store opens at first use or by ``open()``.

    Args:
        url: ``"sqlite:///app.db"``, ``"postgresql://user@host/database"``, ``"memory://"``; default: the
            environment variable ``RESCIND_URL``.
        principal_id: the application's own type of id: ``str`` (default), ``int`` or ``uuid.UUID``.
        settings: any field of ``rescind.config.Settings``; durations as ``"5m"``, seconds or ``timedelta``.
        clock: for tests (``rescind.testing.FakeClock``).
        store: a store of your own instead of one named by ``url``; it must pass ``StoreContract``.

    Raises:
        ConfigurationError: a setting that cannot work; the message names it and the mend.
        MissingExtra: the store's driver is not installed.

    Attributes:
        sessions, principals, accounts, passwords: what the engine governs.
        aio: the same for event loops.
    """

    @overload
    def __init__(
        self: Rescind[str],
        url: str | None = None,
        *,
        clock: Clock | None = None,
        store: Store | None = None,
        **settings: Unpack[SettingKeywords],
    ) -> None: ...

    @overload
    def __init__(
        self,
        url: str | None = None,
        *,
        principal_id: type[P],
        clock: Clock | None = None,
        store: Store | None = None,
        **settings: Unpack[SettingKeywords],
    ) -> None: ...

    def __init__(
        self,
        url: str | None = None,
        *,
        principal_id: Any = str,
        clock: Clock | None = None,
        store: Store | None = None,
        **settings: Any,
    ) -> None:
        ids: PrincipalIds[P] = PrincipalIds(principal_id)
        self.settings: Settings = make_settings(
            url or ("store://" if store is not None else None), principal_id=principal_id, **settings
        )
        clock = clock or SystemClock()
        if store is None:
            store = make_store(self.settings, clock)
        self.core: Core[P] = Core(self.settings, ids, clock, store)
        self.passwords = Passwords(
            queue=self.settings.hash_queue,
            deadline=self.settings.hash_deadline,
            before_blocking=self.refuse_on_loop,
        )
        self.sessions: Sessions[P] = Sessions(self)
        self.principals: Principals[P] = Principals(self)
        self.accounts: Accounts[P] = Accounts(self)
        self.aio: Aio[P] = Aio(self)
        self.bind()

    def bind(self) -> None:
        """For the faces, which override this and not the constructor, so that its types stay: what a
        framework adds to the engine. Does no I/O."""

    def __repr__(self) -> str:
        return f"<Rescind {self.settings!r}>"

    # -- life cycle -------------------------------------------------------------------------------------

    def open(self) -> None:
        """Connect and verify the schema now, so that what is wrong is said now.

        Raises:
            ConfigurationError: the place cannot be used as configured.
            SchemaTooNew, SchemaMissing: as their names say.
            StoreUnavailable: it does not answer.
        """
        self.refuse_on_loop("await auth.aio.open()")
        self.core.open()

    def close(self) -> None:
        """Give the lease back, write pending activity, end threads, close connections. Idempotent."""
        self.core.close()
        self.passwords.close()
        self.aio.shut()

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- checks -----------------------------------------------------------------------------------------

    def check(
        self, token: str | None, *, strict: bool = False, tenant: str | None = None, touch: bool = True
    ) -> Session[P] | Refused:
        """Who presents this token?

        Answered from memory while the lease holds (about a microsecond), else from the authority.

        Args:
            token: as presented; ``None`` when there was none.
            strict: read the authority for this check. Not needed for the promise.
            tenant: the tenant that asks; sessions of another are refused with ``wrong_tenant``.
            touch: whether this counts as activity; pass ``False`` for polling.

        Returns:
            the ``Session``, or a ``Refused`` with one of the stable inner codes. Returned and not raised: a
            refusal is an ordinary answer here.

        Raises:
            UseAio: ``strict`` on a thread with a running event loop.
            ConfigurationError: the store cannot be opened as configured.
        """
        if strict:
            self.refuse_on_loop("await auth.aio.check(token, strict=True)")
            return self.core.checks.check_strictly(token, tenant, touch)
        return self.core.checks.check(token, tenant, touch)

    def recheck(self, session: Session[P], *, touch: bool = True) -> Session[P]:
        """Judge a session again without its token: long handlers, SSE loops, background work.

        Returns:
            the session with today's facts.

        Raises:
            Refused: it has ended.
        """
        return raise_refused(self.core.checks.recheck(session.id, touch))

    def mark(self) -> Head:
        """The state of the log now; pass it to ``sessions.start(mark=...)``.

        Read it *before* you load the user that you are about to verify, so that a "sign out everywhere" that
        commits while you verify also ends the session that you are about to open.
        """
        self.refuse_on_loop("await auth.aio.mark()")
        self.core.begin()
        return self.core.store.head()

    # -- signing in and out -----------------------------------------------------------------------------

    def sign_in(
        self,
        login: str,
        password: str,
        *,
        client: str | None = None,
        label: str | None = None,
        replaces: str | tuple[str, ...] | None = None,
    ) -> Issued[P]:
        """Verify login and password of rescind's own accounts and open a session.

        Args:
            client, label: as for ``sessions.start``.
            replaces: the token that the browser carried until now; its session, if it is live, ends in the
                same transaction. Of several the first that names a live session. A sign-in that is refused
                ends nothing.

        Raises:
            Refused: the same for every cause; exactly one hash is computed, always.
            Overloaded: no hashing thread was free in time.
        """
        self.refuse_on_loop("await auth.aio.sign_in(login, password)")
        self.core.begin()
        opened = sign_in(
            self.core.ctx, self.passwords, login, password, client_id=client, label=label, replaces=replaces
        )
        return self.sessions.issued(opened)

    def sign_out(self, token: str | None) -> Receipt:
        """End the session of this token, everywhere. A token of no live session ends nothing."""
        self.refuse_on_loop("await auth.aio.sign_out(token)")
        started = self.core.clock.lease()
        return self.settle(self.sign_out_order(token), started)

    def sign_out_order(self, token: str | None) -> Order:
        """For the faces: what signing out with this token ends."""
        self.core.begin()
        return sign_out_order(self.core.ctx, token)

    # -- revocation -------------------------------------------------------------------------------------

    @overload
    def revoke(
        self, *, session: Session[Any] | str, reason: str, **further: Unpack[RevokeKeywords]
    ) -> Receipt: ...

    @overload
    def revoke(
        self, *, principal: P, reason: str, what: str = ..., keep: Session[Any] | str | None = ...,
        **further: Unpack[RevokeKeywords],
    ) -> Receipt: ...  # fmt: skip

    @overload
    def revoke(self, *, credential: str, reason: str, **further: Unpack[RevokeKeywords]) -> Receipt: ...

    @overload
    def revoke(
        self, *, client: str, reason: str, what: str = ..., **further: Unpack[RevokeKeywords]
    ) -> Receipt: ...

    @overload
    def revoke(
        self, *, tenant: str, reason: str, what: str = ..., **further: Unpack[RevokeKeywords]
    ) -> Receipt: ...

    @overload
    def revoke(self, *, signing_key: str, reason: str, **further: Unpack[RevokeKeywords]) -> Receipt: ...

    @overload
    def revoke(
        self, *, everything: bool, confirm: str, reason: str, **further: Unpack[RevokeKeywords]
    ) -> Receipt: ...

    def revoke(
        self,
        *,
        session: Any = MISSING,
        principal: Any = MISSING,
        credential: Any = MISSING,
        grant: Any = MISSING,
        client: Any = MISSING,
        tenant: Any = MISSING,
        signing_key: Any = MISSING,
        everything: Any = MISSING,
        confirm: str | None = None,
        what: str = "sessions",
        reason: str = "",
        keep: Session[Any] | str | None = None,
        by: str | None = None,
        id: str | None = None,
        wait: bool = True,
        connection: Any = None,
    ) -> Receipt:
        """End access. When the receipt is ``final``, no worker accepts what was ended on any request that
        starts from now on.

        Args:
            session, principal, credential, client, tenant, signing_key, everything: exactly one; ``None`` is
                an error. A signing key, by its ``kid``, ends with all access tokens that it ever signed; the
                sessions go on, and are given new ones by another key.
            confirm: the realm; needed with ``everything=True``.
            what: of a principal, client or tenant: ``"sessions"`` ("sign out everywhere"), ``"grants"``,
                ``"keys"``, ``"all"``.
            reason: why; required.
            keep: one live session of the principal that goes on.
            by: who; default: the current request's session, else ``"system"``.
            id: makes a retry idempotent: a known id appends nothing and waits for the same entry.
            wait: ``False`` returns a ``committed`` receipt after the commit; ``receipt.wait()`` goes on.
            connection: the caller's SQLAlchemy connection or session: part of its transaction; the receipt is
                ``pending`` until that commits. ``auth.aio`` takes an ``AsyncSession`` or ``AsyncConnection``.

        Raises:
            TypeError, ConfigurationError: arguments that do not fit; nothing was ended.
            Conflict: ``id`` belongs to another revocation; nothing was ended.
            NotFound: ``keep`` is no live session of that principal; nothing was ended.
            StoreUnavailable: nothing was ended.
            RevocationUnknown: the outcome of the commit is unknown; retry with the same ``id``.
            UseAio: on a thread with a running event loop.
        """
        self.refuse_on_loop("await auth.aio.revoke(...)")
        started = self.core.clock.lease()
        given = {
            "session": session, "principal": principal, "credential": credential, "grant": grant,
            "client": client, "tenant": tenant, "signing_key": signing_key, "everything": everything,
        }  # fmt: skip
        order = self.order(given, confirm=confirm, what=what, reason=reason, keep=keep, by=by, id=id)
        return self.settle(order, started, wait=wait, connection=connection)

    def order(
        self, given: dict[str, Any], *, confirm: str | None, what: str, reason: str, keep: Any,
        by: str | None, id: str | None,
    ) -> Order:  # fmt: skip
        """For the faces: validated arguments of ``revoke()``."""
        selector = read_selector(self.core.ids, self.settings.realm, given, confirm)
        return read_order(selector, what=what, reason=reason, keep=keep, by=by, id=id)

    def commit(self, order: Order, connection: Any = None) -> Ended:
        """For the faces: the transaction of a revocation, without waiting for anybody."""
        self.core.begin(log_alone=order.scope is not Scope.SESSION)
        if order.scope is Scope.SIGNING_KEY:
            self.core.store.require_families()
        try:
            return revoke(self.core.ctx, order, connection)
        except CommitUnknown as unknown:
            return self.core.resolve_unknown(order.id, unknown)

    def settle(
        self,
        order: Order,
        started: float,
        *,
        wait: bool = True,
        connection: Any = None,
    ) -> Receipt:
        """For the faces: commit an order and bring its receipt to its state.

        Args:
            started: lease clock, seconds, when the caller began; the receipt counts from there.
        """
        ended = self.commit(order, connection)
        if connection is not None:
            return self.core.settle_joined(order.id, ended, connection, started)
        return self.core.settlement(order.id, ended, started).run(wait=wait)

    def health(self) -> Health:
        """Whether the authority answered when this process last read it. Asks nobody, and costs nothing."""
        return self.core.outage.health()

    def on_revoked(self, listener: Callable[[LogEntry], None]) -> Callable[[LogEntry], None]:
        """Call ``listener`` with every end in this realm that the process learns of; usable as a decorator.

        It hears news and never history: entries after the head that the process first read, in the order of
        the log, each at most once, also when the log is read anew; those of an idle time when the process
        reads on. What was not told when the process closes is lost. ``entry.id`` is the revocation's id, the
        same everywhere. It runs on a thread of its own; exceptions are logged.
        """
        self.core.streams.listen(listener)
        return listener

    # -- upkeep -----------------------------------------------------------------------------------------

    def prune(
        self, *, batch: int = 1000, on_batch: Callable[[PruneReport], None] | None = None
    ) -> PruneReport:
        """Remove expired sessions and log entries that nobody can need, in bounded transactions.

        Args:
            batch: rows per transaction.
            on_batch: told of every batch, for progress.

        Returns:
            the totals.
        """
        self.refuse_on_loop("await auth.aio.prune()")
        self.core.begin()
        return prune(self.core.ctx, self.core.retention, batch=batch, on_batch=on_batch)

    def new_birth(self, *, reason: str, by: str | None = None) -> Head:
        """Start a new log: every session issued before is refused. Belongs to every restore from a backup."""
        self.refuse_on_loop("run it in a thread")
        self.core.begin()
        new = begin_new_log(self.core.ctx, reason=read_reason(reason), by=by or current_initiator.get())
        self.core.catch_up()
        return new

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """The public keys of access tokens, to be published (RFC 7517 5); none for opaque sessions."""
        return {"keys": []} if self.core.tokens is None else self.core.tokens.jwks()

    def refuse_on_loop(self, instead: str) -> None:
        """Raise ``UseAio`` when this thread runs an event loop (0.2 us to notice)."""
        self.core.refuse_on_loop(instead)
