"""The stores of a Django project: in the application's ``atomic()`` blocks, and beside them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from django.db import Error, connections, transaction
from django.db import connection as connection_of_this_thread
from tests.django.places import Place, file_at, in_atomic, pointing, server_at
from tests.postgres import PATIENCE, PostgresServer

from rescind import Rescind, Session
from rescind._clock import SystemClock
from rescind.django.store import DjangoPostgresStore, DjangoSqliteStore
from rescind.django.transactions import joinable
from rescind.errors import ConfigurationError, SchemaMissing, StoreUnavailable
from rescind.stores.base import Store
from rescind.testing import StoreContract
from rescind.testing.records import an_entry
from rescind.testing.store_cases.base import StoreCases
from rescind.testing.store_cases.joining import Caller, JoiningCases
from rescind.testing.store_cases.silence import Silence


class OnDjangosConnection(StoreCases):
    """The caller is a view with an ``atomic()`` block on Django's own connection."""

    @contextmanager
    def caller(self, store: Store) -> Iterator[Caller]:
        with in_atomic("default") as caller:
            yield Caller(*caller)


class OnAFile(OnDjangosConnection):
    @pytest.fixture(autouse=True)
    def _place(self, migrated: Path) -> None:
        self.path = migrated

    def make(self) -> DjangoSqliteStore:
        return DjangoSqliteStore(str(self.path), clock=SystemClock())

    def make_second(self, first: Store) -> DjangoSqliteStore:
        return self.make()


class OnAServer(OnDjangosConnection):
    @pytest.fixture(autouse=True)
    def _place(self, migrated_server: str) -> None:
        """``migrated_server``: the tables are there."""

    def make(self) -> DjangoPostgresStore:
        return server_store()

    def make_second(self, first: Store) -> DjangoPostgresStore:
        return self.make()


class TestDjangoSqliteStoreInAtomic(OnAFile, JoiningCases):
    """What it has beside its parent, which passes the contract."""


class TestDjangoPostgresStoreInAtomic(OnAServer, JoiningCases):
    pass


@pytest.mark.long
class TestDjangoSqliteStore(OnAFile, StoreContract):
    pass


@pytest.mark.long
class TestDjangoPostgresStore(OnAServer, StoreContract):
    @contextmanager
    def falls_silent(self, patience: float) -> Iterator[tuple[Store, Silence]]:
        yield server_store(patience=patience), self.silence

    @pytest.fixture(autouse=True)
    def _server(self, postgres_server: PostgresServer) -> None:
        self.silence: Silence = lambda stop: postgres_server.freeze() if stop else postgres_server.thaw()


def server_store(alias: str = "default", **more: Any) -> DjangoPostgresStore:
    database: dict[str, Any] = connections[alias].settings_dict
    return DjangoPostgresStore.of(database, alias=alias, clock=SystemClock(), **more)


# -- whole revocations in the application's transactions ----------------------------------------------------


@pytest.fixture(params=["sqlite", "postgres"])
def auth(request: pytest.FixtureRequest) -> Iterator[Rescind[str]]:
    """An engine as a site has it in production."""
    store: Store
    if request.param == "sqlite":
        store = DjangoSqliteStore(str(request.getfixturevalue("migrated")), clock=SystemClock())
    else:
        request.getfixturevalue("migrated_server")
        store = server_store()
    with Rescind(store=store, authority_timeout=5.0) as made:
        yield made


def alive(auth: Rescind[str], token: str) -> bool:
    return isinstance(auth.check(token), Session)


def test_a_revocation_is_pending_inside_and_final_after_the_commit(auth: Rescind[str]) -> None:
    token = auth.sessions.start("ada").token
    assert alive(auth, token)
    with transaction.atomic():
        receipt = auth.revoke(principal="ada", reason="left", connection=joinable())
        assert receipt.state == "pending"
        assert alive(auth, token), "checks read what is committed"
    assert (receipt.state, receipt.ended) == ("final", {"session": 1})
    assert not alive(auth, token)


@pytest.mark.parametrize("where", ["outermost", "savepoint"])
def test_a_rollback_leaves_nothing(auth: Rescind[str], where: str) -> None:
    token = auth.sessions.start("ada").token
    with transaction.atomic():
        with suppress(ZeroDivisionError), transaction.atomic():
            receipt = auth.revoke(principal="ada", reason="left", connection=joinable())
            if where == "savepoint":
                raise ZeroDivisionError
        assert receipt.state == ("void" if where == "savepoint" else "pending")
        if where == "outermost":
            transaction.set_rollback(True)
    assert receipt.state == "void"
    assert receipt.complete().state == "void"
    assert alive(auth, token)
    assert auth.revoke(principal="ada", reason="left").state == "final"
    assert not alive(auth, token)


def test_a_standing_changes_with_the_users_own_row(auth: Rescind[str]) -> None:
    token = auth.sessions.start("ada").token
    with transaction.atomic():
        receipt = auth.principals.set("ada", active=False, reason="locked", connection=joinable())
    assert receipt.state == "final"
    assert not alive(auth, token)


# -- what cannot be joined ----------------------------------------------------------------------------------


def refused(auth: Rescind[str], connection: Any) -> str:
    with pytest.raises(ConfigurationError) as error:
        auth.revoke(principal="ada", reason="x", connection=connection)
    assert auth.core.store.head().seq == 0
    return str(error.value)


def test_a_connection_without_a_transaction_is_refused(auth: Rescind[str]) -> None:
    auth.open()
    said = refused(auth, connections["default"])
    assert "transaction.atomic(using='default')" in said
    assert said == refused(auth, connection_of_this_thread), "the name that Django has for it"


def test_a_connection_of_another_database_is_refused(
    auth: Rescind[str], tmp_path: Path, postgres_server: PostgresServer
) -> None:
    auth.open()
    other: dict[str, Any] = file_at(tmp_path / "other.sqlite3").database
    if connections["default"].vendor == "postgresql":
        other = server_at(postgres_server.url("postgres")).database
    with pointing(other=other, default=dict(connections["default"].settings_dict)):
        with transaction.atomic(using="other"):
            said = refused(auth, connections["other"])
        assert "DATABASES['other']" in said
        assert 'RESCIND["using"]' in said


def test_a_database_of_another_kind_is_refused(auth: Rescind[str]) -> None:
    auth.open()
    default = dict(connections["default"].settings_dict)
    with pointing(default=default, mysql={"ENGINE": "django.db.backends.dummy"}):
        said = refused(auth, connections["mysql"])
    assert "DATABASES['mysql']" in said
    assert 'RESCIND["using"]' in said


# -- tables and the head ------------------------------------------------------------------------------------


def test_tables_are_never_made_here(both: Place) -> None:
    """Neither by opening nor by looking, and no file comes to be."""
    store: Store = (
        DjangoSqliteStore(str(both.path), clock=SystemClock()) if both.vendor == "sqlite" else server_store()
    )
    with pytest.raises(SchemaMissing, match=r"manage\.py migrate"):
        store.open()
    if both.vendor == "sqlite":
        assert not both.path.exists()
        assert connections["default"].introspection.table_names() == []
        with pytest.raises(SchemaMissing, match=r"manage\.py migrate"):
            store.open()
    store.close()


def test_a_log_without_a_head_begins_anew(auth: Rescind[str]) -> None:
    """As after a flush: what was issued before is refused."""
    auth.open()
    birth = auth.core.store.head().birth
    auth.close()
    with connections["default"].cursor() as cursor:
        cursor.execute("DELETE FROM rescind_meta")
    auth.open()
    assert auth.core.store.head().birth not in ("", birth)
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT owner FROM rescind_meta")
        assert cursor.fetchall() == [("django" if connections["default"].vendor == "sqlite" else "rescind",)]
    assert alive(auth, auth.sessions.start("ada").token)


# -- SQLite -------------------------------------------------------------------------------------------------


def test_what_a_fast_connection_commits_is_made_durable_before_it_is_told(migrated: Path) -> None:
    """``PRAGMA synchronous = NORMAL`` syncs nothing in COMMIT; whoever is told "final" relies on it."""
    database = file_at(migrated).database | {"OPTIONS": {"init_command": "PRAGMA synchronous = NORMAL"}}
    store = DjangoSqliteStore(str(migrated), clock=SystemClock())
    with pointing(default=database), Rescind(store=store) as auth:
        auth.sessions.start("ada")
        synced = store._sync
        wal, seen = migrated.with_name(migrated.name + "-wal"), []

        def sync() -> None:
            before = wal.read_bytes()
            synced()
            seen.append((receipt.state, wal.read_bytes() != before))

        store._sync = sync  # type: ignore[method-assign]
        with transaction.atomic():
            receipt = auth.revoke(principal="ada", reason="x", connection=joinable())
        assert seen == [("pending", True)]
        assert receipt.state == "final"


def test_a_transaction_that_only_read_says_what_to_set(migrated: Path) -> None:
    store = DjangoSqliteStore(str(migrated), clock=SystemClock())
    with Rescind(store=store) as auth, transaction.atomic(), connections["default"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM rescind_session")
        auth.sessions.start("ada")
        with pytest.raises(StoreUnavailable, match='"transaction_mode": "IMMEDIATE"'):
            auth.revoke(principal="ada", reason="x", connection=joinable())


@pytest.mark.parametrize("has_read", [False, True])
def test_the_store_opens_inside_a_block(migrated: Path, has_read: bool) -> None:
    """``ATOMIC_REQUESTS``, and a first request that reaches the view before it asks for a session: only
    ``migrate`` has the file alone, and makes it one that is read beside whatever is open."""
    store = DjangoSqliteStore(str(migrated), clock=SystemClock())
    with transaction.atomic(), connections["default"].cursor() as cursor:
        if has_read:
            cursor.execute("SELECT count(*) FROM rescind_session")
            cursor.fetchall()
        store.open()
        assert store.head().seq == 0
        if not has_read:
            with store.write(joinable()) as unit:
                unit.append(an_entry())
    assert store.head().seq == (0 if has_read else 1)
    store.close()


@pytest.mark.parametrize("opened", [True, False])
def test_nobody_waits_for_the_lock_that_this_very_thread_has(migrated: Path, opened: bool) -> None:
    """What is not passed ``connection=`` inside a block that began with the write lock would wait for itself,
    and be refused after five seconds."""
    database = file_at(migrated).database | {"OPTIONS": {"transaction_mode": "IMMEDIATE"}}
    store = DjangoSqliteStore(str(migrated), clock=SystemClock())
    with pointing(default=database), Rescind(store=store) as auth:
        if opened:
            auth.open()
        began = time.monotonic()
        with transaction.atomic(), pytest.raises(StoreUnavailable, match="connection="):
            auth.sessions.start("ada")
        assert time.monotonic() - began < 1
        with transaction.atomic():
            receipt = auth.revoke(principal="ada", reason="x", connection=joinable()) if opened else None
        assert receipt is None or receipt.state == "final"
        assert alive(auth, auth.sessions.start("ada").token)


# -- PostgreSQL ---------------------------------------------------------------------------------------------


def test_parameters_are_djangos_own(migrated_server: str) -> None:
    database = dict(connections["default"].settings_dict)
    options = {"assume_role": "postgres", "application_name": "shop", "pool": False, "isolation_level": 2}
    with pointing(default=database | {"OPTIONS": options}):
        store = server_store()
        store.open()
        link = store._connections.readers.take()
        found = link.rows("SELECT current_user, current_setting('application_name')", ())
        link.close()
        assert found == [("postgres", "shop")]
        store.close()


def test_pushes_come_another_way_where_one_is_named(migrated_server: str) -> None:
    """``RESCIND["listen"]``: past a pooler, behind which LISTEN hears nothing."""
    heard = threading.Event()
    nowhere = dict(connections["default"].settings_dict) | {"PORT": "1"}
    store = server_store(listen=dict(connections["default"].settings_dict))
    store.open()
    store._database = nowhere
    end = store.listen(heard.set)
    assert heard.wait(PATIENCE), "told at first, since some may have been missed"
    heard.clear()
    other = server_store()
    other.open()
    other.push()
    assert heard.wait(PATIENCE)
    end()
    for one in (store, other):
        one.close()


def test_a_lost_connection_tells_nothing(migrated_server: str, postgres_server: PostgresServer) -> None:
    """Whether a COMMIT was on its way nobody knows: the log is asked, by ``complete()``."""
    with Rescind(store=server_store(), authority_timeout=5.0) as auth:
        auth.sessions.start("ada")
        with suppress(Error), transaction.atomic():
            receipt = auth.revoke(principal="ada", reason="x", connection=joinable())
            pid = connections["default"].connection.info.backend_pid
            with postgres_server.admin() as admin:
                admin.execute("SELECT pg_terminate_backend(%s)", (pid,))
        assert receipt.state == "pending"
        assert receipt.complete().state == "pending"
        assert auth.revoke(principal="ada", reason="x").ended == {"session": 1}
