"""The marker: a flush is noticed within a lease, and what was lost stays lost when it comes back."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine
from tests.stores.contents.house import LEASE, House, accepted, house, live
from tests.world import PATIENCE

from rescind import Rescind, Session
from rescind.errors import ConfigurationError, StoreUnavailable
from rescind.model.revocation import Kind, LogEntry, Scope
from rescind.stores.births import LOG_REALM
from rescind.stores.contents.beginning import WAIT, Beginning
from rescind.stores.contents.place import Place
from rescind.stores.redis import keys
from rescind.stores.sqlalchemy.contents import CONTENTS
from rescind.testing.threads import race


def losses(auth: Rescind[str]) -> list[int]:
    """The numbers of the entries that ended contents."""
    entries = auth.core.store.renew("", 0).entries
    return [one.seq for one in entries if (one.scope, one.target) == (Scope.EVERYTHING, CONTENTS)]


def refused_within_a_lease(auth: Rescind[str], token: str) -> None:
    until = time.monotonic() + LEASE
    while isinstance(auth.check(token), Session):
        assert time.monotonic() < until, "accepted from memory after a whole lease"
        time.sleep(0.005)


def until_from_memory(auth: Rescind[str], token: str) -> None:
    """Until the worker has a view, so that memory answers."""
    until = time.monotonic() + PATIENCE
    while auth.core.worker.current(auth.core.clock.lease()) is None:
        assert isinstance(auth.check(token), Session)
        assert time.monotonic() < until
        time.sleep(0.005)


def test_the_first_contents_of_a_log_are_no_loss(site: House) -> None:
    auth, second = site.engine(), site.engine()
    auth.open()
    second.open()
    assert auth.core.store.head() == second.core.store.head()
    assert auth.core.store.head().seq == 0
    assert losses(auth) == []


def test_many_who_come_first_at_once_see_no_loss(site: House) -> None:
    """A new place, and again after a new birth of the log."""
    stores = [site.engine().core.store for _ in range(6)]
    race([store.open for store in stores])
    assert (stores[0].head().seq, losses(site.engines[0])) == (0, [])
    born = stores[0].new_birth(
        expected=stores[0].head().birth, at_least=0, reason="restored", initiator="x", at=1
    )
    assert {one.head.birth for one in race([partial(store.renew, "", 0) for store in stores])} == {born.birth}
    assert losses(site.engines[0]) == []


def test_contents_whose_beginner_died_before_its_commit_are_written_down(site: House) -> None:
    """The marker is there and the log does not know: a flush must not look like a first beginning later."""
    site.engine().open()
    engine = create_engine(site.url)
    with engine.begin() as connection:
        assert connection.exec_driver_sql("DELETE FROM rescind_audit_event").rowcount == 1
    engine.dispose()
    auth = site.engine()
    issued = auth.sessions.start("ada")
    dump = site.server.do("DUMP", keys.session(issued.session.id))
    site.server.do("FLUSHALL")
    auth.core.store.renew("", 0)
    site.server.do("RESTORE", keys.session(issued.session.id), 0, dump)
    assert not accepted(site.engine(), issued)


def test_a_flush_is_noticed_from_memory_within_a_lease_and_ends_everybody(site: House) -> None:
    workers = [site.engine(), site.engine()]
    issued = workers[0].sessions.start("ada")
    workers[0].principals.set("ben", active=False, reason="suspended")
    for worker in workers:
        until_from_memory(worker, issued.token)
    assert all(accepted(worker, issued) for worker in workers)
    site.server.do("FLUSHALL")
    for worker in workers:
        refused_within_a_lease(worker, issued.token)
    until = time.monotonic() + LEASE
    while not losses(workers[0]):  # whoever signs in before anybody has looked may have to do so twice
        assert time.monotonic() < until
    again = workers[1].sessions.start("ada")
    assert all(accepted(worker, again) for worker in workers)
    assert len(losses(workers[0])) == 1, "said once, whoever saw it"
    (event,) = workers[0].core.store.audit_events(LOG_REALM)
    assert (event.type, event.seq) == ("contents.lost", losses(workers[0])[0])
    standing = workers[1].core.store.standing("default", "ben")
    assert standing is not None
    assert not standing.active, "what SQL keeps has not been lost"


@pytest.mark.parametrize("noticed", [True, False], ids=["noticed", "unnoticed"])
def test_what_was_before_a_flush_stays_over_when_a_replica_brings_it_back(
    site: House, tmp_path: Path, noticed: bool
) -> None:
    """A failover that lost the flush. If nobody had seen it, nobody has been refused, and all goes on."""
    auth = site.engine()
    issued = auth.sessions.start("ada")
    site.server.do("SAVE")
    saved = (site.server.folder / "dump.rdb").read_bytes()
    site.server.do("FLUSHALL")
    if noticed:
        assert auth.sessions.list("ada") == []
        auth.core.store.renew("", 0)
        later = auth.sessions.start("ben")
    auth.close()
    site.server.kill()
    (site.server.folder / "dump.rdb").write_bytes(saved)
    site.server.start()
    auth, other = site.engine(), site.engine()
    for engine in (auth, other):
        assert accepted(engine, issued) is not noticed
        assert live(engine, "ada") == ([] if noticed else [issued.session.id])
    if noticed:
        assert not accepted(auth, later)
    assert accepted(other, auth.sessions.start("ada"))


def test_restarted_from_an_older_snapshot_nothing_that_ended_is_alive(site: House) -> None:
    """The last seconds are lost: who signed in then signs in again, and every end stands."""
    auth = site.engine()
    kept, out, one, ben, rotated = (auth.sessions.start(n) for n in ("ada", "out", "one", "ben", "rot"))
    site.server.do("SAVE")
    late = auth.sessions.start("late")
    auth.sign_out(out.token)
    auth.revoke(session=one.session.id, reason="x")
    auth.revoke(principal="ben", reason="x")
    successor = auth.sessions.rotate(rotated.session)
    site.server.kill()
    site.server.start()
    for engine in (auth, site.engine()):
        until = time.monotonic() + 10
        while not accepted_strictly(engine, kept.token):
            assert time.monotonic() < until, "the server is back"
        assert not any(accepted_strictly(engine, gone.token) for gone in (out, one, ben, rotated))
        assert not any(accepted_strictly(engine, gone.token) for gone in (late, successor)), (
            "lost with the tail"
        )
    assert losses(auth) == [], "contents went back, and are the same"


def accepted_strictly(engine: Rescind[str], token: str) -> bool:
    return isinstance(engine.check(token, strict=True), Session)


def test_killed_between_the_entry_and_the_marker_the_next_look_goes_on(
    site: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    auth = site.engine()
    old = auth.sessions.start("ada")
    dump = site.server.do("DUMP", keys.session(old.session.id))
    site.server.do("FLUSHALL")
    with monkeypatch.context() as dying:
        dying.setattr(Place, "mark", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            auth.core.store.renew("", 0)
    assert losses(site.engine()), "the log has it"
    site.server.do("RESTORE", keys.session(old.session.id), 0, dump)
    other = site.engine()
    assert not accepted(other, old)
    assert accepted(other, other.sessions.start("ada"))


def test_of_many_who_see_one_loss_one_says_so(site: House) -> None:
    stores = [site.engine().core.store for _ in range(6)]
    for store in stores:
        store.open()
    site.server.do("FLUSHALL")
    barrier = threading.Barrier(6)

    def look(number: int) -> str:
        barrier.wait()
        return stores[number].renew("", 0).head.birth

    births = race([partial(look, number) for number in range(6)])
    assert len(set(births)) == 1
    assert len(losses(site.engines[0])) == 1


def test_who_is_slow_to_write_the_marker_is_waited_for(site: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine, between the entry and the marker: those who wait give up in time, and do not end one
    another's beginnings for ever."""
    stores = [site.engine().core.store for _ in range(6)]
    for store in stores:
        store.open()
    plain = Place.mark

    def mark(self: Place, *words: Any) -> bool:
        time.sleep(2 * WAIT)
        return plain(self, *words)

    monkeypatch.setattr(Place, "mark", mark)
    for _ in range(3):
        before = len(losses(site.engines[0]))
        site.server.do("FLUSHALL")
        race([partial(store.renew, "", 0) for store in stores])  # who came first may have been outrun since
        assert 1 <= len(losses(site.engines[0])) - before <= 6, "it was 32, and nobody came to an end"
        assert len({store.renew("", 0).head.birth for store in stores}) == 1


def test_a_marker_may_come_while_somebody_ends_what_it_marks(
    site: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two births come out of one loss then, one after the other, and the second is what holds."""
    early, late = site.engine(), site.engine()
    for auth in (early, late):
        auth.core.store.open()
    marking, looked, marked = threading.Event(), threading.Event(), threading.Event()
    mark, end = Place.mark, Beginning._end
    ended: list[Beginning] = []

    def slow_mark(self: Place, *words: Any) -> bool:
        if not marking.is_set():
            marking.set()
            assert looked.wait(PATIENCE)  # until somebody has given up waiting, and seen no marker
        return mark(self, *words)

    def slow_end(self: Beginning, *words: Any) -> LogEntry:
        ended.append(self)
        if len(ended) == 2:
            looked.set()
            assert marked.wait(PATIENCE)
        return end(self, *words)

    monkeypatch.setattr(Place, "mark", slow_mark)
    monkeypatch.setattr(Beginning, "_end", slow_end)
    site.server.do("FLUSHALL")
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(early.core.store.renew, "", 0)
        assert marking.wait(PATIENCE)
        second = pool.submit(late.core.store.renew, "", 0)
        outrun = first.result(PATIENCE).head.birth
        marked.set()
        held = second.result(PATIENCE).head.birth
    assert outrun != held
    assert 2 <= len(losses(early)) <= 3, "who was ended before the marker came looks, and ends once more"
    assert {auth.core.store.renew("", 0).head.birth for auth in (early, late)} == {held}


def test_a_lost_marker_alone_ends_the_contents(site: House) -> None:
    """Deleted by hand: what else was deleted, nobody knows."""
    auth = site.engine()
    issued = auth.sessions.start("ada")
    site.server.do("DEL", keys.META)
    auth.core.store.renew("", 0)
    assert not accepted(site.engine(), issued)
    assert live(auth, "ada") == []


def test_another_database_does_not_take_the_place(site: House, tmp_path: Path) -> None:
    auth = site.engine()
    issued = auth.sessions.start("ada")
    (tmp_path / "other").mkdir()
    with (
        house(tmp_path / "other", site.server) as neighbour,
        pytest.raises(ConfigurationError, match=r"redis=.* holds the sessions of another log"),
    ):
        neighbour.engine().open()
    assert accepted(site.engine(), issued)


def test_a_place_taken_at_run_time_is_an_outage(site: House) -> None:
    auth = site.engine()
    auth.sessions.start("ada")
    site.server.do("SET", keys.OWNER, "another log")
    with pytest.raises(StoreUnavailable, match="another log"):
        auth.core.store.renew("", 0)


def test_a_new_birth_of_the_log_keeps_the_place(site: House) -> None:
    auth = site.engine()
    issued = auth.sessions.start("ada")
    head = auth.core.store.head()
    auth.core.store.new_birth(expected=head.birth, at_least=0, reason="restored", initiator="x", at=1)
    for engine in (auth, site.engine()):
        assert not accepted(engine, issued)
        assert accepted(engine, engine.sessions.start("ada"))
    assert losses(auth) == []
    assert [entry.kind for entry in auth.core.store.renew("", 0).entries] == [Kind.CHANGED]
