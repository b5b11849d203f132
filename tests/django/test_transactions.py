"""Which transaction of Django's is joined, and what is known of its end."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from django.db import Error, connection, connections, transaction
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from tests.django.places import file_at, pointing
from tests.postgres import PostgresServer

from rescind._clock import SystemClock
from rescind.django.store import DjangoSqliteStore
from rescind.django.transactions import in_format, joinable, watch, wrapper_of
from rescind.errors import ConfigurationError, StoreUnavailable
from rescind.model.revocation import LogEntry
from rescind.stores.sqlalchemy import contents, prune, statements, tokens
from rescind.stores.sqlalchemy.query import Query
from rescind.testing.records import an_entry


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest) -> None:
    """``DATABASES["default"]`` on both."""
    request.getfixturevalue("migrated" if request.param == "sqlite" else "migrated_server")


@contextmanager
def of_a_test_case(alias: str = "default") -> Iterator[None]:
    """What ``TestCase`` makes around each test: of the class, and of the method."""
    blocks = [transaction.atomic(using=alias) for _ in range(2)]
    for block in blocks:
        block._from_testcase = True
        block.__enter__()
    yield
    for block in reversed(blocks):
        transaction.set_rollback(True, using=alias)
        block.__exit__(None, None, None)


# -- joinable -----------------------------------------------------------------------------------------------


def test_a_block_of_the_application_is_joined_and_no_other(tmp_path: Path, migrated: Path) -> None:
    other = file_at(tmp_path / "other.sqlite3").database
    with pointing(default=file_at(migrated).database, other=other):
        assert joinable() is None
        with transaction.atomic(using="other"):
            assert joinable() is None
            assert joinable("other") is connections["other"]
        with transaction.atomic():
            assert joinable("default") is connections["default"]
            with transaction.atomic():
                assert joinable() is connections["default"]
        assert joinable() is None


def test_blocks_of_a_test_case_do_not_count(migrated: Path) -> None:
    with of_a_test_case():
        assert joinable() is None
        with transaction.atomic():
            assert joinable() is connections["default"]
        assert joinable() is None
    assert joinable() is None


def test_asking_connects_nowhere(migrated: Path) -> None:
    connections["default"].close()
    assert joinable() is None
    assert connections["default"].connection is None


def test_djangos_names_for_a_connection(migrated: Path) -> None:
    assert wrapper_of(connection) is connections["default"]
    assert wrapper_of(connections["default"]) is connections["default"]
    for stranger in (None, "default", connections, object()):
        assert wrapper_of(stranger) is None


# -- watch --------------------------------------------------------------------------------------------------


def told_of(block: Callable[[Callable[[bool], None]], Any]) -> list[bool]:
    told: list[bool] = []
    with suppress(ZeroDivisionError):
        block(told.append)
    return told


def commits(done: Callable[[bool], None]) -> None:
    with transaction.atomic():
        watch(connections["default"], done)


def rolls_back(done: Callable[[bool], None]) -> None:
    with transaction.atomic():
        watch(connections["default"], done)
        raise ZeroDivisionError


def is_rolled_back(done: Callable[[bool], None]) -> None:
    with transaction.atomic():
        watch(connections["default"], done)
        transaction.set_rollback(True)


def rolls_a_savepoint_back(done: Callable[[bool], None]) -> None:
    with transaction.atomic():
        with suppress(ZeroDivisionError):
            rolls_back(done)
        raise ZeroDivisionError


def commits_after_a_savepoint(done: Callable[[bool], None]) -> None:
    with transaction.atomic():
        commits(done)


def rolls_back_after_a_savepoint(done: Callable[[bool], None]) -> None:
    with transaction.atomic():
        commits(done)
        raise ZeroDivisionError


def fails_without_a_savepoint(done: Callable[[bool], None]) -> None:
    with transaction.atomic(), suppress(ZeroDivisionError), transaction.atomic(savepoint=False):
        watch(connections["default"], done)
        raise ZeroDivisionError


def rolls_a_savepoint_back_by_hand(done: Callable[[bool], None]) -> None:
    with transaction.atomic():
        point = getattr(transaction, "savepoint_create", transaction.savepoint)()  # Django 6.1 has renamed it
        with transaction.atomic():
            pass
        # Django knows savepoints by its blocks; of one made by hand it forgets nobody, so nothing is told
        # before the transaction has ended.
        transaction.savepoint_rollback(point)
        watch(connections["default"], done)


def is_closed(done: Callable[[bool], None]) -> None:
    with transaction.atomic():
        watch(connections["default"], done)
        connections["default"].close()


ENDS = {
    commits: [True],
    rolls_back: [False],
    is_rolled_back: [False],
    rolls_a_savepoint_back: [False],
    commits_after_a_savepoint: [True],
    rolls_back_after_a_savepoint: [False],
    fails_without_a_savepoint: [False],
    rolls_a_savepoint_back_by_hand: [True],
    is_closed: [False],
}


@pytest.mark.parametrize(("block", "expected"), ENDS.items(), ids=[one.__name__ for one in ENDS])
def test_the_end_is_told_once(place: None, block: Any, expected: list[bool]) -> None:
    told = told_of(block)
    assert told == expected, "at once, and not when the garbage is collected"
    gc.collect()
    assert told == expected


def test_a_savepoint_is_told_of_before_its_transaction_ends(place: None) -> None:
    told: list[bool] = []
    with transaction.atomic():
        with suppress(ZeroDivisionError):
            rolls_back(told.append)
        assert told == [False]


def test_one_that_fails_does_not_keep_the_others_from_hearing(
    place: None, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[bool] = []

    def fails(_: bool) -> None:
        raise RuntimeError("of the one before")

    with transaction.atomic():
        watch(connections["default"], fails)
        watch(connections["default"], told.append)
    assert told == [True], "it is committed: nothing may fail any more"
    assert "of the one before" in caplog.text


def test_callbacks_that_a_test_captures_tell_when_they_are_run(migrated: Path) -> None:
    told: list[bool] = []
    with of_a_test_case():
        with TestCase.captureOnCommitCallbacks() as callbacks, transaction.atomic():
            watch(connections["default"], told.append)
        assert (len(callbacks), told) == (1, [])
        callbacks[0]()
        assert told == [True]
        with TestCase.captureOnCommitCallbacks(execute=True), transaction.atomic():
            watch(connections["default"], told.append)
        assert told == [True, True]
    del callbacks
    gc.collect()
    assert told == [True, True]


def test_without_a_transaction_there_is_nothing_to_watch(migrated: Path) -> None:
    with pytest.raises(ConfigurationError, match="atomic"):
        watch(connections["default"], lambda _: None)


def test_an_application_that_commits_by_itself_is_not_watched(place: None) -> None:
    told: list[bool] = []
    transaction.set_autocommit(False)
    watch(connections["default"], told.append)
    transaction.commit()
    transaction.set_autocommit(True)
    assert told == []


def test_a_connection_that_breaks_down_tells_nothing(
    migrated_server: str, postgres_server: PostgresServer
) -> None:
    told: list[bool] = []
    with suppress(Error), transaction.atomic(), connections["default"].cursor() as cursor:
        cursor.execute("SELECT 1")
        watch(connections["default"], told.append)
        pid = connections["default"].connection.info.backend_pid
        with postgres_server.admin() as admin:
            admin.execute("SELECT pg_terminate_backend(%s)", (pid,))
    gc.collect()
    assert told == []


# -- statements ---------------------------------------------------------------------------------------------


def test_every_statement_has_as_many_places_as_parameters() -> None:
    """As Django's cursors count them: none of our texts has a question mark or a per cent sign of its own."""
    queries = [
        found
        for room in (contents, prune, statements, tokens)
        for found in vars(room).values()
        if isinstance(found, Query)
    ]
    assert len(queries) > 40
    for query in queries:
        assert in_format(query.sql).replace("%%", "").count("%s") == len(query.names)
        assert query.on_postgres.sql.replace("%%", "").count("%s") == len(query.on_postgres.names)


def test_statements_are_among_the_connections_queries(migrated: Path) -> None:
    """With their values in place, as DEBUG pages and ``assertNumQueries`` show them."""
    store = DjangoSqliteStore(str(migrated), clock=SystemClock())
    entry = an_entry(target="Ada '%s' 100%")
    with CaptureQueriesContext(connections["default"]) as captured, transaction.atomic():
        with_unit(store, entry)
    store.close()
    texts = [query["sql"] for query in captured.captured_queries]
    assert any("INSERT INTO rescind_revocation" in text and "Ada ''%s'' 100%" in text for text in texts)


def with_unit(store: DjangoSqliteStore, entry: LogEntry) -> None:
    with store.write(joinable()) as unit:
        unit.append(entry)


def test_what_django_itself_refuses_is_no_answer_of_the_database(migrated: Path) -> None:
    store = DjangoSqliteStore(str(migrated), clock=SystemClock())
    with warnings.catch_warnings(), transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(StoreUnavailable, match="atomic"), store.write(joinable()):
            raise AssertionError("the block must not be entered")
    store.close()
