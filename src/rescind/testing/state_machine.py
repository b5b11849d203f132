"""Two stores side by side: the same operations, and every answer compared (needs hypothesis).

::

    class TestMyStore(StoreComparison.TestCase): ...

is not enough, because a comparison needs its two stores; write::

    class MyComparison(StoreComparison):
        def make(self):
            return MemoryStore(), MyStore(...)

    TestMyComparison = MyComparison.TestCase
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass, replace
from functools import partial
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from rescind.errors import RescindError
from rescind.model.revocation import Head, Kind, Scope, What
from rescind.stores.base import Store, UnitOfWork
from rescind.testing import records
from rescind.testing.records import DAY, HOUR, MINUTE, NOW, REALM, select

T = TypeVar("T")
Operation = Callable[[UnitOfWork], object]
"""One step inside a unit; returns what is compared."""

SESSIONS = [f"s{n}" for n in range(6)]
PEOPLE = ["7", "8", "ä"]
REALMS = [REALM, "other"]
WORKERS = ["w1", "w2"]
KEYS = ["a", "ä"]
TIMES = st.sampled_from([-HOUR, -1, 0, 1, MINUTE, HOUR - 1, HOUR, HOUR + 1, DAY]).map(lambda n: NOW + n)
LATER = st.sampled_from([0, HOUR + 6 * MINUTE, 2 * DAY, 40 * DAY]).map(lambda n: NOW + n)

scopes = st.sampled_from(Scope)
people = st.sampled_from(PEOPLE)
sessions = st.sampled_from(SESSIONS)
realms = st.sampled_from(REALMS)
optional = st.none() | st.sampled_from(["x", "xx"])


def target_for(scope: Scope) -> st.SearchStrategy[str]:
    if scope is Scope.EVERYTHING:
        return st.just("")
    names = {Scope.SESSION: SESSIONS, Scope.PRINCIPAL: PEOPLE}
    return st.sampled_from(names.get(scope, ["x", "xx"]))


targets = scopes.flatmap(lambda scope: st.tuples(st.just(scope), target_for(scope)))
selections = st.builds(
    lambda target, realm, issued_before, keep: select(
        *target, realm=realm, issued_before=issued_before, keep=keep
    ),
    targets,
    realms,
    st.none() | st.integers(0, 6),
    st.none() | sessions,
)


# -- operations inside a unit ----------------------------------------------------------------------------


def append(unit: UnitOfWork, target: tuple[Scope, str], **facts: Any) -> object:
    return unit.append(records.an_entry(*target, **facts))


def insert_session(unit: UnitOfWork, back: int, **facts: Any) -> None:
    head = unit.head()
    record = records.a_session(Head(head.birth, max(0, head.seq - back)), **facts)
    unit.insert_session(record)


def put_standing(unit: UnitOfWork, **facts: Any) -> None:
    unit.put_standing(records.a_standing(**facts))


def end_session(unit: UnitOfWork, session_id: str, at: int, last_seen: int | None) -> object:
    return unit.end_session(session_id, at=at, reason="x", by="system", last_seen=last_seen)


def end_counted(unit: UnitOfWork, session_id: str, at: int) -> object:
    return unit.end_counted(session_id, at=at, reason="x", by="system")


def end_sessions(unit: UnitOfWork, selection: Any, at: int) -> object:
    return unit.end_sessions(selection, at=at, reason="many", by="system")


def insert_account(unit: UnitOfWork, login: str, principal_id: str) -> None:
    unit.insert_account(records.an_account(login, principal_id=principal_id))


def put_password(unit: UnitOfWork, id: str, principal_id: str, version: int) -> None:
    unit.put_password(records.a_password(principal_id, id=id, version=version))


def audit(unit: UnitOfWork, id: str, subject: str) -> None:
    unit.audit(records.an_event(id=id, subject=subject))


def look(unit: UnitOfWork, session_id: str, selection: Any, at: int) -> object:
    return (
        unit.head(),
        unit.session(session_id),
        unit.facts(session_id),
        unit.count(selection, now=at),
        [unit.standing(REALM, person) for person in PEOPLE],
        [unit.password(REALM, person) for person in PEOPLE],
        unit.account(REALM, "x"),
    )


def operation(function: Callable[..., object], **arguments: Any) -> st.SearchStrategy[Operation]:
    return st.fixed_dictionaries(arguments).map(lambda given: partial(function, **given))


ids = st.uuids().map(lambda drawn: drawn.hex)
operations: st.SearchStrategy[Operation] = st.one_of(
    operation(
        append,
        target=targets,
        id=st.sampled_from(["e1", "e2"]) | ids,
        kind=st.sampled_from(Kind),
        realm=realms,
        what=st.integers(0, 7).map(What),
        keep=st.none() | sessions,
        at=TIMES,
    ),
    operation(
        insert_session,
        back=st.integers(0, 2),
        id=sessions,
        realm=realms,
        principal_id=people,
        credential_id=optional,
        client_id=optional,
        idle=st.sampled_from([None, HOUR]),
        expires_at=st.sampled_from([NOW, NOW + HOUR, NOW + 60 * DAY]),
    ),
    operation(put_standing, id=people, realm=realms, tenant=optional, active=st.booleans()),
    operation(end_session, session_id=sessions, at=TIMES, last_seen=st.none() | TIMES),
    operation(end_counted, session_id=sessions, at=TIMES),
    operation(end_sessions, selection=selections, at=TIMES),
    operation(insert_account, login=st.sampled_from(["x", "xx"]), principal_id=people),
    operation(put_password, id=ids, principal_id=people, version=st.integers(1, 3)),
    operation(audit, id=ids, subject=people),
    operation(look, session_id=sessions, selection=selections, at=TIMES),
)


class Fault(Exception):
    """Thrown into a unit."""


class StoreComparison(RuleBasedStateMachine):
    """Rules apply to both stores; the invariant reads everything that can be read from both."""

    def make(self) -> tuple[Store, Store]:
        """Two new, empty stores."""
        raise NotImplementedError("write make(self): return two new, empty stores")

    @initialize()
    def begin(self) -> None:
        self.stores: tuple[Store, ...] = self.make()
        self.randoms: list[list[str]] = []
        for store in self.stores:
            store.open()
            self.randoms.append([store.head().birth])

    def teardown(self) -> None:
        for store in getattr(self, "stores", ()):
            store.close()

    def both(self, ask: Callable[[Store], object]) -> object:
        """Ask both stores, compare their answers or refusals, return the first's."""
        answers = [self.normal(self.answer(ask, store), index) for index, store in enumerate(self.stores)]
        assert answers[0] == answers[1]
        return answers[0]

    @staticmethod
    def answer(ask: Callable[[Store], object], store: Store) -> object:
        try:
            return ask(store)
        except (RescindError, Fault) as error:
            return type(error)

    def normal(self, value: object, index: int) -> object:
        """The value without what is random in each store: births, first entries of logs, counter ids."""
        if is_dataclass(value) and not isinstance(value, type):
            content = {field.name: getattr(value, field.name) for field in fields(value)}
            if "counter_id" in content:
                content["counter_id"] = content["counter_id"] is None
            return type(value).__name__, self.normal(content, index)
        if isinstance(value, dict):
            return {key: self.normal(item, index) for key, item in value.items()}
        if isinstance(value, Sequence) and not isinstance(value, str | bytes):
            return [self.normal(item, index) for item in value]
        if value in self.randoms[index]:
            return "random", self.randoms[index].index(str(value))
        return value

    # -- rules -------------------------------------------------------------------------------------------

    @rule(steps=st.lists(operations, min_size=1, max_size=5), fails=st.integers(0, 3))
    def unit(self, steps: list[Operation], fails: int) -> None:
        """Some steps in one unit; sometimes a fault after the last."""

        def run(store: Store) -> object:
            with store.write() as unit:
                answers = [step(unit) for step in steps]
                if fails == 0:
                    raise Fault
                return answers

        self.both(run)

    @rule(seen=st.lists(st.tuples(sessions, TIMES), max_size=5))
    def touch(self, seen: list[tuple[str, int]]) -> None:
        self.both(lambda store: store.touch(seen))

    @rule(
        session_id=sessions,
        changed=st.dictionaries(st.sampled_from(KEYS), st.none() | st.integers(0, 9) | st.text(max_size=3)),
        removed=st.lists(st.sampled_from(["b", "c"]), max_size=2, unique=True),
    )
    def save_data(self, session_id: str, changed: dict[str, Any], removed: list[str]) -> None:
        changed = changed | {"b": len(changed)}
        removed = [key for key in removed if key not in changed]
        self.both(lambda store: store.save_data(session_id, changed, removed))

    @rule(worker=st.sampled_from(WORKERS), acked=st.integers(0, 3))
    def register(self, worker: str, acked: int) -> None:
        self.both(lambda store: store.register(records.a_worker(store.head(), id=worker, acked=acked)))

    @rule(worker=st.sampled_from(WORKERS), seq=st.integers(0, 9))
    def acknowledge(self, worker: str, seq: int) -> None:
        self.both(lambda store: store.acknowledge(worker, seq, at=NOW))

    @rule(worker=st.sampled_from(WORKERS), seq=st.integers(0, 9))
    def retire(self, worker: str, seq: int) -> None:
        self.both(lambda store: store.retire(worker, seq))

    @rule(worker=st.sampled_from(WORKERS), forget=st.booleans())
    def remove_worker(self, worker: str, forget: bool) -> None:
        self.both(lambda store: store.forget(worker) if forget else store.deregister(worker))

    @rule(at_least=st.integers(0, 20), expected=st.booleans())
    def new_birth(self, at_least: int, expected: bool) -> None:
        def begin(store: Store) -> object:
            birth = store.head().birth if expected else "another"
            head = store.new_birth(expected=birth, at_least=at_least, reason="x", initiator="system", at=NOW)
            random = self.randoms[self.stores.index(store)]
            found = (head.birth, store.renew("w1", head.seq).applied_id)
            random.extend(text for text in found if text is not None and text not in random)
            return head

        # A counter that a rollback left ahead counts as seen; it is not left ahead here.
        self.both(lambda store: store.renew("w1", 0).head)
        self.both(begin)

    @rule(now=LATER, keep_ended=st.sampled_from([0, DAY]), batch=st.integers(1, 4))
    def prune(self, now: int, keep_ended: int, batch: int) -> None:
        """To the end: which row goes in which batch is the store's own affair."""

        def prune_all(store: Store) -> object:
            while store.prune(
                now=now, keep_ended=keep_ended, access_life=HOUR, session_life=30 * DAY, batch=batch
            ).more:
                pass
            return store.head()

        self.both(prune_all)

    # -- everything that can be read -----------------------------------------------------------------------

    @invariant()
    def same_log(self) -> None:
        if hasattr(self, "stores"):
            self.both(lambda store: store.renew("w1", 0))
            self.both(lambda store: store.renew("w2", 2, limit=2))
            self.both(lambda store: [store.head(), store.find_entry("e1")])
            self.both(lambda store: sorted(store.workers(), key=lambda row: row.id))
            self.both(lambda store: None if store.word is None else store.word[0])
            self.both(self.trail)

    @invariant()
    def same_sessions(self) -> None:
        if hasattr(self, "stores"):
            self.both(lambda store: [self.facts(store, session_id) for session_id in SESSIONS])
            self.both(lambda store: [store.load_data(session_id) for session_id in SESSIONS])
            everything = [select(realm=realm) for realm in REALMS]
            self.both(lambda store: [store.sessions(one, now=NOW, limit=4) for one in everything])
            self.both(lambda store: [store.count(one, now=NOW + HOUR) for one in everything])

    @invariant()
    def same_people(self) -> None:
        if hasattr(self, "stores"):
            self.both(lambda store: [store.standings(realm) for realm in REALMS])
            self.both(lambda store: store.sign_in_evidence(REALM, "x"))
            self.both(lambda store: store.password_evidence(REALM, "7"))

    @staticmethod
    def facts(store: Store, session_id: str) -> object:
        """Which of several entries that end a session is named, is the store's own affair."""
        facts = store.facts(session_id)
        return facts and [replace(facts, ended_by=None), facts.ended_by is not None]

    @staticmethod
    def trail(store: Store) -> object:
        reborn = store.audit_events("")
        return [*store.audit_events(REALM), *((event.type, event.seq, event.reason) for event in reborn)]
