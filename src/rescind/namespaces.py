"""``auth.sessions`` and ``auth.accounts``: thin; the flows decide."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic

from rescind._clock import SECOND
from rescind._duration import Duration, seconds
from rescind.core import raise_refused
from rescind.errors import ConfigurationError, NotFound, Refused
from rescind.flows.context import current_initiator
from rescind.flows.create_account import create_account
from rescind.flows.refresh import Refreshed, refresh
from rescind.flows.rotate_session import rotate_session
from rescind.flows.start_session import Opened, start_session
from rescind.flows.step_up import step_up
from rescind.model.credential import Account
from rescind.model.principal import P, PrincipalIds
from rescind.model.revocation import Head, Scope
from rescind.model.session import Issued, Session, SessionRecord, SessionSummary, from_micros, to_micros
from rescind.revocation.cache import public_session
from rescind.sessions.minting import PresentedRefresh, Renewable
from rescind.sessions.opaque import AGAIN
from rescind.stores.base import Selection

if TYPE_CHECKING:
    from rescind.engine import Rescind


class Sessions(Generic[P]):
    """Sessions: open, list, rotate, and the application's data in them."""

    def __init__(self, engine: Rescind[P]) -> None:
        self._engine = engine
        self._core = engine.core

    def start(
        self,
        principal: P,
        *,
        method: str = "password",
        mark: Head | None = None,
        auth_time: datetime | None = None,
        credential: str | None = None,
        client: str | None = None,
        label: str | None = None,
        lasts: Duration | None = None,
        by: str | None = None,
        replaces: str | tuple[str, ...] | None = None,
    ) -> Issued[P]:
        """Open a session for a principal that you have verified.

        Args:
            principal: the application's own id; an unseen one gets its standing (active, no roles).
            method: how it was proved, in your words; recorded.
            mark: ``auth.mark()`` read before you loaded the user, so that a "sign out everywhere" that
                commits while you verify also ends this session.
            auth_time: when it was proved; default now.
            credential: the id of the credential, so that ``revoke(credential=...)`` finds this session.
            client: the client it is opened for.
            label: what a person recognises it by, such as the browser's name.
            lasts: when it ends at the latest, counted from now; never later than ``absolute`` says.
            by: the initiator for the audit; the principal itself by default.
            replaces: the token that the browser carried until now; its session, if it is live, ends in the
                same transaction. Of several the first that names a live session.

        Raises:
            Refused: the principal is not active, or was signed out since ``mark``.
            ConfigurationError: ``lasts`` is no duration, or none at all.
        """
        self._engine.refuse_on_loop("await auth.aio.sessions.start(...)")
        self._core.begin()
        opened = start_session(
            self._core.ctx,
            self._core.ids.text(principal),
            method=method,
            mark=mark,
            auth_time=None if auth_time is None else to_micros(auth_time),
            credential_id=credential,
            client_id=client,
            label=label,
            lasts=_lasts(lasts),
            by=by,
            replaces=replaces,
        )
        return self.issued(opened)

    def issued(self, opened: Opened) -> Issued[P]:
        """For the faces: what the caller gets of a session just opened."""
        if opened.entry is not None:
            self._core.catch_up()
        facts = opened.facts
        standing = facts.standing
        if standing is None:
            raise NotFound("the principal has no standing")
        session = public_session(self._core.ids, facts.record, standing)
        now, ends = self._core.time.now(), facts.record.expires_at
        until = ends if opened.until is None else min(opened.until, ends)
        return Issued(
            opened.token,
            session if until == ends else replace(session, expires_at=from_micros(until)),
            opened.refresh_token,
            expires_in=max(0, until - now) // SECOND,
            lasts=max(0, ends - now) // SECOND,
        )

    def refresh(self, refresh_token: str | None) -> Issued[P]:
        """Exchange a refresh token for the next access token and the next refresh token.

        Of many who present the same one at once all get the same next refresh token, for ``refresh_grace``,
        and each an access token of its own. The immediate predecessor after that, and anything older at any
        time, is a copy in other hands: the session ends.

        Raises:
            Refused: ``reuse``: it was used before, the session has ended; ``malformed``: no refresh token of
                this application; any other code: the session's own.
            NoSigningKey: every key that could sign has ended.
            StoreUnavailable: try again with the same token.
            ConfigurationError: sessions have no refresh tokens in this ``session_model``.
        """
        self._engine.refuse_on_loop("await auth.aio.sessions.refresh(...)")
        tokens = self._core.tokens
        if tokens is None:
            raise ConfigurationError('refresh tokens come with session_model="jwt"; other sessions need none')
        if not refresh_token:
            raise Refused("missing", "no refresh token was presented")
        presented = tokens.read_refresh(refresh_token)
        if presented is None:
            raise Refused("malformed", "not a refresh token of this application")
        self._core.begin()
        for _ in range(AGAIN):
            try:
                done = self._refresh(tokens, presented)
            except Refused as refused:  # of the session, while nothing was written
                if refused.code not in ("idle", "superseded"):
                    raise
                # What a check does about it: an idle session ends for good, a log that went backwards begins
                # anew. If it was active elsewhere after all, it is refreshed.
                raise_refused(self._core.checks.reread(presented.session_id))
            else:
                return self._after_refresh(done)
        raise Refused("store_unavailable", "the session kept changing while it was refreshed", retry_after=1)

    def _refresh(self, tokens: Renewable, presented: PresentedRefresh) -> Refreshed:
        return refresh(
            self._core.ctx,
            tokens,
            presented,
            grace=self._core.settings.refresh_grace,
            last_seen=self._core.touches.last_seen(presented.session_id),
        )

    def _after_refresh(self, done: Refreshed) -> Issued[P]:
        if done.opened is not None:
            return self.issued(done.opened)
        if done.outcome == "ahead":  # it was handed out, and nobody here knows of it: a backup was restored
            self._core.went_backwards(done.facts.head, done.facts.head.seq)
            raise Refused("superseded", "the store is older than the refresh token: a new log begins")
        if done.entry is not None:
            self._core.catch_up()
        raise Refused("reuse", "the refresh token was used before; its session has ended")

    def get(self, session_id: str) -> Session[P]:
        """A session by its public id, judged now: for background work in another process.

        Raises:
            Refused: it is unknown or has ended.
        """
        return raise_refused(self._core.checks.recheck(session_id, touch=False))

    def list(
        self, principal: P, *, limit: int = 100, after: str | None = None, current: Session[P] | None = None
    ) -> list[SessionSummary[P]]:
        """Live sessions of a principal, ordered by id.

        Args:
            limit: at most so many.
            after: the id of the last one of the page before.
            current: the session that asks; marked ``current`` in the answer.
        """
        self._engine.refuse_on_loop("await auth.aio.sessions.list(...)")
        self._core.begin()
        selection = Selection(self._core.settings.realm, Scope.PRINCIPAL, self._core.ids.text(principal))
        rows = self._core.store.sessions(selection, now=self._core.time.now(), limit=limit, after=after)
        return [summary(self._core.ids, row, None if current is None else current.id) for row in rows]

    def rotate(self, session: Session[P]) -> Issued[P]:
        """A new id and a new token for a live session; the old token is refused when this returns.

        Raises:
            Refused: the session is not alive.
        """
        self._engine.refuse_on_loop("await auth.aio.sessions.rotate(...)")
        self._core.begin()
        return self.issued(rotate_session(self._core.ctx, session.id))

    def step_up(self, session: Session[P], password: str) -> Issued[P]:
        """Prove the password again; the session goes on fresh, with a new id and token.

        Raises:
            Refused: ``step_up`` for a wrong password, else the session's own refusal.
            Overloaded: no hashing thread was free in time.
        """
        self._engine.refuse_on_loop("await auth.aio.sessions.step_up(...)")
        self._core.begin()
        return self.issued(step_up(self._core.ctx, self._engine.passwords, session.id, password))

    def load_data(self, session: Session[P]) -> dict[str, Any]:
        """The application's own data of a session: JSON values by key. Kept apart from who is signed in."""
        self._engine.refuse_on_loop("await auth.aio.sessions.load_data(...)")
        self._core.begin()
        return self._core.store.load_data(session.id)

    def save_data(
        self, session: Session[P], changed: dict[str, Any] | None = None, *, removed: Iterable[str] = ()
    ) -> bool:
        """Write single keys. ``False``: the session has ended; a late write brings nothing back."""
        self._engine.refuse_on_loop("await auth.aio.sessions.save_data(...)")
        self._core.begin()
        return self._core.store.save_data(session.id, changed or {}, tuple(removed))


class Accounts(Generic[P]):
    """rescind's own accounts: a login and a password for a principal."""

    def __init__(self, engine: Rescind[P]) -> None:
        self._engine = engine
        self._core = engine.core

    def create(
        self,
        *,
        login: str,
        password: str,
        principal: P | None = None,
        roles: Sequence[str] = (),
        tenant: str | None = None,
        by: str | None = None,
    ) -> Account:
        """Create an account; its principal is new (``principal`` or a minted id).

        Raises:
            Conflict: the login is taken, or the principal is known already.
            PasswordRejected: the password does not meet the rules.
            Overloaded: no hashing thread was free in time.
        """
        self._engine.refuse_on_loop("await auth.aio.accounts.create(...)")
        self._core.begin()
        return create_account(
            self._core.ctx,
            self._engine.passwords,
            login=login,
            password=password,
            principal_id=None if principal is None else self._core.ids.text(principal),
            kind=self._core.settings.principal_id,
            roles=roles,
            tenant=tenant,
            by=by or current_initiator.get(),
        )


def _lasts(given: Duration | None) -> float | None:
    life = None if given is None else seconds(given, setting="lasts")
    if life is not None and life <= 0:
        raise ConfigurationError(f'lasts={given!r} is no time at all: for example lasts="12h"')
    return life


def summary(ids: PrincipalIds[P], record: SessionRecord, current: str | None) -> SessionSummary[P]:
    """One line of a listing."""
    return SessionSummary(
        id=record.id,
        principal_id=ids.parse(record.principal_id),
        created_at=from_micros(record.created_at),
        last_seen=from_micros(record.last_seen),
        expires_at=from_micros(record.expires_at),
        method=record.method,
        label=record.label,
        client_id=record.client_id,
        current=record.id == current,
    )
