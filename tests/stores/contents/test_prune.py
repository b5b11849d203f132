"""Forgetting in both places: what has ended stays ended, whoever prunes and whatever Redis brings back."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import create_engine
from tests.redis_server import Server
from tests.stores.contents.house import House, accepted

from rescind import Issued, Rescind
from rescind.errors import StoreUnavailable
from rescind.model.family import Family
from rescind.stores.base import PruneReport, Store
from rescind.stores.contents import prune as pruning
from rescind.stores.contents.unit import ContentsUnit
from rescind.stores.redis import connections, keys
from rescind.stores.redis.reads import Reader
from rescind.stores.sqlalchemy import prune as of_sql
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


# -- a wide end that names very many ---------------------------------------------------------------------

MANY = 20


def unmarked(
    site: House, monkeypatch: pytest.MonkeyPatch, scope: str
) -> tuple[Rescind[str], list[Issued[str]]]:
    """Sessions that an old entry ends and that bear no mark, as when Redis was away, and some that go on."""
    auth = site.engine(absolute="300d", idle=None)
    auth.principals.set("ben", tenant="elsewhere", reason="x")
    people = [f"ada-{number}" for number in range(3)]
    for one in people:
        auth.principals.set(one, tenant="acme", reason="x")
    for number in range(MANY):
        auth.sessions.start("ada" if scope == "principal" else people[number % 3], client="web")
    others = [auth.sessions.start("ben", client="app") for _ in range(MANY)]
    with monkeypatch.context() as away:
        away.setattr(ContentsUnit, "end_sessions", lambda *_, **__: 0)
        named: dict[str, dict[str, Any]] = {
            "principal": {"principal": "ada"},
            "client": {"client": "web"},
            "tenant": {"tenant": "acme"},
            "everything": {"everything": True, "confirm": "default"},
        }
        auth.revoke(**named[scope], reason="x")
    if scope == "everything":
        others = [auth.sessions.start("ben", client="app") for _ in range(MANY)]
    auth.revoke(principal="somebody else", reason="the newest entry stays")
    assert tombstones(site) == 0
    return auth, others


def longest_reply(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many ids Redis named in one answer, and how many sessions were asked for in one batch."""
    most = [0, 0]
    call, records = connections.Wire.call, Reader.records

    def calls(self: connections.Wire, *words: Any) -> Any:
        answer = call(self, *words)
        if words[0] in ("ZRANGE", "ZRANGEBYLEX", "SMEMBERS"):
            most[0] = max(most[0], len(answer))
        return answer

    def loads(self: Reader, ids: list[str]) -> Any:
        most[1] += len(ids)
        return records(self, ids)

    monkeypatch.setattr(connections.Wire, "call", calls)
    monkeypatch.setattr(Reader, "records", loads)
    return most


@pytest.mark.parametrize("few", [3, 500], ids=["many", "few"])
@pytest.mark.parametrize("scope", ["principal", "client", "tenant", "everything"])
def test_very_many_are_marked_a_batch_at_a_time(
    site: House, monkeypatch: pytest.MonkeyPatch, scope: str, few: int
) -> None:
    monkeypatch.setattr(pruning, "FEW", few)
    monkeypatch.setattr(pruning, "MOST", 2 * few)
    auth, others = unmarked(site, monkeypatch, scope)
    most = longest_reply(monkeypatch)
    now, forgotten, batches = auth.core.time.now() + 40 * DAY, 0, 0
    while True:
        most[1] = 0
        report = auth.core.store.prune(
            now=now, keep_ended=DAY, access_life=HOUR, session_life=DAY, batch=1000
        )
        forgotten, batches = forgotten + report.entries, batches + 1
        assert most[0] <= few + 1
        assert most[1] <= 5 * few, "those that the batch before marked, to drop them, and those to mark"
        assert batches < 2 * MANY
        if not report.more:
            break
    assert tombstones(site) == MANY * (1 + (scope == "everything"))
    assert forgotten == 5, "the wide end, and the news of four standings"
    assert all(accepted(site.engine(), one) for one in others[::7])
    assert (batches > 2) is (few < MANY)


def test_a_batch_that_came_to_nothing_is_made_again(site: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it marked is not marked, so the next one begins where it began."""
    monkeypatch.setattr(pruning, "FEW", 3)
    monkeypatch.setattr(pruning, "MOST", 3)
    auth, others = unmarked(site, monkeypatch, "everything")
    plain, fails = of_sql.has_work, iter([False, True] * 3)

    def failing(*args: Any, **values: Any) -> bool:
        found = plain(*args, **values)
        if next(fails, False):
            raise StoreUnavailable("the disk is full")
        return found

    monkeypatch.setattr(of_sql, "has_work", failing)
    for _ in range(3):
        with pytest.raises(StoreUnavailable, match="disk"):
            prune(auth, 40, batch=1000)
    prune(auth, 40, batch=1000)
    assert tombstones(site) == 2 * MANY
    assert all(accepted(site.engine(), one) for one in others[::7])
