"""A realm for the tests of flows: real store, a clock that stands still, hashes that cost nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Any, Self

import pytest

from rescind._clock import SECOND, JudgingTime
from rescind._tokens import new_id
from rescind.credentials.password import Argon2Parameters, Passwords
from rescind.errors import Refused
from rescind.flows.context import FlowContext
from rescind.flows.create_account import create_account
from rescind.flows.revoke import Ended, Order, revoke
from rescind.flows.set_standing import Change, set_standing
from rescind.model.audit_event import AuditEvent
from rescind.model.revocation import Scope, What
from rescind.model.session import SessionRecord
from rescind.policy.session_lifetime import SessionPolicy, judge_session
from rescind.stores.base import Selection, Store, UnitOfWork
from rescind.testing import FakeClock

CHEAP = Argon2Parameters(memory_kib=8, time_cost=1, parallelism=1)
LOGIN = "ada@example.com"
PASSWORD = "plum-tractor-nine-lamps"
DAY = 86400 * SECOND
PATIENCE = 20.0


@dataclass
class House:
    """A realm with a store and a clock, and the few questions that the tests ask of them."""

    store: Store
    clock: FakeClock
    passwords: Passwords
    realm: str = "default"
    judging: JudgingTime = field(init=False)

    def __post_init__(self) -> None:
        self.judging = JudgingTime(self.clock)

    @property
    def ctx(self) -> FlowContext:
        policy = SessionPolicy(absolute=30 * 86400.0, idle=7 * 86400.0)
        return FlowContext(self.store, self.judging.now, self.realm, policy)

    def account(self, login: str = LOGIN, password: str = PASSWORD, **options: Any) -> str:
        """Create an account; the id of its principal."""
        return create_account(
            self.ctx, self.passwords, login=login, password=password, **options
        ).principal_id

    def end(self, scope: Scope, target: str, *, what: What = What.SESSIONS, keep: str | None = None) -> Ended:
        order = Order(new_id(), scope, target, what, "for a test", "system", keep)
        return revoke(self.ctx, order)

    def disable(self, principal_id: str) -> None:
        set_standing(
            self.ctx, principal_id, Change(active=False), id=new_id(), reason="for a test", by="system"
        )

    def phc(self, login: str = LOGIN) -> str:
        """The stored hash of an account."""
        password = self.store.sign_in_evidence(self.realm, login).password
        assert password is not None
        return password.phc

    def change_password(self, principal_id: str, password: str) -> None:
        """As the flow of a later version will: hash first, then the next version of the credential."""
        phc = self.passwords.hash(password)
        with self.store.write() as unit:
            old = unit.password(self.realm, principal_id)
            assert old is not None
            unit.put_password(replace(old, phc=phc, version=old.version + 1))

    def verdict(self, session_id: str) -> str | None:
        """How the next request of this session would be refused; ``None`` if it would not."""
        facts = self.store.facts(session_id)
        assert facts is not None
        return judge_session(facts, self.judging.now(), realm=self.realm).code

    def live(self) -> list[SessionRecord]:
        everything = Selection(self.realm, Scope.EVERYTHING)
        return list(self.store.sessions(everything, now=self.judging.now()))

    def rows(self) -> int:
        """Every session row of the realm, whatever its state."""
        return self.store.count(Selection(self.realm, Scope.EVERYTHING), now=self.judging.now())[0]

    def events(self, type: str | None = None) -> list[AuditEvent]:
        """Audit events, newest first."""
        found = self.store.audit_events(self.realm, limit=1000)
        return [event for event in found if type is None or event.type == type]


def refusal_of(call: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value


class Broken(Exception):
    """What a store that was told to break raises."""


class WatchedStore:
    """A real store; counts its units of work, and breaks one of their methods on demand."""

    def __init__(self, store: Store) -> None:
        self.real = store
        self.units = 0
        self.reads = 0
        self.breaks: str | None = None

    def __getattr__(self, name: str) -> Any:
        if name in ("sign_in_evidence", "password_evidence"):
            self.reads += 1
        return getattr(self.real, name)

    def write(self, connection: Any = None, *, urgent: bool = False) -> AbstractContextManager[UnitOfWork]:
        self.units += 1
        return _WatchedUnit(self, self.real.write(connection, urgent=urgent))


class _WatchedUnit:
    def __init__(self, watched: WatchedStore, manager: AbstractContextManager[UnitOfWork]) -> None:
        self._watched = watched
        self._manager = manager
        self._unit: Any = None

    def __enter__(self) -> Self:
        self._unit = self._manager.__enter__()
        return self

    def __exit__(self, *error: object) -> bool | None:
        return self._manager.__exit__(*error)  # type: ignore[arg-type]

    def __getattr__(self, name: str) -> Any:
        if name == self._watched.breaks:
            raise Broken(name)
        return getattr(self._unit, name)


class InterleavedPasswords(Passwords):
    """Real hashes; while one is computed for a caller, something else happens and is over."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        super().__init__(CHEAP, threads=1)
        self._meanwhile = meanwhile

    def verify(self, password: str, phc: str | None) -> bool:
        matched = super().verify(password, phc)
        # In a thread of its own: whoever held a lock or a connection while hashing would hang here.
        other = threading.Thread(target=self._meanwhile)
        other.start()
        other.join(PATIENCE)
        assert not other.is_alive(), "something is held while a password is hashed"
        return matched
