"""The head of the log: made after the tables and after a flush, by one of many, never twice."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, connections
from django.db.transaction import atomic, set_rollback
from tests.django.places import Place, manage

from rescind import Rescind, Session
from rescind.django import models
from rescind.django.schema.head import ensure_head
from rescind.errors import SchemaMissing


@pytest.fixture
def migrated(empty: Place) -> Place:
    manage("migrate", "rescind")
    return empty


def test_migrate_makes_it(migrated: Place) -> None:
    head = models.Head.objects.get()
    assert (head.id, head.schema_version, head.min_reader, head.owner) == (1, 4, 1, "django")
    assert (head.seq, head.floor, head.counter_id) == (0, 0, None)
    assert len(head.birth) == 32
    assert not ensure_head(connection)
    assert models.Head.objects.get().birth == head.birth


def test_a_flush_begins_a_new_log(migrated: Place) -> None:
    manage("migrate")  # a flush looks at tables of auth, too
    with Rescind(migrated.url) as auth:
        token = auth.sessions.start("ada").token
        auth.revoke(principal="bob", reason="left")
    birth = models.Head.objects.get().birth
    manage("flush", interactive=False)
    head = models.Head.objects.get()
    assert head.birth != birth
    assert (head.seq, head.owner) == (0, "django")
    assert models.Session.objects.count() == models.Revocation.objects.count() == 0
    with Rescind(migrated.url) as auth:
        assert not isinstance(auth.check(token), Session)
        assert isinstance(auth.check(auth.sessions.start("ada").token), Session)


def test_on_first_use_where_nobody_has_sent_a_signal(migrated: Place) -> None:
    manage("flush", interactive=False, inhibit_post_migrate=True)
    assert not models.Head.objects.exists()
    assert ensure_head(connection)
    assert models.Head.objects.get().seq == 0


def test_in_a_transaction_it_is_part_of_it(migrated: Place) -> None:
    models.Head.objects.all().delete()
    with atomic():
        assert ensure_head(connection)
        set_rollback(True)
    assert not models.Head.objects.exists()


def test_one_of_many_makes_it(migrated: Place) -> None:
    models.Head.objects.all().delete()
    made: list[bool] = []
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        made.append(ensure_head(connections["default"]))
        connections["default"].close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == [False, False, False, True]
    assert models.Head.objects.count() == 1


def test_a_server_is_known_from_the_beginning(migrated: Place) -> None:
    """Else the first check would wait for a term: nobody has worked on a log that had no head."""
    with Rescind(migrated.url) as auth:
        assert auth.core.store.incarnation().settled
    manage("flush", interactive=False, inhibit_post_migrate=True)
    ensure_head(connection)
    with Rescind(migrated.url) as auth:
        assert auth.core.store.incarnation().settled


def test_without_tables_it_names_the_command(empty: Place) -> None:
    with pytest.raises(SchemaMissing, match=r"DATABASES\['default'\] has no tables.*`manage.py migrate`"):
        ensure_head(connection)


def test_a_log_that_has_lost_its_head_gets_no_new_one(migrated: Place) -> None:
    with Rescind(migrated.url) as auth:
        auth.revoke(principal="ada", reason="left")
    models.Head.objects.all().delete()
    with pytest.raises(SchemaMissing, match="the log has no head: restore it"):
        ensure_head(connection)
