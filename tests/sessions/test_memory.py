"""What memory may still answer while the authority is away, on a route that says ``bounded(t)``.

Invariant: an answer from stale memory means that the authority is away, that this process read the log less
than t ago, and that nothing it has learnt since ends, changes or outlives the session.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from tests.world import PATIENCE, Spy, World, append, code, entry, held, spy_of

from rescind import Rescind
from rescind.errors import StoreUnavailable
from rescind.model.revocation import Kind, Scope
from rescind.revocation.worker import TRUST
from rescind.stores.memory import MemoryStore
from rescind.testing import FakeClock
from rescind.testing.processes import in_a_child

AWAY = ("facts", "renew", "head", "register", "workers", "acknowledge", "unchanged")
T = 30.0


class Remote(Spy):
    """A store in memory as one that is elsewhere: the lease alone decides, and reads leave the process."""

    @property
    def capabilities(self) -> Any:
        return dataclasses.replace(self.real.capabilities, lease_alone=True, shared=True, inline_reads=False)

    @property
    def word(self) -> None:
        return None


def go_away(auth: Rescind[Any]) -> None:
    for name in AWAY:
        spy_of(auth).failing(name, StoreUnavailable("gone"))


def come_back(auth: Rescind[Any]) -> None:
    for name in AWAY:
        spy_of(auth).works(name)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def auth(clock: FakeClock) -> Iterator[Rescind[Any]]:
    """A worker on a store that is elsewhere, whose keeper does nothing by itself."""
    made: Rescind[Any] = Rescind(
        store=Remote(MemoryStore()).as_store, clock=clock, authority_timeout=PATIENCE
    )
    made.core.keeper.ensure = lambda: None  # type: ignore[method-assign]
    made.open()
    made.core.worker.renew(register=True)
    yield made
    come_back(made)
    made.close()


def stale(auth: Rescind[Any], token: str, within: float = T, tenant: str | None = None) -> bool:
    return auth.core.checks.stale(token, tenant, within) is not None


def lapse(auth: Rescind[Any], seconds: float = 5.0) -> None:
    """The authority is away, the lease is over, and somebody has noticed."""
    go_away(auth)
    auth.core.clock.advance(seconds=seconds)  # type: ignore[attr-defined]
    assert code(auth.check("ignored" * 3)) == "malformed"
    with pytest.raises(StoreUnavailable):
        auth.core.worker.renew(register=False)
    assert auth.core.outage.open


def test_memory_answers_while_the_authority_is_away_and_says_how_old_it_is(auth: Rescind[Any]) -> None:
    token = held(auth)
    assert not stale(auth, token), "it is not away"
    lapse(auth, 5.0)
    assert code(auth.check(token)) == "store_unavailable", "who did not ask for it is refused"
    found = auth.core.checks.stale(token, None, T)
    assert found is not None
    session, age = found
    assert session.principal_id == "ada"
    assert age == pytest.approx(5.0)


@pytest.mark.parametrize(("seconds", "accepted"), [(T - 0.001, True), (T, False), (T + 100, False)])
def test_never_past_t_since_the_log_was_read(auth: Rescind[Any], seconds: float, accepted: bool) -> None:
    token = held(auth)
    lapse(auth, seconds)
    assert stale(auth, token) is accepted


def test_counted_from_before_the_read_and_not_from_the_end_of_the_lease(auth: Rescind[Any]) -> None:
    view = auth.core.worker.view
    assert auth.core.worker.read_at(view) == pytest.approx(view.deadline - TRUST * auth.settings.lease)


def test_when_it_is_back_memory_is_asked_as_always(auth: Rescind[Any]) -> None:
    token = held(auth)
    lapse(auth)
    assert stale(auth, token)
    come_back(auth)
    auth.core.worker.renew(register=True)
    assert not stale(auth, token)


def ended(auth: Rescind[Any]) -> None:
    """As when a renewal broke off after its first page: the index has it, the view has not."""
    auth.core.index.apply(dataclasses.replace(entry(), seq=9))


def changed(auth: Rescind[Any]) -> None:
    auth.core.index.apply(dataclasses.replace(entry(kind=Kind.CHANGED), seq=9))


def everything_ended(auth: Rescind[Any]) -> None:
    auth.core.index.apply(dataclasses.replace(entry("", scope=Scope.EVERYTHING), seq=9))


def another_birth(auth: Rescind[Any]) -> None:
    auth.core.index.reset()


def forgotten(auth: Rescind[Any]) -> None:
    auth.core.cache.clear()


def given_back(auth: Rescind[Any]) -> None:
    auth.core.worker.leave()


def above_the_floor(auth: Rescind[Any]) -> None:
    auth.core.index.believe(auth.core.worker.view.birth, 9)


LEARNT = [ended, changed, everything_ended, another_birth, forgotten, given_back, above_the_floor]


@pytest.mark.parametrize("learn", LEARNT, ids=lambda learn: learn.__name__)
def test_what_memory_has_learnt_since_refuses(
    auth: Rescind[Any], learn: Callable[[Rescind[Any]], None]
) -> None:
    token = held(auth)
    lapse(auth)
    assert stale(auth, token)
    learn(auth)
    assert not stale(auth, token)


@pytest.mark.parametrize("limits", [{"absolute": "20s", "idle": None}, {"idle": "20s"}])
def test_the_limits_of_the_session_hold(clock: FakeClock, limits: dict[str, Any]) -> None:
    auth: Rescind[Any] = Rescind(
        store=Remote(MemoryStore()).as_store, clock=clock, authority_timeout=PATIENCE, **limits
    )
    auth.core.keeper.ensure = lambda: None  # type: ignore[method-assign]
    auth.open()
    auth.core.worker.renew(register=True)
    token = held(auth)
    lapse(auth, 5.0)
    assert stale(auth, token)
    clock.advance(seconds=21)
    assert not stale(auth, token)
    come_back(auth)
    auth.close()


def test_a_row_that_was_due_to_be_read_again_is_not_answered_for(clock: FakeClock) -> None:
    """``reread_every`` bounds what was changed behind rescind's back, as of the last read of the log."""
    auth: Rescind[Any] = Rescind(
        store=Remote(MemoryStore()).as_store, clock=clock, authority_timeout=PATIENCE, reread_every="10s"
    )
    auth.core.keeper.ensure = lambda: None  # type: ignore[method-assign]
    auth.open()
    auth.core.worker.renew(register=True)
    token = held(auth)
    clock.advance(seconds=10)
    auth.core.worker.renew(register=True)  # memory may be trusted, this record is too old
    lapse(auth, 5.0)
    assert not stale(auth, token)
    come_back(auth)
    auth.close()


def test_another_tenant_is_refused(auth: Rescind[Any]) -> None:
    token = held(auth)
    lapse(auth)
    assert not stale(auth, token, tenant="acme")


def test_a_child_of_a_fork_has_no_memory(auth: Rescind[Any]) -> None:
    token = held(auth)
    lapse(auth)
    in_a_child(lambda: not stale(auth, token))


def test_where_there_is_a_counter_an_end_elsewhere_is_noticed_even_so(file_world: World) -> None:
    """SQLite: the file cannot be read, its counter can."""
    auth, other = file_world.engine(spy=True), file_world.engine()
    token = held(auth)
    go_away(auth)
    file_world.clock.advance(seconds=5)
    assert code(auth.check(token)) == "store_unavailable"
    assert stale(auth, token)
    append(other.core.store)
    assert not stale(auth, token)
    come_back(auth)


class Outages(RuleBasedStateMachine):
    """Time, outages, renewals and revocations from elsewhere in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = FakeClock()
        self.memory = MemoryStore()
        self.auth: Rescind[Any] = Rescind(
            store=Remote(self.memory).as_store, clock=self.clock, authority_timeout=PATIENCE
        )
        self.auth.core.keeper.ensure = lambda: None  # type: ignore[method-assign]
        self.auth.open()
        self.auth.core.worker.renew(register=True)
        self.token = held(self.auth)
        self.away = False
        self.noticed = False
        self.read_at = self.clock.lease()
        self.ended = self.known = False

    @rule(seconds=st.floats(0.1, 20))
    def time_passes(self, seconds: float) -> None:
        self.clock.advance(seconds=seconds)

    @rule()
    def authority_goes(self) -> None:
        self.away = True
        go_away(self.auth)

    @rule()
    def authority_comes_back(self) -> None:
        self.away = False
        come_back(self.auth)

    @rule()
    def keeper_reads(self) -> None:
        started = self.clock.lease()
        try:
            self.auth.core.worker.renew(register=True)
        except StoreUnavailable:
            assert self.away
            self.noticed = True
        else:
            self.noticed, self.read_at, self.known = False, started, self.ended

    @precondition(lambda self: not self.ended)
    @rule()
    def it_is_ended_elsewhere(self) -> None:
        self.ended = True
        append(self.memory)

    @invariant()
    def stale_answers_are_within_what_was_said(self) -> None:
        if stale(self.auth, self.token):
            assert self.noticed, "only while it is away"
            assert self.clock.lease() - self.read_at < T
            assert not self.known, "never what memory knows to be ended"

    def teardown(self) -> None:
        come_back(self.auth)
        self.auth.close()


TestOutages = Outages.TestCase
