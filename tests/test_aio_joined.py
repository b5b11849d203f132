"""``auth.aio.revoke(connection=...)``: in the transaction of SQLAlchemy's asynchronous side."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from tests.test_aio import eventually
from tests.world import PATIENCE, World, code, row, spy_of

from rescind import Receipt, Rescind
from rescind.errors import ConfigurationError, StoreUnavailable


@asynccontextmanager
async def database(path: Path, *, immediate: bool = True) -> AsyncIterator[AsyncEngine]:
    """An application's own engine on aiosqlite, as SQLAlchemy's documentation has it."""
    engine = create_async_engine(f"sqlite+aiosqlite:///{path}")

    @event.listens_for(engine.sync_engine, "connect")
    def _(connection: Any, _record: Any) -> None:
        if immediate:
            connection.isolation_level = None
        connection.execute("PRAGMA synchronous = FULL")

    @event.listens_for(engine.sync_engine, "begin")
    def _(connection: Any) -> None:
        if immediate:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    try:
        yield engine
    finally:
        await engine.dispose()


def run(world: World, work: Callable[[AsyncEngine], Awaitable[None]]) -> None:
    async def main() -> None:
        async with database(world.path) as engine:
            await asyncio.wait_for(work(engine), PATIENCE)

    asyncio.run(main())


@pytest.fixture
def auth(file_world: World) -> Rescind[Any]:
    return file_world.engine(spy=True)


@pytest.fixture
def other(file_world: World) -> Rescind[Any]:
    return file_world.engine()


def test_pending_until_the_commit_then_final(
    file_world: World, auth: Rescind[Any], other: Rescind[Any]
) -> None:
    token = auth.sessions.start("ada").token

    async def work(engine: AsyncEngine) -> None:
        async with AsyncSession(engine) as session, session.begin():
            receipt = await auth.aio.revoke(principal="ada", reason="left", connection=session)
            assert (receipt.state, receipt.seq) == ("pending", 0)
            assert {code(other.check(token)), code(auth.check(token))} == {"live"}
        assert_final(receipt)
        assert {code(other.check(token)), code(auth.check(token))} == {"revoked"}
        assert dict(receipt.ended) == {"session": 1}

    run(file_world, work)


def assert_final(receipt: Receipt) -> None:
    assert receipt.state == "final"
    assert receipt.seq > 0


def test_state_and_revocation_commit_or_roll_back_together(file_world: World, auth: Rescind[Any]) -> None:
    token = auth.sessions.start("ada").token

    async def work(engine: AsyncEngine) -> None:
        async with engine.begin() as connection:
            await connection.execute(text("CREATE TABLE member (name TEXT)"))
        async with AsyncSession(engine) as session:
            await session.execute(text("INSERT INTO member VALUES ('left')"))
            receipt = await auth.aio.revoke(principal="ada", reason="left", connection=session)
            await session.rollback()
            assert receipt.state == "void"
            assert (await auth.aio.complete(receipt)).state == "void"
            assert (await session.execute(text("SELECT count(*) FROM member"))).scalar_one() == 0
        assert code(auth.check(token)) == "live"

    run(file_world, work)


def test_an_asynchronous_connection_is_completed_by_hand(file_world: World, auth: Rescind[Any]) -> None:
    """A plain connection announces its commit before it happens, so somebody has to look."""
    token = auth.sessions.start("ada").token

    async def work(engine: AsyncEngine) -> None:
        async with engine.connect() as connection:
            receipt = await auth.aio.revoke(principal="ada", reason="left", connection=connection)
            assert (await auth.aio.complete(receipt)).state == "pending", "not committed yet"
            await connection.commit()
        assert code(auth.check(token)) == "revoked"
        assert_final(await auth.aio.complete(receipt))

    run(file_world, work)


def test_an_asynchronous_connection_that_rolls_back(file_world: World, auth: Rescind[Any]) -> None:
    async def work(engine: AsyncEngine) -> None:
        async with engine.connect() as connection:
            receipt = await auth.aio.revoke(principal="ada", reason="left", connection=connection)
            await connection.rollback()
        assert receipt.state == "void"

    run(file_world, work)


def test_a_change_of_standing_joins_as_well(file_world: World, auth: Rescind[Any]) -> None:
    token = auth.sessions.start("ada").token

    async def work(engine: AsyncEngine) -> None:
        async with AsyncSession(engine) as session, session.begin():
            receipt = await auth.aio.principals.set("ada", active=False, reason="left", connection=session)
            assert receipt.state == "pending"
        assert_final(receipt)
        assert code(auth.check(token)) == "principal_disabled"

    run(file_world, work)


def test_the_commit_waits_for_the_workers_and_the_loop_does_not(
    file_world: World, auth: Rescind[Any], other: Rescind[Any]
) -> None:
    auth.sessions.start("ada")
    row(other.core.store, "behind", term=20.0)
    loop_thread, blocked = threading.get_ident(), []
    spy_of(auth).before["registry"] = lambda: blocked.append(threading.get_ident() == loop_thread)

    async def work(engine: AsyncEngine) -> None:
        async with AsyncSession(engine) as session:
            receipt = await auth.aio.revoke(principal="ada", reason="left", connection=session)
            committing = asyncio.create_task(session.commit())
            await eventually(lambda: len(blocked) > 3)
            assert not committing.done()
            other.core.store.acknowledge("behind", other.core.store.head().seq, at=1)
            await committing
        assert_final(receipt)
        assert not any(blocked)

    run(file_world, work)


def test_the_callers_commit_does_not_fail_because_workers_cannot_be_asked(
    file_world: World, auth: Rescind[Any]
) -> None:
    token = auth.sessions.start("ada").token

    async def work(engine: AsyncEngine) -> None:
        async with AsyncSession(engine) as session:
            receipt = await auth.aio.revoke(principal="ada", reason="left", connection=session)
            spy_of(auth).failing("find_entry", StoreUnavailable("gone"))
            await session.commit()
        assert str(receipt).startswith("pending")
        spy_of(auth).works("find_entry")
        assert_final(await auth.aio.complete(receipt))
        assert code(auth.check(token)) == "revoked"

    run(file_world, work)


def test_a_savepoint_is_no_commit(file_world: World, auth: Rescind[Any]) -> None:
    async def work(engine: AsyncEngine) -> None:
        async with AsyncSession(engine) as session:
            async with session.begin_nested():
                receipt = await auth.aio.revoke(principal="ada", reason="left", connection=session)
            assert str(receipt).startswith("pending")
            await session.rollback()
        assert str(receipt).startswith("void")

    run(file_world, work)


def test_everything_is_counted_after_the_commit(file_world: World, auth: Rescind[Any]) -> None:
    auth.sessions.start("ada")

    async def work(engine: AsyncEngine) -> None:
        async with AsyncSession(engine) as session, session.begin():
            receipt = await auth.aio.revoke(
                everything=True, confirm="default", reason="left", connection=session
            )
            assert not receipt.counted
        assert_final(receipt)
        assert dict(receipt.ended) == {"session": 1}

    run(file_world, work)


def test_many_tasks_each_with_its_own_transaction(file_world: World, auth: Rescind[Any]) -> None:
    names = [f"p{number}" for number in range(8)]
    tokens = {name: auth.sessions.start(name).token for name in names}

    async def leave(engine: AsyncEngine, name: str) -> str:
        async with AsyncSession(engine) as session:
            receipt = await auth.aio.revoke(principal=name, reason="left", connection=session)
            await asyncio.sleep(0)
            await (session.commit() if int(name[1:]) % 2 else session.rollback())
        return receipt.state

    async def work(engine: AsyncEngine) -> None:
        states = await asyncio.gather(*(leave(engine, name) for name in names))
        assert states == ["void", "final"] * 4
        assert [code(auth.check(tokens[name])) for name in names] == ["live", "revoked"] * 4

    run(file_world, work)


@pytest.mark.long
@pytest.mark.parametrize("outcome", ["final", "void"])
def test_on_postgresql(new_postgres: str, outcome: str) -> None:
    """psycopg's own asynchronous side. The number is taken in the caller's COMMIT."""

    async def work(auth: Rescind[str]) -> None:
        token = (await auth.aio.sessions.start("ada")).token
        engine = create_async_engine(make_url(new_postgres).set(drivername="postgresql+psycopg"))
        async with AsyncSession(engine) as session:
            receipt = await auth.aio.revoke(principal="ada", reason="left", connection=session)
            assert (receipt.state, receipt.seq) == ("pending", 0)
            assert code(await auth.aio.check(token, strict=True)) == "live"
            await (session.commit() if outcome == "final" else session.rollback())
        await engine.dispose()
        assert str(receipt).startswith(outcome)
        assert code(await auth.aio.check(token, strict=True)) == ("revoked" if outcome == "final" else "live")
        assert (receipt.seq > 0) is (outcome == "final")
        await auth.aio.close()

    with Rescind(new_postgres) as auth:
        asyncio.run(asyncio.wait_for(work(auth), PATIENCE))


# -- what cannot be joined -------------------------------------------------------------------------------


def test_the_blocking_words_name_the_awaited_one(file_world: World, auth: Rescind[Any]) -> None:
    """On a thread without a loop nothing could run the statements."""

    async def work(engine: AsyncEngine) -> None:
        async with AsyncSession(engine) as session, engine.connect() as connection:
            for wrong in (session, connection, connection.sync_connection):
                with pytest.raises(ConfigurationError, match=r"await auth\.aio\.revoke"):
                    await asyncio.to_thread(auth.revoke, principal="ada", reason="left", connection=wrong)
                with pytest.raises(ConfigurationError, match=r"await auth\.aio"):
                    await asyncio.to_thread(
                        auth.principals.set, "ada", active=False, reason="left", connection=wrong
                    )

    run(file_world, work)
    assert auth.core.store.head().seq == 0


def test_autocommit_is_refused(file_world: World, auth: Rescind[Any]) -> None:
    async def work(engine: AsyncEngine) -> None:
        plain = create_async_engine(f"sqlite+aiosqlite:///{file_world.path}", isolation_level="AUTOCOMMIT")
        async with plain.connect() as connection:
            await connection.execute(text("PRAGMA synchronous = FULL"))
            with pytest.raises(ConfigurationError, match="autocommit"):
                await auth.aio.revoke(principal="ada", reason="left", connection=connection)
        await plain.dispose()

    run(file_world, work)
    assert auth.core.store.head().seq == 0


def test_another_database_is_refused(auth: Rescind[Any], file_world: World, tmp_path: Path) -> None:
    async def work(_: AsyncEngine) -> None:
        async with database(tmp_path / "other.db") as elsewhere, elsewhere.connect() as connection:
            assert isinstance(connection, AsyncConnection)
            with pytest.raises(ConfigurationError, match="elsewhere"):
                await auth.aio.revoke(principal="ada", reason="left", connection=connection)

    run(file_world, work)
    assert auth.core.store.head().seq == 0
