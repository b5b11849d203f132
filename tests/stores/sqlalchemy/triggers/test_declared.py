"""Which declarations can be watched: keys of every kind, expressions, mapped classes; and what is refused."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import (
    CHAR,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Uuid,
    create_engine,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator
from tests.stores.sqlalchemy.triggers.conftest import Town, users

from rescind import Refused, Rescind
from rescind.errors import ConfigurationError, SchemaMissing


class Guid(TypeDecorator[UUID]):
    """As libraries have it: text on SQLite, the server's own type elsewhere."""

    impl = CHAR
    cache_ok = True

    def load_dialect_impl(self, dialect: Any) -> Any:
        return dialect.type_descriptor(Uuid() if dialect.name == "postgresql" else CHAR(36))

    def process_bind_param(self, value: Any, dialect: Any) -> Any:
        return value if value is None or dialect.name == "postgresql" else str(value)


class Hex(TypeDecorator[UUID]):
    """As other libraries have it: 32 digits."""

    impl = CHAR(32)
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> Any:
        return None if value is None else value.hex


KINDS: dict[str, tuple[Any, type[Any], Any]] = {
    "int as text": (Integer(), str, lambda: 7),
    "uuid": (Uuid(), UUID, uuid4),
    "uuid as text": (Uuid(), str, uuid4),
    "guid": (Guid(), UUID, uuid4),
    "text": (String(80), str, lambda: "Ada Lovelace äö'\"\\"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_key_names_its_principal(bare: Town, kind: str) -> None:
    type_, principal_id, make = KINDS[kind]
    metadata, key = MetaData(), make()
    people = Table(
        f"People of {kind}", metadata,
        Column("the key", type_, primary_key=True), Column("hash", String(80)), Column("of", type_),
        Column("disabled", Integer),
    )  # fmt: skip
    metadata.create_all(bare.engine)
    with Rescind(bare.url, principal_id=principal_id, realm="shop:eu") as auth:
        who = key if isinstance(key, principal_id) else str(key)
        watch = auth.principals.watch(
            people, active=people.c.disabled.is_(None), password=people.c.hash, tenant=people.c.of
        )
        watch.install()
        with bare.engine.begin() as connection:
            connection.execute(people.insert(), {"the key": key, "of": key})
        assert auth.principals.get(who).tenant == str(key)  # type: ignore[union-attr]
        token = auth.sessions.start(who).token
        with bare.engine.begin() as connection:
            connection.execute(people.update().values(disabled=1))
        refused = auth.check(token, strict=True)
        assert isinstance(refused, Refused) and refused.code == "principal_disabled"
        with bare.engine.begin() as connection:
            connection.execute(people.update().values(disabled=None, hash="new"))
        assert auth.check(token, strict=True).code == "revoked"  # type: ignore[union-attr]
        with bare.engine.begin() as connection:
            connection.execute(people.delete())
        assert not auth.principals.get(who).active  # type: ignore[union-attr]
        assert watch.status().state == "installed"
        assert watch.remove()


HEX = {"as Uuid": Uuid(native_uuid=False), "as text": Hex()}


@pytest.mark.parametrize("kind", HEX)
def test_a_key_of_32_digits_is_followed_or_refused(bare: Town, kind: str) -> None:
    """Mutation: its text is taken for the id, so that triggers speak of people whom nobody knows."""
    metadata, key = MetaData(), uuid4()
    columns: list[Column[Any]] = [
        Column("id", HEX[kind], primary_key=True),
        Column("on", Boolean),
        Column("of", Uuid()),
    ]
    people = Table(f"people_{kind[3:]}", metadata, *columns)
    metadata.create_all(bare.engine)
    with Rescind(bare.url, principal_id=UUID) as auth:
        if bare.engine.dialect.name == "postgresql":
            with pytest.raises(ConfigurationError, match=r"key=id .* type uuid"):
                auth.principals.watch(people, active=people.c.on)
            return
        with bare.engine.begin() as connection:
            connection.execute(people.insert(), {"id": key, "on": True, "of": key})
        auth.principals.watch(people, active=people.c.on, tenant=people.c.of).install()
        token = auth.sessions.start(key).token
        with bare.engine.begin() as connection:
            connection.execute(people.update().values(on=False))
        assert auth.check(token, strict=True).code == "principal_disabled"  # type: ignore[union-attr]
        assert auth.principals.get(key).tenant == str(key)  # type: ignore[union-attr]


def test_a_tenant_of_32_digits_has_the_name_that_it_has_elsewhere(bare: Town) -> None:
    metadata, tenant = MetaData(), uuid4()
    columns: list[Column[Any]] = [
        Column("id", Integer, primary_key=True),
        Column("of", Uuid(native_uuid=False)),
    ]
    people = Table("people_of_tenants", metadata, *columns)
    metadata.create_all(bare.engine)
    with Rescind(bare.url, principal_id=int) as auth:
        auth.principals.watch(people, tenant=people.c.of).install()
        with bare.engine.begin() as connection:
            connection.execute(people.insert(), {"id": 1, "of": tenant})
        assert auth.principals.get(1).tenant == str(tenant)  # type: ignore[union-attr]


def test_two_realms_have_triggers_of_their_own(bare: Town) -> None:
    metadata = MetaData()
    people = Table("people_of_two", metadata, Column("id", Integer, primary_key=True), Column("on", Boolean))
    metadata.create_all(bare.engine)
    with (
        Rescind(bare.url, principal_id=int, realm="a") as a,
        Rescind(bare.url, principal_id=int, realm="b") as b,
    ):
        watches = [auth.principals.watch(people, active=people.c.on) for auth in (a, b)]
        for watch in watches:
            watch.install()
        tokens = [(auth, auth.sessions.start(1).token) for auth in (a, b)]
        with bare.engine.begin() as connection:
            connection.execute(people.insert(), {"id": 1, "on": False})
        assert all(isinstance(auth.check(token, strict=True), Refused) for auth, token in tokens)
        assert watches[0].remove()
        assert watches[1].status().state == "installed"
        assert watches[1].remove()


class Base(DeclarativeBase):
    pass


class Person(Base):
    __tablename__ = "person"
    id: Mapped[int] = mapped_column(primary_key=True)
    active: Mapped[bool]
    phc: Mapped[str | None] = mapped_column("hash")


class Other(Base):
    __tablename__ = "other"
    id: Mapped[int] = mapped_column(primary_key=True)
    active: Mapped[bool]


def test_a_mapped_class(bare: Town) -> None:
    Base.metadata.create_all(bare.engine)
    with Rescind(bare.url, principal_id=int, realm="mapped") as auth:
        watch = auth.principals.watch(Person, active=Person.active, password=Person.phc)
        assert repr(watch) == "<Watch of person: id, active, hash>"
        watch.install()
        assert watch.remove()


odd = Table(
    "odd", MetaData(),
    Column("a", Integer, primary_key=True), Column("b", Integer, primary_key=True),
    Column("email", String(80), unique=True, nullable=False), Column("nick", String(80)),
    Column("at", DateTime), Column("raw", LargeBinary), Column("active", Boolean),
    Column("boss", ForeignKey("odd.a"), unique=True),
)  # fmt: skip
MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "nothing": ({"key": odd.c.email}, "nothing to watch"),
    "composite": ({"active": odd.c.active}, "primary key of odd has 2 columns: say key="),
    "not unique": ({"active": odd.c.active, "key": odd.c.nick}, "key=nick has to be unique and NOT NULL"),
    "nullable": ({"active": odd.c.active, "key": odd.c.boss}, "key=boss has to be unique and NOT NULL"),
    "a date": ({"active": odd.c.at, "key": odd.c.email}, "pass a truth, such as users.c.active or"),
    "a name": ({"active": "active", "key": odd.c.email}, "active='active': pass a column of odd"),
    "bytes": ({"password": odd.c.raw, "key": odd.c.email}, "password=raw is LargeBinary"),
    "no role": ({"roles": odd.c.at, "key": odd.c.email}, "roles=at is DateTime"),
    "no tenant": ({"tenant": odd.c.at, "key": odd.c.email}, "tenant=at is DateTime"),
    "elsewhere": (
        {"active": Other.active, "key": odd.c.email},
        "active= names other.active, which is no column",
    ),
    "braces": ({"active": odd.c.nick == "{x}", "key": odd.c.email}, "cannot be written as a trigger"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_what_cannot_be_watched_is_said_by_its_argument(mistake: str, tmp_path: Path) -> None:
    columns, said = MISTAKES[mistake]
    auth = Rescind(f"sqlite:///{tmp_path / 'a.db'}")
    with pytest.raises(ConfigurationError, match=r"principals[.]watch: ") as caught:
        auth.principals.watch(odd, **columns)
    assert said in str(caught.value)


def test_ids_of_another_type_than_the_keys(tmp_path: Path) -> None:
    auth: Rescind[UUID] = Rescind(f"sqlite:///{tmp_path / 'a.db'}", principal_id=UUID)
    with pytest.raises(ConfigurationError, match=r"key=id is Integer\(\), and principal_id=UUID"):
        auth.principals.watch(Person, active=Person.active)


def test_what_is_no_table(tmp_path: Path) -> None:
    auth = Rescind(f"sqlite:///{tmp_path / 'a.db'}")
    for wrong in (7, "users", Path, odd.select()):
        with pytest.raises(ConfigurationError, match="pass a Table of SQLAlchemy, or a mapped class"):
            auth.principals.watch(wrong, active=odd.c.active)
    apart = odd.to_metadata(MetaData(schema="apart"))
    with pytest.raises(ConfigurationError, match=r"apart[.]odd has a schema"):
        auth.principals.watch(apart, active=apart.c.active)


@pytest.mark.parametrize("url", ["memory://", "redis://localhost:1/0"])
def test_stores_without_triggers(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"no triggers for (memory|redis)"):
        Rescind(url).principals.watch(Person, active=Person.active)


def test_sessions_beside_the_database_make_no_difference(bare: Town) -> None:
    Base.metadata.create_all(bare.engine)
    auth: Rescind[int] = Rescind(bare.url, principal_id=int, realm="beside", redis="redis://localhost:1/0")
    watch = auth.principals.watch(Person, active=Person.active)
    watch.install()
    assert watch.status().state == "installed"
    assert watch.remove()
    auth.close()


def test_once_is_all(tmp_path: Path) -> None:
    auth: Rescind[int] = Rescind(f"sqlite:///{tmp_path / 'a.db'}", principal_id=int)
    with pytest.raises(ConfigurationError, match="declare the users first"):
        auth.principals.keep_sessions(7, password="x")
    auth.principals.watch(Person, active=Person.active)
    with pytest.raises(ConfigurationError, match="person is watched already"):
        auth.principals.watch(Other, active=Other.active)


def test_a_table_that_is_not_there_or_lacks_columns(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    auth: Rescind[int] = Rescind(url, principal_id=int)
    watch = auth.principals.watch(Person, active=Person.active, password=Person.phc)
    (tmp_path / "a.db").touch()
    with pytest.raises(SchemaMissing, match="has no tables of rescind"):
        watch.status()
    with caplog.at_level(logging.WARNING, "rescind.store"):
        auth.open()
    assert "users are not watched: principals.watch: " in caplog.text
    with pytest.raises(ConfigurationError, match="has no table person: make it first; if it is elsewhere"):
        watch.install()
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE person (id INTEGER PRIMARY KEY, on_duty BOOLEAN)")
    for ask in (watch.sql, watch.status, watch.install):
        with pytest.raises(ConfigurationError, match="has no column active, hash: run the application's own"):
            ask()
    engine.dispose()
    auth.close()


def test_a_process_says_at_its_start_that_nobody_watches(
    bare: Town, caplog: pytest.LogCaptureFixture
) -> None:
    Base.metadata.create_all(bare.engine)
    with caplog.at_level(logging.WARNING, "rescind.store"):
        auth: Rescind[int] = Rescind(bare.url, principal_id=int, realm="told")
        watch = auth.principals.watch(Person, active=Person.active)
        auth.open()
        assert "the triggers are missing: run `rescind db triggers install" in caplog.text
        watch.install()
        caplog.clear()
        auth.close()
        auth.open()
        assert caplog.text == ""
        watch.remove()
        auth.close()


def test_a_table_that_django_watches(bare: Town) -> None:
    Base.metadata.create_all(bare.engine)
    if bare.vendor == "sqlite":
        bare.run("CREATE TRIGGER rescind_watch_gone AFTER DELETE ON other BEGIN SELECT 1; END")
    else:
        bare.run("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$")
        bare.run("CREATE TRIGGER rescind_watch_gone AFTER DELETE ON other EXECUTE FUNCTION f()")
    with Rescind(bare.url, principal_id=int, realm="beside Django") as auth:
        watch = auth.principals.watch(Other, active=Other.active)
        with pytest.raises(ConfigurationError, match="Django's triggers watch other already"):
            watch.install()


def test_a_role_that_does_not_own_the_table(new_postgres: str) -> None:
    town = Town(new_postgres)
    town.run("CREATE ROLE clerk LOGIN")
    try:
        town.run("GRANT ALL ON ALL TABLES IN SCHEMA public TO clerk")
        url = new_postgres.replace("postgres@", "clerk@")
        with Rescind(url, principal_id=int) as auth:
            watch = auth.principals.watch(users, active=users.c.active)
            with pytest.raises(ConfigurationError, match="the owner of the table makes triggers"):
                watch.install()
    finally:
        town.engine.dispose()
        town.run("DROP OWNED BY clerk")
        town.run("DROP ROLE clerk")


def test_columns_may_be_altered_with_the_triggers_in_place(new_postgres: str) -> None:
    town = Town(new_postgres)
    try:
        with Rescind(new_postgres, principal_id=int) as auth:
            watch = auth.principals.watch(users, active=users.c.active, password=users.c.password_hash)
            watch.install()
            town.run('ALTER TABLE users ALTER COLUMN "hash of password" TYPE text')
            assert watch.status().state == "installed"
            ada = town.one().signs_in()
            ada.update(password_hash="new" * 100)
            assert not ada.lives()
    finally:
        town.auth.close()
        town.engine.dispose()
