"""An engine in a suite of Django's tests: nothing in the background, nothing beside Django's connection."""

from __future__ import annotations

import threading
import unittest
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.core.management import call_command
from django.db import connections, router, transaction
from django.test import TestCase, TransactionTestCase, override_settings
from tests.django.places import file_at, in_memory, pointing

from rescind import Receipt, Refused, Rescind, Session
from rescind._clock import SystemClock
from rescind.django.connection_store import ConnectionStore
from rescind.django.transactions import joinable
from rescind.errors import ConfigurationError, SchemaMissing
from rescind.testing import FakeClock
from rescind.testing.threads import race


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def place(request: pytest.FixtureRequest) -> Iterator[str]:
    """``DATABASES["default"]`` is what a suite of tests may have."""
    if request.param == "memory":
        with in_memory(request.getfixturevalue("migrated_file")):
            yield "memory"
    else:
        request.getfixturevalue("migrated" if request.param == "sqlite" else "migrated_server")
        yield request.param


def engine(**settings: Any) -> Rescind[str]:
    store = ConnectionStore("default", clock=SystemClock())
    return Rescind(store=store, **({"lease": 0} | settings))


@pytest.fixture(params=["memory", pytest.param("postgres", marks=pytest.mark.long)])
def site(request: pytest.FixtureRequest) -> Iterator[Rescind[str]]:
    """An engine where every application has its tables: a flush asks them all."""
    with ExitStack() as stack:
        if request.param == "postgres":
            request.getfixturevalue("server_place")
            call_command("migrate", verbosity=0)
        else:
            stack.enter_context(in_memory(request.getfixturevalue("site_file")))
        yield stack.enter_context(engine())


@pytest.fixture
def auth(place: str) -> Iterator[Rescind[str]]:
    with engine() as made:
        yield made


def alive(auth: Rescind[str], token: str) -> bool:
    return isinstance(auth.check(token), Session)


# -- nothing beside Django's connection ---------------------------------------------------------------------


def use(auth: Rescind[str], clock: FakeClock) -> None:
    """Everything that has a thread, or connections, elsewhere."""
    listener: list[Any] = []
    auth.on_revoked(listener.append)
    first, second, idle = (auth.sessions.start(who) for who in ("ada", "ada", "ida"))
    assert alive(auth, first.token)
    clock.advance(minutes=2)
    assert alive(auth, first.token), "its activity is due to be written"
    with auth.core.store.write() as unit:
        found = unit.session(first.session.id)
    assert found is not None
    assert found.last_seen > found.created_at
    assert auth.sign_out(second.token).state == "final"
    clock.advance(hours=1)
    refused = auth.check(idle.token)
    assert isinstance(refused, Refused)
    assert refused.code == "idle"
    with transaction.atomic():
        receipt = auth.revoke(principal="ada", reason="x", connection=joinable())
        assert receipt.state == "pending"
    assert (receipt.state, receipt.workers_lapsed) == ("final", 0)
    auth.principals.set("ada", active=False, reason="x")
    auth.prune()
    auth.new_birth(reason="restored")
    stream = auth.core.streams.register(first.session.id, lambda _: None)
    auth.core.streams.unregister(stream)


@pytest.mark.parametrize("lease", [0, 1.0])
def test_no_thread_is_started_and_no_connection_made(place: str, lease: float) -> None:
    """Whatever ``lease`` says: memory would outlive the rollback that ends a test."""
    connections["default"].ensure_connection()
    threads, servers = threading.enumerate(), servers_of(place)
    clock = FakeClock()
    store = ConnectionStore("default", clock=clock)
    auth: Rescind[str] = Rescind(
        store=store, clock=clock, lease=lease, idle=timedelta(minutes=30), authority_timeout=5.0
    )
    use(auth, clock)
    assert threading.enumerate() == threads
    assert servers_of(place) == servers
    assert store.workers() == []
    auth.close()
    assert threading.enumerate() == threads
    assert servers_of(place) == servers


def servers_of(place: str) -> list[Any]:
    """Which connections the server has to this database."""
    if place != "postgres":
        return []
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() "
            "AND backend_type = 'client backend' ORDER BY pid"
        )
        found: list[Any] = cursor.fetchall()
    return found


def test_the_first_check_opens_the_store_where_it_is_asked_for(place: str) -> None:
    with engine() as issuer:
        token = issuer.sessions.start("ada").token
    with engine() as other:
        threads = threading.enumerate()
        assert alive(other, token)
        assert isinstance(other.check(token, strict=True), Session)
        assert threading.enumerate() == threads


class Liar:
    """A router that sends everything of ours elsewhere."""

    def db_for_read(self, model: Any, **hints: Any) -> str:
        return "replica"

    def db_for_write(self, model: Any, **hints: Any) -> str:
        return "replica"

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == "replica"


def test_no_router_is_asked(auth: Rescind[str], place: str) -> None:
    with override_settings(DATABASE_ROUTERS=[Liar()]):
        assert router.db_for_read(None) == "replica"
        token = auth.sessions.start("ada").token
        assert alive(auth, token)
        assert auth.revoke(principal="ada", reason="x").ended == {"session": 1}
        assert not alive(auth, token)


def test_a_database_of_another_kind_is_refused() -> None:
    with pointing(mysql={"ENGINE": "django.db.backends.dummy"}):
        store = ConnectionStore("mysql", clock=SystemClock())
        with pytest.raises(ConfigurationError, match=r'DATABASES\[.mysql.\].*RESCIND\["using"\]'):
            store.open()


def test_tables_that_are_not_there_are_missed() -> None:
    with pointing(default=file_at(Path(":memory:")).database):
        store = ConnectionStore("default", clock=SystemClock())
        for ask in (store.open, store.head, lambda: store.facts("x"), lambda: store.touch([("x", 1)])):
            with pytest.raises(SchemaMissing, match=r"manage\.py migrate"):
                ask()


# -- Django's test cases ------------------------------------------------------------------------------------


def run(case: type[unittest.TestCase]) -> None:
    """As ``manage.py test`` runs it."""
    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(case).run(result)
    failures = [text for _, text in (*result.failures, *result.errors)]
    assert failures == []
    assert result.testsRun


def test_a_test_case_sees_its_own_writes_and_leaves_nothing(auth: Rescind[str]) -> None:
    tokens: list[str] = []

    class Inside(TestCase):
        def test_one(self) -> None:
            assert tokens == [] or not alive(auth, tokens[0])
            assert auth.core.store.head().seq == 0
            token = auth.sessions.start("ada").token
            tokens.append(token)
            assert alive(auth, token)
            receipt = auth.revoke(principal="ada", reason="x", connection=joinable())
            assert (receipt.state, receipt.seq) == ("final", 1), "numbers exist although nothing is committed"
            assert not alive(auth, token)
            assert alive(auth, auth.sessions.start("ada").token), "what was issued afterwards lives"

        test_two = test_one

        def test_in_an_atomic_block(self) -> None:
            token = auth.sessions.start("ada").token
            with self.captureOnCommitCallbacks(execute=True), transaction.atomic():
                receipt = auth.revoke(principal="ada", reason="x", connection=joinable())
                assert receipt.state == "pending"
            assert [receipt.state] == ["final"]
            assert not alive(auth, token)

        def test_in_an_atomic_block_that_rolls_back(self) -> None:
            token = auth.sessions.start("ada").token
            with transaction.atomic():
                receipt = auth.revoke(principal="ada", reason="x", connection=joinable())
                assert not alive(auth, token), "on one connection a check sees what is not committed yet"
                transaction.set_rollback(True)
            assert receipt.state == "void"
            assert alive(auth, token)

    birth = auth.core.store.head().birth
    run(Inside)
    head = auth.core.store.head()
    assert (head.birth, head.seq) == (birth, 0)
    assert not any(alive(auth, token) for token in tokens)


def flush(**how: Any) -> None:
    call_command("flush", interactive=False, verbosity=0, **how)


def by_hand() -> None:
    with connections["default"].cursor() as cursor:
        for deletion in DELETIONS:
            cursor.execute(deletion)


DELETIONS = (
    "DELETE FROM rescind_session",
    "DELETE FROM rescind_session_data",
    "DELETE FROM rescind_principal",
    "DELETE FROM rescind_revocation",
    "DELETE FROM rescind_audit_event",
    "DELETE FROM rescind_meta",
)
QUIETLY = partial(flush, inhibit_post_migrate=True, allow_cascade=True)
"""As ``TransactionTestCase`` with ``available_apps``: nobody is told."""
USES: dict[str, Callable[[Rescind[str]], object]] = {
    "head": lambda auth: auth.core.store.head(),
    "start": lambda auth: auth.sessions.start("ben"),
    "revoke": lambda auth: auth.revoke(principal="ada", reason="x"),
    "save": lambda auth: auth.core.store.save_data("x", {}, ()),
    "touch": lambda auth: auth.core.store.touch([("x", 1)]),
    "renew": lambda auth: auth.core.store.renew("", 0),
    "evidence": lambda auth: auth.core.store.sign_in_evidence("default", "ada"),
    "prune": lambda auth: auth.prune(),
}


@pytest.mark.parametrize("first", USES)
def test_a_head_is_made_anew_by_whatever_comes_first(auth: Rescind[str], first: str) -> None:
    auth.sessions.start("ada")
    birth = auth.core.store.head().birth
    by_hand()
    USES[first](auth)
    assert auth.core.store.head().birth not in ("", birth)


@pytest.mark.parametrize("way", [flush, QUIETLY, by_hand], ids=["flush", "quietly", "by hand"])
def test_a_flush_ends_what_was_issued_and_the_engine_goes_on(
    site: Rescind[str], way: Callable[[], None]
) -> None:
    before = site.sessions.start("ada").token
    site.revoke(principal="somebody", reason="x")
    assert alive(site, before)
    way()
    assert not alive(site, before)
    after = site.sessions.start("ada").token
    assert alive(site, after)
    assert site.revoke(principal="ada", reason="x").seq == 1
    assert not alive(site, after)


def test_a_transaction_test_case_begins_a_new_log_each_time(site: Rescind[str]) -> None:
    births: set[str] = set()

    class Flushed(TransactionTestCase):
        def test_one(self) -> None:
            births.add(site.core.store.head().birth)
            token = site.sessions.start("ada").token
            with transaction.atomic():
                receipt = site.revoke(principal="ada", reason="x", connection=joinable())
            assert (receipt.state, receipt.seq) == ("final", 1)
            assert not alive(site, token)

        test_two = test_three = test_one

    run(Flushed)
    assert len(births) == 3


def test_numbers_that_a_rollback_gives_again_mean_nothing(auth: Rescind[str]) -> None:
    """What memory knows of entry 1 is not true of the next entry 1."""
    token = auth.sessions.start("ada", client="web").token
    with transaction.atomic():
        auth.revoke(client="phone", reason="x", connection=joinable())
        assert alive(auth, token)
        transaction.set_rollback(True)
    assert auth.revoke(client="web", reason="x").seq == 1
    assert isinstance(auth.check(token, strict=True), Refused)
    assert not alive(auth, token)


def test_the_thread_of_a_live_server_uses_the_connection_that_it_is_given(place: str) -> None:
    """``LiveServerTestCase`` with a database in memory: two threads, one connection."""
    if place != "memory":
        return
    shared = connections["default"]
    answers: list[Any] = []
    with engine() as auth:
        token = auth.sessions.start("ada").token

        def serve() -> None:
            connections["default"] = shared
            answers.append(alive(auth, token))
            answers.append(auth.sign_out(token).state)

        shared.inc_thread_sharing()
        race([serve])
        shared.dec_thread_sharing()
        assert answers == [True, "final"]
        assert not alive(auth, token)


# -- event loops --------------------------------------------------------------------------------------------


def test_words_for_loops_run_on_djangos_own_thread(auth: Rescind[str]) -> None:
    async def view() -> Receipt:
        issued = await auth.aio.sessions.start("ada")
        assert isinstance(await auth.aio.check(issued.token), Session)
        session = await auth.aio.check(issued.token, strict=True)
        assert isinstance(session, Session)
        assert (await auth.aio.recheck(session)).id == session.id
        assert (await auth.aio.sessions.get(session.id)).id == session.id
        receipt = await auth.aio.revoke(principal="ada", reason="x")
        assert isinstance(await auth.aio.check(issued.token), Refused)
        return receipt

    with transaction.atomic():  # of the test around the view: it is on the same connection
        head = auth.core.store.head()
        assert async_to_sync(view)().state == "final"
        ours = [thread.name for thread in threading.enumerate() if thread.name.startswith("rescind")]
        assert ours == []
        assert auth.core.store.head().seq == head.seq + 1
        transaction.set_rollback(True)
    assert auth.core.store.head() == head
