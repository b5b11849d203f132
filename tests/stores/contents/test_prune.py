"""Forgetting in both places: what has ended stays ended, whoever prunes and whatever Redis brings back."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import create_engine
from tests.redis_server import Server
from tests.stores.contents.house import House, accepted

from rescind import Issued, Rescind
from rescind.model.family import Family
from rescind.stores.base import PruneReport, Store
from rescind.stores.redis import keys
from rescind.stores.sqlalchemy.contents import DELETE_FAMILIES
from rescind.stores.sqlalchemy.query import Query
from rescind.stores.sqlalchemy.sqlite_unit import SqliteUnit

HOUR, DAY = 3_600_000_000, 86_400_000_000


@pytest.fixture
def server(shared_server: Server) -> Server:
    return shared_server


def prune(
    auth: Rescind[str], days: int, *, session_life: int = DAY, store: Store | None = None, batch: int = 2
) -> PruneReport:
    """As if it were so many days later."""
    now = auth.core.time.now() + days * DAY
    total = PruneReport()
    while True:
        one = (store or auth.core.store).prune(
            now=now, keep_ended=DAY, access_life=HOUR, session_life=session_life, batch=batch
        )
        total = PruneReport(total.sessions + one.sessions, total.entries + one.entries, one.floor)
        if not one.more:
            return total


def brought_back(site: House, auth: Rescind[str], issued: Issued[str], value: bytes) -> bool:
    """Whether Redis could make it live again, by putting its row back as it was."""
    site.server.do("SET", keys.session(issued.session.id), value)
    return accepted(site.engine(), issued)


def tombstones(site: House) -> int:
    engine = create_engine(site.url)
    with engine.connect() as connection:
        found: int = connection.exec_driver_sql("SELECT count(*) FROM rescind_session").scalar_one()
    engine.dispose()
    return found


def row(site: House, issued: Issued[str]) -> bytes:
    found: bytes = site.server.do("GET", keys.session(issued.session.id))
    return found


def test_a_session_that_ended_is_gone_and_cannot_be_brought_back(site: House) -> None:
    auth = site.engine(absolute="30d")
    issued = auth.sessions.start("ada")
    before = row(site, issued)
    auth.sign_out(issued.token)
    assert auth.core.store.facts(issued.session.id) is not None, "a tombstone, for those who ask"
    assert prune(auth, 3).sessions == 1
    assert row(site, issued) is None
    assert auth.core.store.facts(issued.session.id) is None
    assert not brought_back(site, auth, issued, before)
    assert tombstones(site) == 1
    prune(auth, 32)
    assert tombstones(site) == 0, "by then it is over by itself"


@pytest.mark.parametrize("scope", ["client", "everything"])
@pytest.mark.parametrize("alone", [False, True], ids=["both places", "the database alone"])
def test_a_wide_end_is_forgotten_only_when_every_session_is_marked(
    site: House, scope: str, alone: bool
) -> None:
    """Somebody lowered ``absolute``, or prunes with the database alone: without ``redis``."""
    auth = site.engine(absolute="300d", idle=None)
    issued = auth.sessions.start("ada", client="web")
    before = row(site, issued)
    if scope == "client":
        auth.revoke(client="web", reason="x")
    else:
        auth.revoke(everything=True, confirm="default", reason="x")
    auth.revoke(principal="somebody else", reason="the newest entry stays")
    plain = Rescind(site.url)
    with plain:
        forgotten = prune(auth, 40, store=plain.core.store if alone else None)
    assert forgotten.entries == (0 if alone else 1)
    for engine in (auth, site.engine()):
        assert not accepted(engine, issued)
    assert not brought_back(site, auth, issued, before)


def test_the_database_alone_leaves_what_redis_may_bring_back(site: House) -> None:
    auth = site.engine(absolute="300d", idle=None)
    out, revoked = auth.sessions.start("ada"), auth.sessions.start("ben")
    before = {one.session.id: row(site, one) for one in (out, revoked)}
    auth.sign_out(out.token)
    auth.revoke(principal="ben", reason="x")
    with Rescind(site.url) as plain:
        prune(auth, 40, store=plain.core.store)
        assert plain.revoke(principal="zoe", reason="break-glass, with the database alone").state == "final"
        prune(auth, 40, store=plain.core.store)
    for one in (out, revoked):
        assert not brought_back(site, auth, one, before[one.session.id])


def test_the_entry_that_ended_contents_stays(site: House) -> None:
    auth = site.engine()
    lost = auth.sessions.start("ada")
    before = row(site, lost)
    site.server.do("FLUSHALL")
    auth.core.store.renew("", 0)
    auth.revoke(principal="x", reason="the newest entry stays")
    birth = auth.core.store.head().birth
    prune(auth, 4000)
    assert site.engine().core.store.head().birth == birth
    assert not brought_back(site, auth, lost, before)


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[Query]:
    """The statements that units make, from now on."""
    made: list[Query] = []
    plain = SqliteUnit.run

    def run(self: SqliteUnit, query: Query, **values: Any) -> Any:
        made.append(query)
        return plain(self, query, **values)

    monkeypatch.setattr(SqliteUnit, "run", run)
    return made


def test_families_go_many_at_once(site: House, said: list[Query]) -> None:
    auth = site.engine(absolute="1d", idle=None)
    issued = [auth.sessions.start("ada") for _ in range(130)]
    family = Family(
        issued[77].session.id, generation=1, rotated_at=1, digest=b"d", signed_by="kid", signed_until=1
    )
    with auth.core.store.write() as unit:
        unit.insert_family(family)
    said.clear()
    assert prune(auth, 3, batch=1000).sessions == 130
    assert said.count(DELETE_FAMILIES) == 3, "64 at once"
    with auth.core.store.write() as unit:
        assert unit.family(family.session_id) is None


def test_a_database_that_an_older_version_upgraded_has_no_families(site: House) -> None:
    """While a deployment rolls: the new version runs, and `rescind db upgrade` did not."""
    auth = site.engine(absolute="1d", idle=None)
    auth.sessions.start("ada")
    engine = create_engine(site.url)
    with engine.begin() as connection:
        for table in ("rescind_refresh_family", "rescind_ended_key"):
            connection.exec_driver_sql(f"DROP TABLE {table}")
        connection.exec_driver_sql("UPDATE rescind_meta SET schema_version = 2")
    engine.dispose()
    auth = site.engine(absolute="1d", idle=None)
    gone = auth.sessions.start("ada")
    assert prune(auth, 3).sessions == 2
    assert row(site, gone) is None
