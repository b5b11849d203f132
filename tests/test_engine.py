"""The engine's surface: what revoking means, in every scope, and what a receipt then promises."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import contextmanager, suppress
from typing import Any
from uuid import UUID

import pytest
from tests.world import PATIENCE, World, code, row, spy_of

from rescind import Refused, Rescind, Session
from rescind._tokens import new_id, new_session_id
from rescind.errors import (
    CommitUnknown,
    ConfigurationError,
    NotFound,
    RevocationUnknown,
    StoreUnavailable,
)
from rescind.revocation.barrier import LONGEST_TERM

Ask = Callable[[Rescind[Any], Session[Any]], dict[str, Any]]
BY_SCOPE: dict[str, Ask] = {
    "session": lambda _, session: {"session": session},
    "session id": lambda _, session: {"session": session.id},
    "principal": lambda _, session: {"principal": session.principal_id},
    "credential": lambda _, session: {"credential": session.credential_id},
    "client": lambda _, session: {"client": session.client_id},
    "tenant": lambda _, session: {"tenant": session.tenant},
    "everything": lambda auth, _: {"everything": True, "confirm": auth.settings.realm},
}


def member(auth: Rescind[Any], name: str = "ada", tenant: str = "app") -> tuple[str, Session[Any]]:
    auth.principals.set(name, tenant=tenant, reason="member")
    issued = auth.sessions.start(name, credential=f"cred-{name}", client=f"client-{name}")
    return issued.token, issued.session


@pytest.mark.parametrize("scope", BY_SCOPE)
def test_final_means_that_no_worker_accepts(world: World, scope: str) -> None:
    workers = [world.engine() for _ in range(3)]
    token, session = member(workers[0])
    assert {code(worker.check(token)) for worker in workers} == {"live"}
    receipt = workers[1].revoke(**BY_SCOPE[scope](workers[1], session), reason="for a test")
    assert receipt.state == "final"
    assert dict(receipt.ended) == {"session": 1}
    assert receipt.matched == 1
    assert receipt.seq == workers[0].core.store.head().seq
    for strict in (False, True):
        assert {code(worker.check(token, strict=strict)) for worker in workers} == {"revoked"}
    assert workers[0].sessions.list("ada") == []


@pytest.mark.parametrize("scope", [scope for scope in BY_SCOPE if scope != "everything"])
def test_nobody_else_is_ended(world: World, scope: str) -> None:
    """Prefix-safe: ``app`` is not ``app2``."""
    auth = world.engine()
    _, session = member(auth)
    near = {"ad": "ap", "ada2": "app2", "Ada": "App"}
    others = [member(auth, name, tenant)[0] for name, tenant in near.items()]
    auth.revoke(**BY_SCOPE[scope](auth, session), reason="for a test")
    assert {code(auth.check(token)) for token in others} == {"live"}


@pytest.mark.parametrize("scope", ["principal", "credential", "client", "tenant", "everything"])
def test_a_sign_in_under_way_is_ended_too(world: World, scope: str) -> None:
    """A2, A3. Mutation: ``issued_seq`` read at the insert. Whoever was verified before the end stays out."""
    auth = world.engine()
    auth.principals.set("ada", tenant="app", reason="member")
    mark = auth.mark()
    session = Session.fake("ada", credential_id="cred-ada", client_id="client-ada", tenant="app")
    auth.revoke(**BY_SCOPE[scope](auth, session), reason="while the password is verified")
    with pytest.raises(Refused) as refused:
        auth.sessions.start("ada", mark=mark, credential="cred-ada", client="client-ada")
    assert refused.value.code == "revoked"
    assert code(auth.check(auth.sessions.start("ada", mark=auth.mark()).token)) == "live"


def test_keep_goes_on_and_must_be_a_live_session_of_the_principal(world: World) -> None:
    auth, other = world.engine(), world.engine()
    mine, theirs = auth.sessions.start("ada"), auth.sessions.start("bob")
    rest = [auth.sessions.start("ada").token for _ in range(3)]
    for wrong in (theirs.session, new_session_id()):
        with pytest.raises(NotFound, match="nothing was ended"):
            auth.revoke(principal="ada", keep=wrong, reason="for a test")
    assert {code(auth.check(token)) for token in rest} == {"live"}
    receipt = auth.revoke(principal="ada", keep=mine.session, reason="sign out elsewhere")
    assert dict(receipt.ended) == {"session": 3}
    for engine in (auth, other):
        assert code(engine.check(mine.token)) == "live"
        assert {code(engine.check(token)) for token in rest} == {"revoked"}
    rotated = auth.sessions.rotate(mine.session)
    assert code(other.check(rotated.token)) == "live", "its successor goes on as well"
    with pytest.raises(NotFound):
        auth.revoke(principal="ada", keep=mine.session, reason="an ended one cannot be kept")


def test_a_known_id_appends_nothing_and_waits_for_the_same_entry(world: World) -> None:
    auth = world.engine()
    auth.sessions.start("ada")
    first = auth.revoke(principal="ada", reason="for a test", id="r-1")
    token = auth.sessions.start("ada").token
    again = auth.revoke(principal="ada", reason="for a test", id="r-1")
    assert (again.id, again.seq, again.state) == ("r-1", first.seq, "final")
    assert dict(again.ended) == dict(first.ended), "what the first one did"
    assert code(auth.check(token)) == "live", "issued after it"


@pytest.mark.parametrize("target", ["unknown", "ended"])
def test_nothing_to_end_appends_nothing_and_waits_for_the_head(world: World, target: str) -> None:
    """A5. Mutation: second revoke returning at once."""
    auth = world.engine()
    session = auth.sessions.start("ada").session
    auth.revoke(session=session, reason="first")
    head = auth.core.store.head().seq
    row(auth.core.store, "behind", term=2.0)
    began = world.clock.lease()
    receipt = auth.revoke(session=session if target == "ended" else new_session_id(), reason="second")
    assert auth.core.store.head().seq == head == receipt.seq
    assert dict(receipt.ended) == {}
    assert (receipt.state, receipt.workers_lapsed) == ("final", 1)
    assert world.clock.lease() - began >= 2.0, "somebody had not confirmed the first one"


def test_not_waiting_and_waiting_later(world: World) -> None:
    auth = world.engine()
    auth.sessions.start("ada")
    row(auth.core.store, "behind")
    began = world.clock.lease()
    receipt = auth.revoke(principal="ada", reason="for a test", wait=False)
    assert receipt.state == "committed"
    assert world.clock.lease() == began
    assert receipt.wait().state == "final"
    assert receipt.workers_lapsed == 1
    assert "elsewhere pid 7" in receipt.outside[0]
    assert receipt.wait() is receipt


def test_everything_needs_the_realm_as_confirmation(world: World) -> None:
    auth = world.engine(realm="shop")
    token = auth.sessions.start("ada").token
    confirm: Any
    for confirm in (None, "", "default"):
        with pytest.raises(ConfigurationError, match='confirm="shop"'):
            auth.revoke(everything=True, confirm=confirm, reason="for a test")
    with pytest.raises(TypeError):
        auth.revoke(everything=False, confirm="shop", reason="for a test")
    assert code(auth.check(token)) == "live"


@pytest.mark.counter
def test_workers_are_counted_and_named(world: World) -> None:
    workers = [world.engine() for _ in range(3)]
    workers[0].sessions.start("ada")
    receipt = workers[0].revoke(principal="ada", reason="for a test")
    assert (receipt.workers_confirmed, receipt.workers_lapsed, receipt.proof) == (3, 0, "counter")
    assert str(receipt).startswith(f"final · seq {receipt.seq} · ended 1 session · 3 workers in")


def test_the_trail_says_who_why_and_what(world: World) -> None:
    auth = world.engine()
    auth.sessions.start("ada")
    receipt = auth.revoke(principal="ada", reason="left\nthe  company", by="cli:root@web-1")
    event = next(e for e in auth.core.store.audit_events("default", limit=5) if e.type == "principal.revoked")
    assert (event.actor, event.subject, event.reason, event.seq) == (
        "cli:root@web-1",
        "principal:ada",
        "left the company",
        receipt.seq,
    )
    assert event.data["revocation"] == receipt.id


@pytest.mark.parametrize(
    ("kind", "spellings"),
    [
        (int, [42, "42"]),
        (UUID, [UUID(int=7), str(UUID(int=7)), str(UUID(int=7)).upper(), UUID(int=7).hex]),
        (str, ["42"]),
    ],
)
def test_ids_are_one_however_they_are_written(world: World, kind: Any, spellings: list[Any]) -> None:
    """CVE-2026-82311: a clean-up that compared "42" with 42 removed nothing and said so to nobody."""
    for spelling in spellings:
        auth = world.engine(principal_id=kind, realm=f"r{new_id()[:6]}")
        issued = auth.sessions.start(spellings[0])
        assert isinstance(issued.session.principal_id, kind)
        receipt = auth.revoke(principal=spelling, reason="for a test")
        assert dict(receipt.ended) == {"session": 1}
        assert code(auth.check(issued.token)) == "revoked"


# -- faults ----------------------------------------------------------------------------------------------


def test_an_unknown_commit_that_did_happen_is_found(world: World) -> None:
    auth = world.engine(spy=True)
    token = auth.sessions.start("ada").token
    lose_the_answer(auth, committed=True)
    receipt = auth.revoke(principal="ada", reason="for a test", id="r-1")
    assert (receipt.state, receipt.id) == ("final", "r-1")
    assert code(auth.check(token)) == "revoked"


def test_an_unknown_commit_that_did_not_happen_says_so(world: World) -> None:
    auth = world.engine(spy=True)
    token = auth.sessions.start("ada").token
    lose_the_answer(auth, committed=False)
    with pytest.raises(StoreUnavailable, match="nothing was revoked"):
        auth.revoke(principal="ada", reason="for a test", id="r-1")
    assert code(auth.check(token)) == "live"


def test_an_unknown_commit_that_cannot_be_looked_up_is_unknown_and_may_be_retried(world: World) -> None:
    auth = world.engine(spy=True)
    token = auth.sessions.start("ada").token
    lose_the_answer(auth, committed=True)
    spy_of(auth).failing("find_entry", StoreUnavailable("gone"))
    with pytest.raises(RevocationUnknown) as unknown:
        auth.revoke(principal="ada", reason="for a test", id="r-1")
    assert unknown.value.id == "r-1"
    spy_of(auth).works("find_entry")
    receipt = auth.revoke(principal="ada", reason="for a test", id=unknown.value.id)
    assert receipt.state == "final"
    assert code(auth.check(token)) == "revoked"


def lose_the_answer(auth: Rescind[Any], *, committed: bool) -> None:
    """The next unit of work ends with a lost connection: after its commit, or before it."""
    spy = spy_of(auth)
    real = spy.real.write

    @contextmanager
    def write(connection: Any = None, **how: Any) -> Any:
        del spy.__dict__["write"]
        with suppress(InterruptedError), real(connection, **how) as unit:
            yield unit
            if not committed:
                raise InterruptedError
        raise CommitUnknown("connection lost in COMMIT")

    spy.__dict__["write"] = write


def test_after_the_commit_there_is_no_failure(world: World) -> None:
    """B6: the registry cannot be read. It stands, and it is final once the longest term has passed."""
    auth = world.engine(spy=True)
    auth.sessions.start("ada")
    spy_of(auth).failing("registry", StoreUnavailable("gone"))
    began = world.clock.lease()
    receipt = auth.revoke(principal="ada", reason="for a test")
    assert (receipt.state, receipt.proof) == ("final", "term")
    assert world.clock.lease() - began >= LONGEST_TERM


def test_a_store_that_cannot_write_ends_nothing_and_says_so(world: World) -> None:
    auth = world.engine(spy=True)
    token = auth.sessions.start("ada").token
    spy_of(auth).failing("write", StoreUnavailable("the disk is full"))
    with pytest.raises(StoreUnavailable, match="disk is full"):
        auth.revoke(principal="ada", reason="for a test")
    assert code(auth.check(token)) == "live"


# -- life cycle ------------------------------------------------------------------------------------------


def ours(before: set[threading.Thread]) -> set[str]:
    """Threads of engines made since ``before``."""
    since = set(threading.enumerate()) - before
    return {thread.name for thread in since if thread.name.startswith("rescind")}


def test_close_drops_the_view_first_then_leaves_the_registry_and_no_thread(world: World) -> None:
    before = set(threading.enumerate())
    auth = world.engine(spy=True)
    token = auth.sessions.start("ada").token
    auth.on_revoked(lambda _: None)
    auth.core.keeper.ensure()
    assert code(auth.check(token)) == "live"
    seen: list[bool] = []
    spy_of(auth).before["deregister"] = lambda *_: seen.append(
        auth.core.worker.current(world.clock.lease()) is not None
    )
    auth.close()
    assert seen == [False]
    assert list(world.store().workers()) == []
    assert ours(before) == set()
    auth.close()


def test_close_does_not_fail_for_activity_that_cannot_be_written(world: World) -> None:
    auth = world.engine(spy=True, idle="10m")
    token = auth.sessions.start("ada").token
    spy_of(auth).failing("touch", StoreUnavailable("read-only"))
    world.clock.advance(minutes=2)
    assert code(auth.check(token)) == "live"
    auth.close()
    assert spy_of(auth).calls["close"] == 1


def test_a_closed_engine_opens_again_when_asked(world: World) -> None:
    auth = world.engine()
    token = auth.sessions.start("ada").token
    auth.close()
    assert code(auth.check(token)) == "live"
    auth.revoke(principal="ada", reason="for a test")
    assert code(auth.check(token)) == "revoked"


def test_constructing_touches_nothing(tmp_path: Any) -> None:
    before = ours(set())
    auth = Rescind(f"sqlite:///{tmp_path}/none/app.db")
    assert ours(set()) == before
    assert not (tmp_path / "none").exists()
    assert "none" in repr(auth)
    with pytest.raises(ConfigurationError):
        auth.open()


def test_a_keeper_begins_with_the_first_check_and_not_before(file_world: World) -> None:
    auth = file_world.engine(joined=False)
    token = auth.sessions.start("ada").token
    auth.revoke(principal="bob", reason="for a test")
    before = auth.core.keeper.running
    assert list(auth.core.store.workers()) == [], "command lines and task workers slow no barrier"
    assert code(auth.check(token)) == "live"
    assert (before, auth.core.keeper.running) == (False, True)
    pause = threading.Event()
    for _ in range(int(PATIENCE / 0.01)):
        if auth.core.worker.registered:
            break
        pause.wait(0.01)
    assert auth.core.worker.registered


def test_sign_out_ends_the_session_of_the_token_and_of_no_other(world: World) -> None:
    auth, other = world.engine(), world.engine()
    mine, else_where = auth.sessions.start("ada"), auth.sessions.start("ada")
    from rescind._tokens import new_session_token

    for junk in (None, "", "nonsense", new_session_token(mine.session.id), new_session_token("0" * 24)):
        assert auth.sign_out(junk).state == "final"
    assert code(other.check(mine.token)) == "live"
    assert dict(auth.sign_out(mine.token).ended) == {"session": 1}
    assert code(other.check(mine.token)) == "revoked"
    assert code(other.check(else_where.token)) == "live"


def test_prune_in_batches_until_nothing_is_left(world: World) -> None:
    auth = world.engine(absolute="1h", idle=None, keep_ended="1h", reread_every="60s")
    for number in range(7):
        auth.sessions.start(f"p{number}")
        auth.revoke(principal=f"p{number}", reason="for a test")
    world.clock.advance(hours=3)
    batches: list[tuple[int, int]] = []
    total = auth.prune(batch=3, on_batch=lambda one: batches.append((one.sessions, one.entries)))
    assert total.sessions == 7
    assert total.entries > 0
    assert max(max(one) for one in batches) <= 3
    assert len(batches) > 2
