"""``auth.principals.watch``: what a change of the application's own users appends, and nothing else does."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import Session
from tests.stores.sqlalchemy.triggers.conftest import CHANGED, END, OF_ALL, Ada, Town, users

from rescind import Refused, Rescind, UseAio
from rescind.flows.start_session import start_session
from rescind.stores.sqlalchemy.triggers import postgresql
from rescind.stores.sqlalchemy.triggers.watch import Watch
from rescind.testing import FakeClock


def test_a_new_hash_ends_what_was_before(town: Town) -> None:
    ada = town.one().signs_in()
    ada.update(password_hash="new")
    assert ada.appended() == [END]
    assert not ada.lives()
    assert ada.signs_in().lives()
    town.run('UPDATE users SET "hash of password" = NULL WHERE id = %s', ada.id)
    assert ada.appended() == [END]


def test_the_standing_follows_the_row(town: Town) -> None:
    ada = town.one().signs_in()
    ada.update(active=False, roles=["b", "a", "ö"], tenant="acme")
    assert ada.appended() == [CHANGED]
    assert not ada.lives()
    standing = ada.standing
    assert (standing.active, standing.roles, standing.tenant) == (False, ("a", "b", "ö"), "acme")
    ada.update(active=True)
    assert ada.appended() == [CHANGED]
    assert ada.lives()
    ada.update(roles=None, tenant="")
    assert (ada.standing.roles, ada.standing.tenant) == ((), None)


def test_a_row_that_goes_ends_everything(town: Town) -> None:
    ada = town.one().signs_in()
    town.run("DELETE FROM users WHERE id = %s", ada.id)
    assert ada.appended() == [CHANGED, ("end", "principal", "me", 7)]
    assert not ada.lives()
    with town.engine.begin() as connection:
        connection.execute(users.insert(), {"id": ada.id, "active": True, "roles": ["x"]})
    assert ada.appended() == [CHANGED, END]
    assert not ada.lives()
    assert (ada.standing.active, ada.standing.roles) == (True, ("x",))


def test_a_key_that_is_given_to_another_row(town: Town) -> None:
    ada, bob = town.one(roles=["a"]).signs_in(), town.one().signs_in()
    town.run("DELETE FROM users WHERE id = %s", bob.id)
    bob.appended()
    town.run("UPDATE users SET id = %s WHERE id = %s", bob.id, ada.id)
    theirs = [(kind, scope, str(bob.id), what) for kind, scope, _, what in (CHANGED, END)]
    assert sorted(ada.appended()[-4:]) == sorted([CHANGED, ("end", "principal", "me", 7), *theirs])
    assert not ada.lives() and not bob.lives()
    assert (bob.standing.active, bob.standing.roles) == (True, ("a",))
    assert not ada.standing.active


def test_who_never_came_is_known_by_the_row_alone(town: Town) -> None:
    """Nothing is appended: there is nothing that anybody could remember."""
    plain, off = town.one(), town.one(active=False)
    boss = town.one(roles=["boss"], tenant="acme")
    before: Any = plain.standing
    assert (before, off.standing.active) == (None, False)
    assert boss.signs_in().lives()
    assert (boss.standing.roles, boss.standing.tenant) == (("boss",), "acme")
    plain.update(password_hash="x", name="y")
    before = plain.standing
    assert before is None
    plain.update(roles=["later"])
    assert plain.standing.roles == ("later",)
    town.run("DELETE FROM users WHERE id = %s", off.id)
    assert town.run("SELECT count(*) FROM rescind_revocation WHERE target = %s", str(plain.id))[0][0] == 0


def test_what_does_not_differ_appends_nothing(town: Town) -> None:
    ada = town.one(roles=["a", "b"]).signs_in()
    ada.update(name="y", active=True, password_hash="old", roles=["b", "a", "b"], deleted_at=None)
    assert ada.appended() == []


def test_what_somebody_else_has_disabled_stays_so(town: Town) -> None:
    """A row that says nothing new about ``active`` brings nobody back."""
    ada = town.one().signs_in()
    town.auth.principals.set(ada.id, active=False, reason="locked")
    ada.update(roles=["a"], tenant="acme", password_hash="new")
    assert not ada.standing.active
    assert ada.standing.roles == ("a",)


def test_who_moves_to_another_tenant_brings_nothing_back(town: Town) -> None:
    """What was ended in the old one is ended by its name; in the new one nobody would look for that."""
    ada, bob = town.one(tenant="acme").signs_in(), town.one(tenant="acme").signs_in()
    town.auth.revoke(tenant="acme", reason="the contract ended", wait=False)
    later = bob.signs_in()
    assert (ada.lives(), later.lives()) == (False, True)
    ada.update(tenant="other")
    later.update(tenant="other")
    assert (ada.lives(), later.lives()) == (False, True)


def test_installing_brings_nothing_back_of_a_tenant_either(town: Town) -> None:
    of(town).remove()
    ada = town.one().signs_in()
    town.auth.principals.set(ada.id, tenant="acme", reason="hired")
    town.auth.revoke(tenant="acme", reason="the contract ended", wait=False)
    assert not ada.lives()
    of(town).install()
    assert (ada.standing.tenant, ada.lives()) == (None, False)


def test_a_tenant_that_ends_meanwhile_is_waited_for(town: Town) -> None:
    """Who moves away looks for its ends before and after that one, never during."""
    if town.vendor == "sqlite":
        return  # one writer at a time
    for tenant in ("acme", 'ä"'):  # of the latter no name can be locked in SQL: too much is said
        ada = town.one(tenant=tenant).signs_in()
        with ThreadPoolExecutor(1) as other, Session(town.engine) as session:
            town.auth.revoke(tenant=tenant, reason="the contract ended", connection=session)
            moving = other.submit(ada.update, tenant="other")
            if tenant == "acme":
                with pytest.raises(TimeoutError):
                    moving.result(0.3)
            else:
                moving.result(10)
            session.commit()
        moving.result(10)
        assert not ada.lives()


@pytest.mark.parametrize(
    "given", [{"a": 1}, "text", 7, ["a", 7, None, "", {"b": 1}]], ids=["object", "text", "number", "mixed"]
)
def test_roles_that_are_no_list_of_names_are_none(town: Town, given: Any) -> None:
    ada = town.one(roles=["a", "b"]).signs_in()
    ada.update(roles=given)
    assert ada.standing.roles == (("a",) if isinstance(given, list) else ())


def test_a_rollback_leaves_nothing(town: Town) -> None:
    ada = town.one().signs_in()
    with Session(town.engine) as session:
        session.execute(users.update().where(users.c.id == ada.id), {"password_hash": "n", "active": False})
        session.rollback()
    assert ada.appended() == []
    assert ada.lives()


def test_with_revoke_and_set_in_the_same_transaction(town: Town) -> None:
    """What ends, ends no less; a standing that is as it should be is written once, whoever is first."""
    for first in (True, False):
        ada = town.one().signs_in()
        with Session(town.engine) as session:
            change = users.update().where(users.c.id == ada.id).values(password_hash="new", active=False)
            if first:
                session.execute(change)
            revoked = town.auth.revoke(principal=ada.id, reason="left", connection=session)
            off = town.auth.principals.set(ada.id, active=False, reason="left", connection=session)
            if not first:
                session.execute(change)
            assert (revoked.state, off.state) == ("pending", "pending")
            session.commit()
        assert (revoked.state, off.state) == ("final", "final")
        assert sorted(ada.appended()) == [CHANGED, END, END]
        assert not ada.lives()
        ada.update(active=True)
        assert not ada.lives(), "what was revoked comes back by nothing"


def kept(ada: Ada, **values: Any) -> list[Any]:
    with Session(ada.town.engine) as session:
        ada.town.auth.principals.keep_sessions(ada.id, password="of the same", connection=session)
        session.execute(users.update().where(users.c.id == ada.id), values)
        session.commit()
    return ada.appended()


def test_another_hash_of_the_same_password_ends_nothing(town: Town) -> None:
    ada = town.one().signs_in()
    assert kept(ada, password_hash="of the same") == []
    assert ada.lives()
    assert town.run("SELECT count(*) FROM rescind_users_said") == [(0,)]
    ada.update(password_hash="old")
    ada.update(password_hash="of the same")
    assert ada.appended() == [END, END], "it was good for one change"


def test_what_is_kept_is_one_hash_of_one_user(town: Town) -> None:
    ada, bob = town.one().signs_in(), town.one().signs_in()
    assert kept(ada, password_hash="of another") == [END]
    bob.appended()
    bob.update(password_hash="of the same")
    assert bob.appended() == [END]
    town.run("DELETE FROM rescind_users_said")
    town.auth.principals.keep_sessions(ada.id, password="later")
    town.run("UPDATE rescind_users_said SET at = at - 61000000")
    ada.appended()
    ada.update(password_hash="later")
    assert ada.appended() == [END], "it was good for a minute"


def test_the_one_who_changes_it_stays(town: Town) -> None:
    ada = town.one().signs_in()
    other = town.auth.sessions.start(ada.id)
    mine: Any = town.auth.check(ada.token)
    with Session(town.engine) as session:
        town.auth.principals.keep_sessions(ada.id, password="new", connection=session)
        town.auth.revoke(principal=ada.id, keep=mine, reason="a new password", connection=session)
        session.execute(users.update().where(users.c.id == ada.id), {"password_hash": "new"})
        session.commit()
    assert ada.appended() == [END]
    assert ada.lives()
    assert town.auth.check(other.token, strict=True).code == "revoked"  # type: ignore[union-attr]


def test_on_an_event_loop(town: Town) -> None:
    ada = town.one().signs_in()
    driver = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg"}[town.vendor]
    engine = create_async_engine(driver + town.url.removeprefix(town.vendor))
    change = users.update().where(users.c.id == ada.id)
    keep = town.auth.aio.principals.keep_sessions

    async def main() -> None:
        with pytest.raises(UseAio, match="keep_sessions"):
            town.auth.principals.keep_sessions(ada.id, password="a")
        async with AsyncSession(engine) as session:
            await keep(ada.id, password="a", connection=session)
            await session.execute(change, {"password_hash": "a"})
            await session.commit()
        await keep(ada.id, password="b")
        async with AsyncSession(engine) as session:
            await session.execute(change, {"password_hash": "b"})
            await session.commit()
        await engine.dispose()

    asyncio.run(main())
    assert ada.appended() == []
    assert ada.lives()


def test_the_entry_names_who_and_why(town: Town) -> None:
    ada = town.one().signs_in()
    ada.update(active=False)
    ((reason, initiator, realm),) = town.run(
        "SELECT reason, initiator, realm FROM rescind_revocation WHERE target = %s", str(ada.id)
    )
    assert (reason, realm) == ("the user was made inactive in the database", "default")
    assert initiator.startswith("database")


def test_many_at_once(town: Town) -> None:
    adas = [town.one().signs_in() for _ in range(5)]
    before = town.head()
    with town.engine.begin() as connection:
        connection.execute(users.update().where(users.c.id.in_([one.id for one in adas])), {"active": False})
    assert town.head() == before + 5
    assert not any(ada.lives() for ada in adas)


def test_more_of_whom_nobody_knows_than_a_server_can_lock_by_name(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From one on they are locked together; a server has room for some thousand locks in all."""
    if town.vendor == "sqlite":
        return  # one writer at a time
    monkeypatch.setattr(postgresql, "NAMES", 3)
    of(town).install()
    with town.engine.begin() as connection:
        connection.execute(users.insert(), [{"id": 10_000 + n, "active": True} for n in range(8)])
        connection.execute(users.update().where(users.c.id >= 10_000), {"tenant": "acme"})
        locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
        assert connection.exec_driver_sql(locks).scalar_one() == 3
    assert town.auth.principals.get(10_007).tenant == "acme"  # type: ignore[union-attr]
    monkeypatch.undo()
    assert of(town).status().state == "outdated"
    of(town).install()


def test_who_signs_in_for_the_first_time_meanwhile_is_waited_for(town: Town) -> None:
    """Their standing is not to be seen yet, and says that they are active."""
    if town.vendor == "sqlite":
        return  # one writer at a time
    ada, ctx = town.one(), town.auth.core.ctx
    with ThreadPoolExecutor(1) as other:
        with town.engine.begin() as connection:
            opened = start_session(ctx, str(ada.id), method="password", connection=connection)
            changing = other.submit(ada.update, active=False)
            with pytest.raises(TimeoutError):
                changing.result(0.3)
        changing.result(10)
    ada.token = opened.token
    assert ada.appended() == [CHANGED]
    assert not ada.lives()


def test_who_is_disabled_meanwhile_does_not_come_in(town: Town) -> None:
    """Their sign-in finds nothing about them, and waits for who writes it."""
    if town.vendor == "sqlite":
        return  # one writer at a time
    ada = town.one()
    with ThreadPoolExecutor(1) as other:
        with town.engine.begin() as connection:
            connection.execute(users.update().where(users.c.id == ada.id), {"active": False})
            coming = other.submit(town.auth.sessions.start, ada.id)
            with pytest.raises(TimeoutError):
                coming.result(0.3)
        with pytest.raises(Refused) as refused:
            coming.result(10)
    assert refused.value.code == "principal_disabled"


def test_on_sqlite_the_bound_is_the_trust_in_a_read(town: Town) -> None:
    """What is measured with real workers in tests/promise: nobody moves the counter, so nobody is woken."""
    if town.vendor != "sqlite":
        return  # pushes are in tests/promise
    clock = FakeClock()
    other: Rescind[int] = Rescind(town.url, principal_id=int, clock=clock, lease=1)
    ada = town.one()
    token = other.sessions.start(ada.id).token
    other.core.keeper.thread.forbid()
    assert other.core.worker.renew(register=True)
    assert not isinstance(other.check(token), Refused)
    town.run("UPDATE users SET active = 0 WHERE id = %s", ada.id)
    clock.advance(seconds=0.79)
    assert not isinstance(other.check(token), Refused)
    clock.advance(seconds=0.02)
    assert isinstance(other.check(token), Refused)
    other.close()


def test_installing_brings_the_standings_in_line(town: Town) -> None:
    """Nobody who was disabled comes back."""
    watch = of(town)
    assert watch.remove()
    off, boss, locked = town.one().signs_in(), town.one().signs_in(), town.one().signs_in()
    unseen, same = town.one(active=False), town.one().signs_in()
    town.auth.principals.set(locked.id, active=False, reason="locked")
    off.update(active=False)
    boss.update(roles=["boss"], tenant="acme")
    locked.update(roles=["new"])
    same.before = town.head()
    watch.install()
    assert same.appended() == [("changed", "everything", "", 0)]
    assert not off.standing.active and not locked.standing.active and not unseen.standing.active
    assert (boss.standing.roles, boss.standing.tenant) == (("boss",), "acme")
    assert (off.lives(), same.lives()) == (False, True)
    assert same.standing.version == 1
    watch.install()
    assert same.appended() == []


def of(town: Town) -> Watch:
    found = town.auth.core.watch
    assert found is not None
    return found


def test_status_and_remove(town: Town) -> None:
    watch = of(town)
    assert watch.status().state == "installed"
    on = " ON users" if town.vendor == "postgresql" else ""
    town.run(f"DROP TRIGGER rescind_users_came{on}")
    found = watch.status()
    assert found.state == "outdated"
    assert [name for name in found.wrong if name.endswith("rescind_users_came")]
    assert [watch.remove(), watch.remove()] == [True, False], "what is gone is not removed again"
    assert watch.status().state == "missing"
    ada = town.one().signs_in()
    ada.update(password_hash="new")
    assert ada.appended() == []
    watch.install()
    assert watch.status().state == "installed"


def test_the_sql_is_what_is_run(town: Town) -> None:
    watch = of(town)
    watch.remove()
    text = watch.sql()
    assert "hash of password" in text
    for statement in text.split("\n\n") if town.vendor == "postgresql" else [text]:
        assert statement.endswith(";")
    watch.install()


def test_another_declaration_is_outdated(town: Town) -> None:
    less = Watch(
        town.auth.core.store, "default", int, users, key=None, roles=None, tenant=None,
        active=OF_ALL["active"], password=None,
    )  # fmt: skip
    assert less.status().state == "outdated"
