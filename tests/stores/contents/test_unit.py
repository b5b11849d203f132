"""The log first, the contents second: whoever dies, pauses or loses Redis in between, nobody gets in who
should not, and what was ended stays ended."""

from __future__ import annotations

import os
import pickle
import signal
import threading
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine
from tests.redis_server import Server
from tests.stores.contents.house import House, accepted, house, live

from rescind import Issued, Rescind
from rescind.errors import ConfigurationError, Refused, StoreUnavailable
from rescind.model.revocation import Scope
from rescind.stores.contents.place import Place
from rescind.stores.redis import connections, keys
from rescind.stores.redis.scripts import COMMIT
from rescind.stores.sqlalchemy.connections import Connections as SqlConnections
from rescind.stores.sqlalchemy.sqlite_unit import SqliteUnit
from rescind.testing.records import a_session
from rescind.testing.threads import race


def order_of(old: Issued[str]) -> str:
    """The id of the revocation that is about this session."""
    return f"order-{old.session.id}"


Act = Callable[[Rescind[str], Issued[str]], object]
ACTS: dict[str, Act] = {
    "start": lambda auth, old: auth.sessions.start("ada"),
    "replace": lambda auth, old: auth.sessions.start("ada", replaces=old.token),
    "rotate": lambda auth, old: auth.sessions.rotate(old.session),
    "sign out": lambda auth, old: auth.sign_out(old.token),
    "end one": lambda auth, old: auth.revoke(session=old.session.id, reason="x", id=order_of(old)),
    "end all of ada": lambda auth, old: auth.revoke(principal="ada", reason="x", id=order_of(old)),
    "everything": lambda auth, old: auth.revoke(
        everything=True, confirm="default", reason="x", id=order_of(old)
    ),
}


@pytest.fixture
def server(shared_server: Server) -> Server:
    return shared_server


def dying(monkeypatch: pytest.MonkeyPatch, fatal: int, steps: int) -> None:
    """From now on this process dies at one of its steps: before a command of Redis, after its reply, before
    and after a statement or a commit of SQL. Each is noted in a pipe."""
    made = count(1)

    def step() -> None:
        os.write(steps, b".")
        if next(made) == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    def stepping(owner: Any, name: str) -> None:
        plain = getattr(owner, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            step()
            answer = plain(*args, **kwargs)
            step()
            return answer

        monkeypatch.setattr(owner, name, call)

    stepping(connections.Wire, "call")
    stepping(SqliteUnit, "run")
    stepping(SqlConnections, "_commit")


def run(
    site: House, monkeypatch: pytest.MonkeyPatch, act: Act, old: Issued[str], fatal: int
) -> tuple[int, Any]:
    """Act in a forked child that dies at its ``fatal``-th step: (steps made, what the act returned)."""
    auth = site.engine()
    auth.open()
    (reader, writer), (told, tell) = os.pipe(), os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            dying(monkeypatch, fatal, writer)
            answer = act(auth, old)
            os.write(tell, pickle.dumps(answer.token if isinstance(answer, Issued) else None))
        finally:
            os._exit(0)
    os.close(writer)
    os.close(tell)
    with os.fdopen(reader, "rb") as steps, os.fdopen(told, "rb") as answered:
        made, answer = len(steps.read()), answered.read()
    _, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status) is (fatal > 0)
    site.forget_lock()
    return made, pickle.loads(answer) if answer else None


@pytest.mark.parametrize("stride", [23, pytest.param(1, marks=pytest.mark.long)], ids=["some", "every"])
@pytest.mark.parametrize("name", ACTS)
def test_killed_between_any_two_steps_it_is_done_or_not_and_never_half(
    site: House, monkeypatch: pytest.MonkeyPatch, name: str, stride: int
) -> None:
    auth, act = site.engine(), ACTS[name]
    total, _ = run(site, monkeypatch, act, auth.sessions.start("ada"), 0)
    assert total >= 8
    auth.revoke(everything=True, confirm="default", reason="anew")
    for fatal in range(1, total + 1, stride):
        old = auth.sessions.start("ada")
        run(site, monkeypatch, act, old, fatal)
        judge(site, name, old)
        auth = site.engine()
        auth.revoke(everything=True, confirm="default", reason="anew")
        assert live(auth, "ada") == []
    site.engines[0].close()


def judge(site: House, name: str, old: Issued[str]) -> None:
    """What must hold of the two places after a death, seen by a process that knows nothing of it."""
    auth = site.engine()
    goes_on, sessions = accepted(auth, old), live(auth, "ada")
    assert (old.session.id in sessions) is goes_on, "listed if and only if it is accepted"
    if name in ("rotate", "replace"):
        assert len(sessions) <= 1, "the old one or the new one, and never both"
    if name in ("end one", "end all of ada", "everything"):
        entry = auth.core.store.find_entry(order_of(old))
        assert goes_on is (entry is None), "ended if and only if the log says so"
        assert ACTS[name](auth, old), "and saying it again does it"
        assert not accepted(auth, old)
    if name == "rotate" and not goes_on:
        auth.revoke(session=old.session.id, reason="the device is stolen")
        assert live(auth, "ada") == [], "whoever ends the old one ends what became of it"


# -- between the two commits -----------------------------------------------------------------------------


def at_the_commit(monkeypatch: pytest.MonkeyPatch, work: Callable[[], object]) -> None:
    """Once, when SQL has committed and Redis is about to."""
    plain = connections.Wire.run

    def runs(self: connections.Wire, script: Any, *words: Any) -> Any:
        if script is COMMIT:
            monkeypatch.setattr(connections.Wire, "run", plain)
            work()
        return plain(self, script, *words)

    monkeypatch.setattr(connections.Wire, "run", runs)


def test_everything_revoked_between_the_two_commits_ends_the_session(
    site: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    auth, other = site.engine(), site.engine()
    auth.sessions.start("ada")
    at_the_commit(monkeypatch, lambda: other.revoke(everything=True, confirm="default", reason="x"))
    late = auth.sessions.start("ada")
    assert not accepted(auth, late)
    assert not accepted(site.engine(), late)


def test_a_flush_between_the_two_commits_opens_nothing(site: House, monkeypatch: pytest.MonkeyPatch) -> None:
    auth = site.engine()
    old = auth.sessions.start("ada")
    at_the_commit(monkeypatch, lambda: site.server.do("FLUSHALL"))
    with pytest.raises(StoreUnavailable, match="not opened"):
        auth.sessions.rotate(old.session)
    assert live(site.engine(), "ada") == []
    assert accepted(auth, auth.sessions.start("ada")), "and it goes on"


def test_a_rotation_that_paused_until_another_went_on_brings_nobody_in(
    site: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SIGSTOP between the commits, for longer than the lock lasts; meanwhile the old session is ended."""
    auth, other = site.engine(), site.engine()
    old = auth.sessions.start("ada")

    def meanwhile() -> None:
        site.forget_lock()
        receipt = other.revoke(session=old.session.id, reason="stolen")
        assert receipt.state == "final"

    at_the_commit(monkeypatch, meanwhile)
    with pytest.raises(StoreUnavailable, match="not opened"):
        auth.sessions.rotate(old.session)
    assert not accepted(other, old)
    assert live(other, "ada") == []


def test_data_that_redis_never_got_is_said(site: House, monkeypatch: pytest.MonkeyPatch) -> None:
    auth = site.engine()
    store, session = auth.core.store, auth.sessions.start("ada").session
    assert store.save_data(session.id, {"a": 1}, ())

    def gone() -> None:
        raise StoreUnavailable("the wire was cut")

    at_the_commit(monkeypatch, gone)
    with pytest.raises(StoreUnavailable, match="data of a session was not written"), store.write() as unit:
        assert unit.save_data(session.id, {"a": 2}, ())
    site.forget_lock()
    assert store.load_data(session.id) == {"a": 1}


def test_an_end_is_one_even_if_redis_is_never_told(site: House, monkeypatch: pytest.MonkeyPatch) -> None:
    auth = site.engine()
    old = auth.sessions.start("ada")
    row = site.server.do("GET", keys.session(old.session.id))

    def gone() -> None:
        raise StoreUnavailable("the wire was cut")

    at_the_commit(monkeypatch, gone)
    assert auth.sign_out(old.token).state == "final"
    assert site.server.do("GET", keys.session(old.session.id)) == row, "Redis believes it alive"
    for engine in (auth, site.engine()):
        assert not accepted(engine, old)
        assert live(engine, "ada") == []
    site.forget_lock()
    assert auth.core.store.touch([(old.session.id, auth.core.time.now() + 10**9)]) == 0
    assert auth.core.store.save_data(old.session.id, {"a": 1}, ()) is False
    with pytest.raises(Refused):
        auth.sessions.rotate(old.session)


def test_what_redis_brings_back_stays_ended(site: House) -> None:
    """Rows of an older snapshot, written back as they were, for every way in which a session ends."""
    auth = site.engine(idle="1h")
    ends: dict[str, Callable[[Issued[str]], object]] = {
        "out": lambda one: auth.sign_out(one.token),
        "one": lambda one: auth.revoke(session=one.session.id, reason="x"),
        "rotated": lambda one: auth.sessions.rotate(one.session),
        "replaced": lambda one: auth.sessions.start("next", replaces=one.token),
        "all": lambda one: auth.revoke(principal="all", reason="x"),
        "client": lambda one: auth.revoke(client="web", reason="x"),
        "suspended": lambda one: auth.principals.set("suspended", active=False, reason="x"),
    }
    issued = {name: auth.sessions.start(name, client="web" if name == "client" else None) for name in ends}
    old = {name: site.server.do("GET", keys.session(one.session.id)) for name, one in issued.items()}
    for name, end in ends.items():
        assert accepted(auth, issued[name])
        end(issued[name])
        assert not accepted(auth, issued[name])
    for name, one in issued.items():
        site.server.do("SET", keys.session(one.session.id), old[name])
    for engine in (auth, site.engine()):
        assert [name for name, one in issued.items() if accepted(engine, one)] == []


# -- emergencies, and the caller's transactions ----------------------------------------------------------


@pytest.fixture
def stopped(tmp_path: Path) -> Iterator[House]:
    """Redis stands still after two sessions were opened."""
    with Server("redis") as server, house(tmp_path, server) as made:
        auth = made.engine(authority_timeout="1s")
        auth.open()
        yield made
        server.start() if not server.running else None


def test_without_redis_everything_can_be_ended_and_is_when_it_is_back(stopped: House) -> None:
    auth = stopped.engines[0]
    session = auth.sessions.start("ada")
    os.kill(stopped.server.pid, signal.SIGSTOP)
    try:
        receipt = auth.revoke(everything=True, confirm="default", reason="break-glass")
        assert receipt.state == "final"
        assert receipt.counted is False, "how many it were, Redis knows"
    finally:
        os.kill(stopped.server.pid, signal.SIGCONT)
    assert not accepted(stopped.engine(), session)


@pytest.mark.parametrize("who", ["nobody listens", "stands still"])
def test_without_redis_a_principal_can_be_ended(stopped: House, who: str) -> None:
    auth = stopped.engines[0]
    session = auth.sessions.start("ada")
    if who == "stands still":
        os.kill(stopped.server.pid, signal.SIGSTOP)
    else:
        stopped.server.do("SAVE")
        stopped.server.kill()
    try:
        receipt = auth.revoke(principal="ada", reason="left")
        assert (receipt.state, receipt.counted) == ("final", False)
        assert auth.principals.set("ben", active=False, reason="left").state == "final"
    finally:
        os.kill(stopped.server.pid, signal.SIGCONT) if who == "stands still" else stopped.server.start()
    assert not accepted(stopped.engine(), session)


def test_ended_in_the_callers_transaction_while_it_is_being_rotated(
    site: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the two commits of the rotation, when Redis does not know the successor yet."""
    auth, other = site.engine(), site.engine()
    old = auth.sessions.start("ada")
    engine = create_engine(site.url)

    def end() -> None:
        with engine.connect() as connection:
            other.revoke(session=old.session.id, reason="stolen", connection=connection)
            connection.commit()

    ending = threading.Thread(target=end)

    def meanwhile() -> None:
        ending.start()
        ending.join(0.1)

    at_the_commit(monkeypatch, meanwhile)
    new = auth.sessions.rotate(old.session)
    ending.join()
    engine.dispose()
    assert not accepted(site.engine(), old)
    assert not accepted(site.engine(), new)


def test_a_session_is_ended_in_the_callers_transaction_and_opened_nowhere(site: House) -> None:
    auth = site.engine()
    kept, ended = auth.sessions.start("ada"), auth.sessions.start("ben")
    engine = create_engine(site.url)
    with engine.connect() as connection:
        auth.revoke(principal="ada", reason="x", connection=connection)
        connection.rollback()
        receipt = auth.revoke(principal="ben", reason="x", connection=connection)
        assert receipt.state == "pending"
        connection.commit()
        receipt.complete()
        with (
            pytest.raises(ConfigurationError, match="connection="),
            auth.core.store.write(connection) as unit,
        ):
            unit.insert_session(a_session(unit.head()))
        with (
            auth.core.store.write(connection) as unit,
            pytest.raises(ConfigurationError, match="connection="),
        ):
            unit.save_data(kept.session.id, {"a": 1}, ())
        connection.rollback()
    engine.dispose()
    assert (accepted(auth, kept), accepted(auth, ended)) == (True, False)


def test_of_many_who_rotate_one_session_one_does(site: House) -> None:
    auths = [site.engine() for _ in range(4)]
    old = auths[0].sessions.start("ada")

    def rotate(auth: Rescind[str]) -> bool:
        try:
            auth.sessions.rotate(old.session)
        except Refused:
            return False
        return True

    done = race([partial(rotate, auth) for auth in auths])
    assert done.count(True) == 1
    assert len(live(auths[0], "ada")) == 1


def test_a_unit_that_ends_wide_never_looks_at_redis(site: House, monkeypatch: pytest.MonkeyPatch) -> None:
    auth = site.engine()
    auth.sessions.start("ada")
    entered = threading.Event()
    monkeypatch.setattr(Place, "held", lambda self: entered.set())
    auth.revoke(everything=True, confirm="default", reason="x", wait=False)
    assert not entered.is_set()
    assert [entry.scope for entry in auth.core.store.renew("", 0).entries] == [Scope.EVERYTHING]
