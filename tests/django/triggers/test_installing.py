"""Installing, looking and removing; what every change of a user appends, and that nothing else does."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core.management.base import CommandError
from django.db import connection, connections, transaction
from django.db.migrations.state import ProjectState
from django.db.models import CharField
from sqlalchemy import Boolean, Column, Integer, MetaData, Table
from tests.django.checks.said import only
from tests.django.places import Place, manage
from tests.django.triggers.logs import CHANGED, END, FOR_ALL, Ada, entries, head, run

from rescind import Rescind
from rescind._tokens import new_id
from rescind.django import engine
from rescind.django.checks.tables import check_triggers
from rescind.django.triggers.installing import ByDjango, state
from rescind.django.triggers.watched import watched
from rescind.errors import ConfigurationError, Refused
from rescind.flows.start_session import start_session
from rescind.testing import FakeClock


def test_a_password_that_changes_by_any_way_ends_what_was_before(site: Place) -> None:
    ada = Ada()
    ada.rows.update(password="!x")
    assert ada.appended() == [END]
    assert not ada.lives()
    ada.user.password = "!y"
    get_user_model().objects.bulk_update([ada.user], ["password"])
    assert ada.appended() == [END]
    run("UPDATE auth_user SET password = '!z' WHERE id = %s", ada.user.pk)
    assert ada.appended() == [END]
    assert Ada.is_in(engine().sessions.start(ada.user.pk).token)


def test_inactive_is_inactive_everywhere_until_it_is_set_back(site: Place) -> None:
    ada = Ada()
    ada.rows.update(is_active=False)
    assert ada.appended() == [CHANGED]
    assert not ada.lives()
    standing = engine().principals.get(ada.user.pk)
    assert standing is not None
    assert (standing.active, standing.version) == (False, 2)
    ada.rows.update(is_active=True)
    assert ada.appended() == [CHANGED]
    assert ada.lives()


def test_a_row_that_goes_ends_everything(site: Place) -> None:
    ada = Ada()
    key = ada.user.pk
    run("DELETE FROM auth_user WHERE id = %s", key)
    assert ada.appended() == [CHANGED, ("end", "principal", "me", 7)]
    assert not ada.lives()
    get_user_model().objects.bulk_create([get_user_model()(pk=key, username=new_id())])
    assert ada.appended() == [CHANGED, END]
    assert not ada.lives()
    assert engine().principals.get(key).active  # type: ignore[union-attr]


def test_a_row_that_is_replaced_is_somebody_else(site: Place) -> None:
    if site.vendor != "sqlite":
        return  # PostgreSQL has no such statement
    ada = Ada()
    run("REPLACE INTO auth_user SELECT * FROM auth_user WHERE id = %s", ada.user.pk)
    assert ada.appended() == [END]
    assert not ada.lives()


def test_what_a_user_may_do(site: Place) -> None:
    ada, permission = Ada(), Permission.objects.order_by("pk")[0]
    ada.rows.update(is_staff=True, is_superuser=True)
    assert ada.appended() == [CHANGED]
    ada.user.user_permissions.add(permission)
    ada.user.user_permissions.clear()
    assert ada.appended() == [CHANGED, CHANGED]
    group = Group.objects.create(name=new_id())
    group.permissions.add(permission)
    group.permissions.clear()
    assert ada.appended() == [FOR_ALL, FOR_ALL]
    assert ada.lives()


def test_groups_are_the_roles_whoever_changes_them(site: Place) -> None:
    ada, names = Ada(), ["äöü", 'finance "x"', "b"]
    groups = [Group.objects.create(name=name) for name in names]
    through = get_user_model().groups.through

    def roles() -> Any:
        return engine().principals.get(ada.user.pk).roles  # type: ignore[union-attr]

    through.objects.bulk_create([through(user_id=ada.user.pk, group_id=one.pk) for one in groups[:2]])
    assert roles() == tuple(sorted(names[:2]))
    assert set(ada.appended()) == {CHANGED}
    through.objects.filter(group=groups[0]).update(group=groups[2])
    assert roles() == tuple(sorted(names[1:]))
    assert ada.appended()[0] == CHANGED
    Group.objects.filter(pk=groups[2].pk).update(name="money")
    assert roles() == tuple(sorted([names[1], "money"]))
    assert ada.appended() == [FOR_ALL]
    run("DELETE FROM auth_user_groups")
    assert roles() == ()
    assert set(ada.appended()) == {CHANGED}
    Group.objects.all().delete()
    assert ada.appended() == []


def test_what_does_not_differ_appends_nothing(site: Place) -> None:
    ada = Ada()
    run("UPDATE auth_user SET password = password, is_active = is_active, last_name = 'x', id = id")
    assert ada.appended() == []


def test_who_never_came_leaves_nothing(site: Place) -> None:
    before = head()
    bob = get_user_model().objects.create_user(new_id())
    rows = get_user_model().objects.filter(pk=bob.pk)
    rows.update(password="!x", is_staff=True)
    through = get_user_model().groups.through
    link = through(user_id=bob.pk, group_id=Group.objects.create(name=new_id()).pk)
    through.objects.bulk_create([link])
    run("DELETE FROM auth_user_groups")
    assert entries(before) == []
    run("DELETE FROM auth_user WHERE id = %s", bob.pk)
    assert (entries(before), engine().principals.get(bob.pk)) == ([], None)


def test_who_never_came_and_is_inactive_does_not_come_in(site: Place) -> None:
    before = head()
    bob = get_user_model().objects.create_user(new_id())
    get_user_model().objects.filter(pk=bob.pk).update(is_active=False)
    assert entries(before) == []
    assert not engine().principals.get(bob.pk).active  # type: ignore[union-attr]


def test_a_rollback_leaves_nothing(site: Place) -> None:
    ada = Ada()
    with transaction.atomic():
        ada.rows.update(password="!x", is_active=False)
        run("DELETE FROM auth_user WHERE id = %s", ada.user.pk)
        transaction.set_rollback(True)
    assert ada.appended() == []
    assert ada.lives()
    ada.rows.update(password="!y")
    assert ada.appended() == [END]


def test_many_at_once_have_numbers_without_gaps(site: Place) -> None:
    adas = [Ada() for _ in range(5)]
    before = head()
    get_user_model().objects.filter(pk__in=[ada.user.pk for ada in adas]).update(password="!x")
    assert head() == before + 5
    assert len(entries(before)) == 5
    assert not any(ada.lives() for ada in adas)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT id), min(length(id)), max(length(id)), min(reason), min(initiator) "
            "FROM rescind_revocation WHERE seq > %s", [before],
        )  # fmt: skip
        count, shortest, longest, reason, initiator = cursor.fetchone()
        assert (count, shortest, longest) == (5, 32, 32)
        assert reason == "the password was changed in the database"
        assert initiator.startswith("database")
        cursor.execute(
            "SELECT count(*) FROM rescind_audit_event a JOIN rescind_revocation r ON r.seq = a.seq "
            "WHERE r.seq > %s AND a.type = 'principal.revoked' AND a.subject = 'principal:' || r.target",
            [before],
        )
        assert cursor.fetchone()[0] == 5


def test_install_twice_status_and_remove(site: Place) -> None:
    assert manage("rescind_triggers", "status") == "installed\n"
    assert "nothing was changed" in manage("rescind_triggers", "install")
    ada = Ada()
    assert manage("rescind_triggers", "remove") == "removed\n"
    assert manage("rescind_triggers", "remove") == "there were none\n"
    ada.rows.update(password="!x")
    assert ada.appended() == []
    with pytest.raises(CommandError, match="missing") as caught:
        manage("rescind_triggers", "status")
    assert caught.value.returncode == 3
    with pytest.raises(CommandError, match="nobody to ask"):
        manage("rescind_triggers", "install")
    assert state(connection)[0] == "missing"
    assert "CREATE TRIGGER rescind_watch_gone" in manage("rescind_triggers", "install", "--sql")
    assert state(connection)[0] == "missing"
    manage("rescind_triggers", "install", "--yes")
    assert ada.appended() == [FOR_ALL], "nobody knows what was changed while there were none"
    ada.rows.update(password="!y")
    assert ada.appended() == [END]


def test_somebody_who_writes_meanwhile_is_waited_for(whole: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """On SQLite whoever has read cannot write once another has. Mutation: begin with the look."""
    asked, others = ByDjango.ask, 0

    def ask(self: ByDjango, sql: str, *values: str) -> Any:
        nonlocal others
        found = asked(self, sql, *values)
        if self._connection.in_atomic_block:
            others += 1
            with (
                suppress(sqlite3.OperationalError),
                closing(sqlite3.connect(whole.path, timeout=0.05)) as other,
            ):
                other.execute("UPDATE rescind_meta SET seq = seq + 1")
                other.commit()
        return found

    monkeypatch.setattr(ByDjango, "ask", ask)
    manage("rescind_triggers", "install", "--yes")
    assert others
    assert state(connection)[0] == "installed"


def test_another_shape_is_outdated_and_made_anew_by_migrate(site: Place) -> None:
    run("DROP TRIGGER rescind_watch_gone" + (" ON auth_user" if site.vendor == "postgresql" else ""))
    with pytest.raises(CommandError, match="outdated") as caught:
        manage("rescind_triggers", "status")
    assert caught.value.returncode == 1
    assert "rescind_watch_gone" in only(check_triggers(databases=["default"]), "rescind.W007").msg
    manage("migrate", verbosity=0)
    assert state(connection)[0] == "installed"
    assert check_triggers(databases=["default"]) == check_triggers() == []


def test_triggers_follow_a_table_that_django_makes_anew(site: Place) -> None:
    """As a migration of the user model does; on SQLite the triggers of the old table go with it."""
    model = ProjectState.from_apps(apps).apps.get_model("auth", "User")
    field = model._meta.get_field("first_name")
    longer = CharField("first name", max_length=200, blank=True)
    longer.set_attributes_from_name("first_name")
    for before, after in ((field, longer), (longer, field)):
        with connection.schema_editor() as editor:
            editor.alter_field(model, before, after)
        manage("migrate", verbosity=0)
        assert state(connection)[0] == "installed"
    ada = Ada()
    ada.rows.update(password="!x")
    assert ada.appended() == [END]


def test_another_user_model_is_seen(site: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    now = watched(connection.ops.quote_name)
    other = replace(now, users=(replace(now.users[0], active=None),))
    monkeypatch.setattr("rescind.django.triggers.installing.watched", lambda quote: other)
    assert state(connection)[0] == "outdated"


def test_who_made_it_is_asked_on_a_terminal(site: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    manage("rescind_triggers", "remove")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda prompt: "n")
    with pytest.raises(CommandError, match="nothing was changed"):
        manage("rescind_triggers", "install")
    assert state(connection)[0] == "missing"
    monkeypatch.setattr("builtins.input", lambda prompt: "y")
    assert "CREATE TRIGGER" in manage("rescind_triggers", "install")
    assert state(connection)[0] == "installed"


def test_a_table_of_sqlalchemy_is_not_declared_here(site: Place) -> None:
    people = Table("people", MetaData(), Column("id", Integer, primary_key=True), Column("active", Boolean))
    with pytest.raises(ConfigurationError, match=r"in Django .*manage\.py rescind_triggers"):
        engine().principals.watch(people, active=people.c.active)


def test_on_sqlite_the_bound_is_the_trust_in_a_read(site: Place) -> None:
    """A worker that nobody wakes believes its memory for 0.8 leases after it has read, and no longer.

    The counter stands still: what a process of rescind appends is seen at once.
    """
    if site.vendor != "sqlite":
        return  # pushes are in tests/promise
    clock = FakeClock()
    other: Rescind[int] = Rescind(site.url, principal_id=int, clock=clock, lease=1)
    ada = Ada()
    token = other.sessions.start(ada.user.pk).token
    other.core.keeper.thread.forbid()
    assert other.core.worker.renew(register=True)
    assert not isinstance(other.check(token), Refused)
    ada.rows.update(password="!x")
    clock.advance(seconds=0.79)
    assert not isinstance(other.check(token), Refused)
    clock.advance(seconds=0.02)
    assert isinstance(other.check(token), Refused)
    other.close()


def test_who_signs_in_for_the_first_time_meanwhile_is_waited_for(site: Place) -> None:
    """Their standing is not to be seen yet, and their session was opened with the old password."""
    if site.vendor != "postgresql":
        return  # SQLite has one writer at a time
    bob = get_user_model().objects.create_user(new_id())
    engine().core.ready()
    ctx = engine().core.ctx
    with ThreadPoolExecutor(1) as other, transaction.atomic():
        opened = start_session(ctx, str(bob.pk), method="password", connection=connections["default"])
        changing = other.submit(change_password, site.url, bob.pk)
        with pytest.raises(TimeoutError):
            changing.result(0.3)
        transaction.on_commit(lambda: changing.result(10))
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind FROM rescind_revocation WHERE target = %s ORDER BY seq", [str(bob.pk)])
        assert cursor.fetchall() == [("end",)]
    assert not Ada.is_in(opened.token)


def change_password(url: str, pk: int) -> None:
    with psycopg.connect(url) as server:
        server.execute("UPDATE auth_user SET password = '!x' WHERE id = %s", [pk])
