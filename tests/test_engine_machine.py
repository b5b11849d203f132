"""Engines on one store and a reference model, side by side, through everything that happens to a deployment.

Accepted implies live in the model; live in the model implies accepted, for the authority can be reached.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.model import SCOPES, Live, Model
from tests.promise.share import share_of
from tests.world import World

from rescind import Refused, Rescind, Session
from rescind._clock import SECOND
from rescind.errors import NotFound
from rescind.model.session import to_micros

NAMES = ("ada", "bob")
PLAIN = st.sampled_from(["x", "xx"])
WORKERS = 3
IDLE, ABSOLUTE = 3600, 6 * 3600
SETTINGS: dict[str, Any] = {"absolute": ABSOLUTE, "idle": IDLE, "reread_every": 60, "keep_ended": 3600}
names, workers = st.sampled_from(NAMES), st.integers(0, WORKERS - 1)


class Deployment(RuleBasedStateMachine):
    """Three workers. Their keepers are turned by hand, so that a failing run can be run again."""

    kind = "memory"

    @initialize(entries=st.sampled_from([2, 5, 1000]), cached=st.sampled_from([2, 1000]))
    def begin(self, entries: int, cached: int) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.world = World(self.kind, self.folder)
        self.given = SETTINGS | {"max_index_entries": entries, "max_cached": cached}
        self.model = Model(idle=IDLE * SECOND, interval=60 * SECOND)
        self.marks: list[tuple[Any, int, int]] = []
        self.engines = [self.worker() for _ in range(WORKERS)]
        self.latest = [self.wall] * WORKERS
        self.pending: list[list[tuple[Live, int]]] = [[] for _ in range(WORKERS)]

    def worker(self) -> Rescind[Any]:
        made = self.world.engine(joined=False, **self.given)
        made.core.keeper.ensure = lambda: None  # type: ignore[method-assign]
        made.core.keeper._round()
        return made

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.world.close()
            shutil.rmtree(self.folder)

    @property
    def wall(self) -> int:
        now: int = self.world.clock.wall()
        return now

    def some(self, number: int) -> Live:
        return self.model.sessions[number % len(self.model.sessions)]

    # -- opening -----------------------------------------------------------------------------------------

    @rule(at=workers)
    def read_a_mark(self, at: int) -> None:
        self.marks.append((self.engines[at].mark(), self.model.count, self.model.births))

    @rule(at=workers, name=names, credential=PLAIN, client=PLAIN)
    def start(self, at: int, name: str, credential: str, client: str) -> None:
        self.open(at, (name, credential, client), None, self.model.count, self.model.births)

    @precondition(lambda self: self.marks)
    @rule(at=workers, name=names, credential=PLAIN, client=PLAIN, number=st.integers(0, 99))
    def start_with_what_was_verified_before(
        self, at: int, name: str, credential: str, client: str, number: int
    ) -> None:
        mark, issued, births = self.marks[number % len(self.marks)]
        self.open(at, (name, credential, client), mark, issued, births)

    def open(self, at: int, who: tuple[str, str, str], mark: Any, issued: int, births: int) -> None:
        auth, model, (name, credential, client) = self.engines[at], self.model, who
        shut_out = births != model.births or model.shut_out(issued, *who)
        try:
            made = auth.sessions.start(name, mark=mark, credential=credential, client=client)
        except Refused:
            forgotten = mark is not None and mark.seq < auth.core.store.head().floor
            if not shut_out and model.person(name).active and not forgotten:
                raise
            return
        assert not shut_out, "the old password is in"
        assert model.person(name).active
        session = made.session
        began = to_micros(session.created_at)
        ends = to_micros(session.expires_at)
        model.sessions.append(Live(made.token, session, *who, issued, ends, seen_from=began, seen_to=began))

    # -- ending and changing -----------------------------------------------------------------------------

    @precondition(lambda self: self.model.sessions)
    @rule(at=workers, number=st.integers(0, 99), scope=st.sampled_from(SCOPES), wait=st.booleans())
    def revoke_by_scope(self, at: int, number: int, scope: str, wait: bool) -> None:
        one, auth = self.some(number), self.engines[at]
        target = self.model.targets(one.principal, one.credential, one.client)[scope]
        if target is None:
            return
        if scope == "everything":
            auth.revoke(everything=True, confirm="default", reason="machine", wait=wait)
        else:
            auth.revoke(**{scope: target}, reason="machine", wait=wait)
        self.model.end(scope, target)

    @precondition(lambda self: self.model.sessions)
    @rule(at=workers, number=st.integers(0, 99))
    def revoke_one(self, at: int, number: int) -> None:
        one = self.some(number)
        self.engines[at].revoke(session=one.session, reason="machine")
        self.end_with_successors(one)

    def end_with_successors(self, one: Live) -> None:
        """Whoever ends a session that was rotated means what it became."""
        self.model.end_one(one)
        for other in self.model.sessions:
            if other.parent is one:
                self.end_with_successors(other)

    @precondition(lambda self: self.model.sessions)
    @rule(at=workers, number=st.integers(0, 99))
    def sign_out_everywhere_but_here(self, at: int, number: int) -> None:
        one, auth = self.some(number), self.engines[at]
        try:
            auth.revoke(principal=one.principal, keep=one.session, reason="machine")
        except NotFound:
            assert not self.model.must_accept(one, max(self.latest[at], self.wall))
            return
        assert not self.model.must_refuse(one, self.wall)
        self.model.end("principal", one.principal, keep=one.session.id)

    @rule(at=workers, name=names)
    def end_keys_only(self, at: int, name: str) -> None:
        self.engines[at].revoke(principal=name, what="keys", reason="machine")

    @precondition(lambda self: self.model.sessions)
    @rule(at=workers, number=st.integers(0, 99))
    def rotate(self, at: int, number: int) -> None:
        one, auth = self.some(number), self.engines[at]
        try:
            made = auth.sessions.rotate(one.session)
        except Refused:
            assert not self.model.must_accept(one, max(self.latest[at], self.wall))
            return
        assert not self.model.must_refuse(one, self.wall)
        one.ended = True
        self.model.sessions.append(
            replace(
                one,
                token=made.token,
                session=made.session,
                issued=self.model.count,
                seen_from=self.wall,
                seen_to=max(self.latest[at], self.wall),
                ended=False,
                parent=one,
            )
        )

    @rule(at=workers, name=names, active=st.booleans(), roles=st.sets(PLAIN))
    def set_standing(self, at: int, name: str, active: bool, roles: set[str]) -> None:
        self.engines[at].principals.set(name, active=active, roles=sorted(roles), reason="machine")
        person = self.model.person(name)
        person.active, person.roles = active, tuple(sorted(roles))

    @rule(at=workers, name=names, tenant=st.none() | PLAIN)
    def move_to_a_tenant(self, at: int, name: str, tenant: str | None) -> None:
        self.engines[at].principals.set(name, tenant=tenant, reason="machine")
        if self.model.person(name).tenant != tenant:
            self.model.move(name, tenant)

    @rule(at=workers)
    def begin_a_new_log(self, at: int) -> None:
        self.engines[at].new_birth(reason="machine")
        self.model.new_birth()

    # -- time, upkeep, misfortune ------------------------------------------------------------------------

    @rule(seconds=st.sampled_from([0.1, 0.5, 1, 30, 61, 1200, IDLE]))
    def let_time_pass(self, seconds: float) -> None:
        for at in range(WORKERS):
            self.write_activity(at)
        self.world.clock.advance(seconds=seconds)

    def write_activity(self, at: int) -> None:
        self.engines[at].core.touches.flush()
        for one, when in self.pending[at]:
            one.seen_from = max(one.seen_from, when - self.model.interval)
        self.pending[at].clear()

    @rule(seconds=st.sampled_from([-IDLE, -5, 5, IDLE, 2 * IDLE]))
    def step_the_wall_clock(self, seconds: int) -> None:
        for at in range(WORKERS):
            self.write_activity(at)
            self.latest[at] = max(self.latest[at], self.wall)
        self.world.clock.step_wall(seconds)
        self.world.clock.advance(seconds=1)  # a lease later everybody has noticed

    @rule(at=workers)
    def turn_the_keeper(self, at: int) -> None:
        self.engines[at].core.keeper._round()

    @rule(at=workers, batch=st.integers(1, 5))
    def prune(self, at: int, batch: int) -> None:
        self.engines[at].prune(batch=batch)
        for one in self.model.sessions:
            if one.expires <= max(self.latest[at], self.wall):
                one.unsure = True  # gone, by a clock that may have been ahead

    @rule(at=workers, cleanly=st.booleans())
    def replace_a_worker(self, at: int, cleanly: bool) -> None:
        old = self.engines[at]
        if cleanly:
            self.write_activity(at)
            old.close()
        else:  # the process is gone: nothing is written, the row stays
            self.pending[at].clear()
            if self.kind != "memory":
                old.core.store.close()
        self.world.engines.remove(old)
        self.engines[at] = self.worker()
        self.latest[at] = self.wall

    # -- what must hold ----------------------------------------------------------------------------------

    @precondition(lambda self: self.model.sessions)
    @rule(at=workers, number=st.integers(0, 99), strict=st.booleans())
    def use(self, at: int, number: int, strict: bool) -> None:
        one = self.some(number)
        if self.look(at, one, strict=strict, touch=True):
            self.latest[at] = max(self.latest[at], self.wall)
            one.seen_to = max(one.seen_to, self.latest[at])
            self.pending[at].append((one, self.wall))

    @precondition(lambda self: self.model.sessions)
    @rule(at=workers, number=st.integers(0, 99))
    def recheck(self, at: int, number: int) -> None:
        one = self.some(number)
        try:
            session = self.engines[at].recheck(one.session, touch=False)
        except Refused as refused:
            self.verify_refused(at, one, refused)
        else:
            self.verify_accepted(one, session)

    @invariant()
    def every_worker_agrees_with_the_model(self) -> None:
        if not hasattr(self, "engines"):
            return
        for one in self.model.sessions[-6:]:
            for at in range(WORKERS):
                self.look(at, one, strict=False, touch=False)

    def look(self, at: int, one: Live, *, strict: bool, touch: bool) -> bool:
        answer = self.engines[at].check(one.token, strict=strict, touch=touch)
        if isinstance(answer, Session):
            self.verify_accepted(one, answer)
            return True
        self.verify_refused(at, one, answer)
        return False

    def verify_accepted(self, one: Live, session: Session[Any]) -> None:
        assert not self.model.must_refuse(one, self.wall), f"accepted: {one}"
        person = self.model.person(one.principal)
        assert (session.id, session.principal_id) == (one.session.id, one.principal)
        assert (session.roles, session.tenant) == (person.roles, person.tenant), "old facts"
        assert (session.credential_id, session.client_id) == (one.credential, one.client)

    def verify_refused(self, at: int, one: Live, refused: Refused) -> None:
        assert refused.code in {"revoked", "superseded", "expired", "idle", "principal_disabled"}, refused
        assert not self.model.must_accept(one, max(self.latest[at], self.wall)), f"{refused}: {one}"
        if refused.code == "idle":
            one.ended = True  # an idle refusal ends it, so that no late touch brings it back


class DeploymentOnSqlite(Deployment):
    kind = "sqlite"


QUICK = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
}


@pytest.mark.parametrize(("machine", "count"), [(Deployment, 25), (DeploymentOnSqlite, 6)])
def test_engines_and_model_agree(machine: type[Deployment], count: int) -> None:
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(
        machine,
        settings=settings(max_examples=count, stateful_step_count=40, **QUICK),  # type: ignore[arg-type]
    )


@pytest.mark.long
@pytest.mark.parametrize("part", range(4))
@pytest.mark.parametrize(
    ("machine", "count", "least"), [(Deployment, 750, 300), (DeploymentOnSqlite, 100, 50)]
)
def test_engines_and_model_agree_for_long(
    machine: type[Deployment], count: int, least: int, part: int
) -> None:
    """In parts, so that one that is slow is not taken for one that hangs."""
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(
        machine,
        settings=settings(max_examples=share_of(count, least), stateful_step_count=60, **QUICK),  # type: ignore[arg-type]
    )
