"""The check: the order of its steps, what memory may say, and that the row decides whenever memory cannot."""

from __future__ import annotations

import dataclasses
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest
from tests.world import World, code, entry, held, spy_of

from rescind import Refused, Rescind, Session
from rescind.model.revocation import Kind
from rescind.model.session import Facts
from rescind.revocation.index import RevocationIndex
from rescind.testing.threads import race


class Hooked:
    """An index that does something the first time a check looks at its tables."""

    def __init__(self, real: RevocationIndex, work: Callable[[], object]) -> None:
        self.real, self.work = real, work
        self.used = False

    @property
    def tables(self) -> Any:
        if not self.used:
            self.used = True
            self.work()
        return self.real.tables


def before_the_index(auth: Rescind[Any], work: Callable[[], object]) -> None:
    checks: Any = auth.core.checks
    checks._index = Hooked(auth.core.index, work)


def test_from_memory_without_asking_anybody(world: World) -> None:
    auth = world.engine(spy=True)
    token = held(auth)
    spy_of(auth).calls.clear()
    for _ in range(10):
        assert code(auth.check(token)) == "live"
    assert spy_of(auth).calls == {}


def test_the_view_is_taken_before_the_index(world: World) -> None:
    """A6. Mutation: index read before the view.

    The lease has lapsed and a revocation is final. A check looks into its record, sleeps, and meanwhile the
    keeper renews. Only who took the view first notices.
    """
    auth, other = world.engine(), world.engine()
    token = held(auth)
    auth.core.catch_up()

    def meanwhile() -> None:
        other.revoke(principal="ada", reason="meanwhile")
        auth.core.worker.renew(register=True)

    found = auth.core.cache.get(next(iter(auth.core.cache.hot)))
    assert found is not None
    found.mark = None  # the second look is due
    before_the_index(auth, meanwhile)
    auth.check(token)  # began before the revocation: either answer is right
    assert code(auth.check(token)) == "revoked"


def test_view_record_and_clock_come_in_this_order(world: World) -> None:
    """Mutation: index read before the view, by looking at what is read when."""
    auth = world.engine()
    token = held(auth)
    order: list[str] = []

    class Watched:
        def __init__(self, real: Any) -> None:
            self.__dict__["real"] = real

        def __getattr__(self, name: str) -> Any:
            if name in ("view", "hot", "tables", "word"):
                order.append(name)
            return getattr(self.real, name)

        def __setattr__(self, name: str, value: Any) -> None:
            setattr(self.real, name, value)

    checks: Any = auth.core.checks
    lease = checks._lease_now

    def clock() -> int:
        order.append("clock")
        return lease()  # type: ignore[no-any-return]

    checks._lease_now = clock
    checks._worker, checks._cache = Watched(checks._worker), Watched(checks._cache)
    checks._index = Watched(checks._index)
    auth.check(token)
    assert order == ["view", "clock", "word", "hot"]
    auth.core.worker.renew(register=True)
    order.clear()
    auth.core.cache.hot.clear()
    auth.check(token)
    assert order.index("view") < order.index("clock") < order.index("tables")


def test_an_index_being_filled_anew_is_not_believed(world: World) -> None:
    """A check that trusts an older view, while this worker registers anew and reads everything again."""
    auth, other = world.engine(spy=True), world.engine()
    token = held(auth)
    digest = next(iter(auth.core.cache.hot))
    stale = auth.core.cache.get(digest)
    assert stale is not None
    other.revoke(principal="ada", reason="for a test")
    auth.core.worker.renew(register=True)
    view = auth.core.worker.view
    auth.core.index.reset()
    assert auth.core.checks._judge(stale, view, None, False) is None
    del token


def race_rounds(world: World, rounds: int) -> int:
    """Check and revoke side by side; how many accepted checks began after the receipt was final."""
    auth, other = world.engine(), world.engine()
    wrong = 0
    for number in range(rounds):
        token = auth.sessions.start(f"p{number}").token
        final = threading.Event()

        def check(token: str = token, final: threading.Event = final) -> int:
            late = 0
            while True:
                over = final.is_set()
                accepted = isinstance(auth.check(token), Session)
                late += over and accepted
                if over:
                    return late

        def revoke(name: str = f"p{number}", final: threading.Event = final) -> int:
            other.revoke(principal=name, reason="race")
            final.set()
            return 0

        wrong += sum(race([check, check, revoke]))
    return wrong


def test_two_threads_of_a_worker_and_a_revoker_elsewhere(world: World) -> None:
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        assert race_rounds(world, 40) == 0
    finally:
        sys.setswitchinterval(usual)


@pytest.mark.long
def test_two_threads_of_a_worker_and_a_revoker_elsewhere_for_long(world: World) -> None:
    assert race_rounds(world, 1000) == 0


def test_a_fill_that_was_slow_does_not_bring_back_what_ended(world: World) -> None:
    """Mutation: invalidating the cache without keeping the entry; fill without stamp."""
    auth, other = world.engine(spy=True), world.engine()
    token = auth.sessions.start("ada").token
    answered: list[Session[Any] | Refused] = []

    def slow(facts: Facts) -> Facts:
        spy_of(auth).after.pop("facts")
        other.revoke(principal="ada", reason="while the row is on its way")
        auth.core.worker.renew(register=True)
        return facts

    spy_of(auth).after["facts"] = slow
    answered.append(auth.check(token))
    for _ in range(3):
        assert code(auth.check(token)) == "revoked"
    assert len(answered) == 1


def test_a_fill_that_was_slow_does_not_keep_old_roles(world: World) -> None:
    auth, other = world.engine(spy=True), world.engine()
    auth.principals.set("ada", roles=["admin"], reason="hired")
    token = auth.sessions.start("ada").token

    def slow(facts: Facts) -> Facts:
        spy_of(auth).after.pop("facts")
        other.principals.set("ada", roles=[], reason="demoted")
        auth.core.worker.renew(register=True)
        return facts

    spy_of(auth).after["facts"] = slow
    auth.check(token)
    after = auth.check(token)
    assert isinstance(after, Session)
    assert after.roles == ()


@pytest.mark.parametrize("engines", [1, 3])
def test_every_worker_judges_by_the_new_facts_at_once(world: World, engines: int) -> None:
    workers = [world.engine() for _ in range(engines)]
    token = workers[0].sessions.start("ada").token
    for worker in workers:
        assert code(worker.check(token)) == "live"
    workers[0].principals.set("ada", roles=["b", "a"], tenant="t", reason="moved")
    for worker in workers:
        session = worker.check(token)
        assert isinstance(session, Session)
        assert (session.roles, session.tenant) == (("a", "b"), "t")
    workers[-1].principals.set("ada", active=False, reason="suspended")
    assert {code(worker.check(token)) for worker in workers} == {"principal_disabled"}
    workers[0].principals.set("ada", active=True, reason="back")
    assert {code(worker.check(token)) for worker in workers} == {"live"}


def test_facts_are_read_again_after_a_while_even_if_nothing_was_said(world: World) -> None:
    """For what is changed behind rescind's back."""
    auth = world.engine(spy=True, reread_every="60s")
    token = held(auth)
    standing = auth.core.store.standing("default", "ada")
    assert standing is not None
    with auth.core.store.write() as unit:
        unit.put_standing(dataclasses.replace(standing, roles=("late",)))
    world.clock.advance(seconds=59)
    auth.core.worker.renew(register=True)
    first = auth.check(token)
    world.clock.advance(seconds=1)
    second = auth.check(token)
    assert isinstance(first, Session) and first.roles == ()
    assert isinstance(second, Session) and second.roles == ("late",)


def test_a_tenant_is_asked_for_in_memory_and_at_the_row(world: World) -> None:
    auth = world.engine()
    auth.principals.set("ada", tenant="app", reason="member")
    token = auth.sessions.start("ada").token
    for _ in range(3):
        assert code(auth.check(token, tenant="app")) == "live"
        assert code(auth.check(token, tenant="app2")) == "wrong_tenant"
        assert code(auth.check(token, tenant="ap", strict=True)) == "wrong_tenant"
        assert code(auth.check(token)) == "live"


def test_a_final_refusal_costs_no_second_read(world: World) -> None:
    auth = world.engine(spy=True)
    token = held(auth)
    auth.revoke(principal="ada", reason="for a test")
    assert code(auth.check(token)) == "revoked"
    spy_of(auth).calls.clear()
    assert code(auth.check(token)) == "revoked"
    assert spy_of(auth).calls == {}


def test_a_wrong_secret_for_a_live_id_opens_nothing_and_disturbs_nobody(world: World) -> None:
    from rescind._tokens import new_session_token

    auth = world.engine()
    token = held(auth)
    session = auth.check(token)
    assert isinstance(session, Session)
    for _ in range(3):
        assert code(auth.check(new_session_token(session.id))) == "revoked"
        assert code(auth.check(new_session_token(session.id), strict=True)) == "revoked"
    assert code(auth.check(token)) == "live"


def test_trimming_the_index_costs_reads_and_accepts_nothing(world: World) -> None:
    auth, other = world.engine(spy=True, max_index_entries=2), world.engine()
    tokens = {name: auth.sessions.start(name).token for name in "abcdef"}
    for token in tokens.values():
        assert code(auth.check(token)) == "live"
    for name in "abcde":
        other.revoke(principal=name, reason="for a test")
    assert {name: code(auth.check(token)) for name, token in tokens.items()} == {
        **dict.fromkeys("abcde", "revoked"),
        "f": "live",
    }


def test_recheck_judges_again_without_the_token(world: World) -> None:
    auth, other = world.engine(), world.engine()
    session = auth.sessions.start("ada").session
    assert auth.recheck(session).id == session.id
    assert other.sessions.get(session.id).id == session.id
    other.principals.set("ada", roles=["r"], reason="promoted")
    assert auth.recheck(session).roles == ("r",)
    other.revoke(session=session, reason="for a test")
    with pytest.raises(Refused) as refused:
        auth.recheck(session)
    assert refused.value.code == "revoked"
    with pytest.raises(Refused):
        other.sessions.get(session.id)


def test_entries_of_another_realm_end_nothing_here(world: World) -> None:
    here, there = world.engine(realm="here"), world.engine(realm="there")
    mine, yours = here.sessions.start("ada").token, there.sessions.start("ada").token
    there.revoke(principal="ada", reason="for a test")
    there.revoke(everything=True, confirm="there", reason="for a test")
    assert code(here.check(mine)) == "live"
    assert code(there.check(yours)) == "revoked"
    assert code(there.check(mine)) == "revoked", "a session of another realm"
    assert code(here.check(mine, strict=True)) == "live"


def test_an_end_of_keys_leaves_sessions_alone(world: World) -> None:
    auth = world.engine()
    token = held(auth)
    auth.revoke(principal="ada", what="keys", reason="for a test")
    assert code(auth.check(token)) == "live"
    auth.revoke(principal="ada", what="all", reason="for a test")
    assert code(auth.check(token)) == "revoked"


def test_what_was_never_in_memory_is_judged_by_entries_too(world: World) -> None:
    """The mark is for listings: a row that no mark reached is ended by the log all the same."""
    auth = world.engine()
    token = auth.sessions.start("ada").token
    with auth.core.store.write() as unit:
        unit.append(entry("ada"))
        unit.append(entry("bob", kind=Kind.CHANGED))
    assert code(auth.check(token)) == "revoked"
    assert code(auth.check(token, strict=True)) == "revoked"
