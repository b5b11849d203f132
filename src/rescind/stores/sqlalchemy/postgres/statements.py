"""Statements that PostgreSQL alone has: locks, the incarnation of the server, what the commit decided."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ARRAY, BigInteger, Text, cast, column, exists, func, select, table, true, update
from sqlalchemy.dialects.postgresql import OID, insert

from rescind import sqlalchemy as t
from rescind.stores.sqlalchemy import rows
from rescind.stores.sqlalchemy import statements as s
from rescind.stores.sqlalchemy.query import POSTGRES, const, param
from rescind.stores.sqlalchemy.query import Text as DriverText


class Constant(DriverText):
    """Text without parameters: what is not about our tables."""

    def __init__(self, sql: str) -> None:
        self._compiled = (sql, (), {})


database = table("pg_database", column("oid"), column("datname"))
log, person, meta = t.revocation.c, t.principal.c, t.meta.c

# Constant text: what is not about tables, and what has to be one round trip.
GREETING = """SELECT current_setting('server_version_num')::int, pg_is_in_recovery(), pg_backend_pid(),
to_regclass('rescind_meta')::oid::bigint, current_schema(),
(SELECT system_identifier FROM pg_control_system()),
(SELECT oid::bigint FROM pg_database WHERE datname = current_database())"""
BEGIN = """BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;
SET LOCAL lock_timeout = '5s';
SET LOCAL idle_in_transaction_session_timeout = '10s';
SET LOCAL statement_timeout = '25s'"""
OPENERS = 7_310_029_107_240_851
"""Advisory lock: shared by units that may insert a session, exclusive for one that forgets entries."""
BEGIN_UNIT = BEGIN + ";\nSELECT pg_advisory_xact_lock_shared(7310029107240851)"
BEGIN_URGENT = """BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;
SET LOCAL lock_timeout = '2s';
SET LOCAL idle_in_transaction_session_timeout = '10s'"""
BEGIN_DURABLE = BEGIN + ";\nSET LOCAL synchronous_commit = on"
BEGIN_QUICK = BEGIN + ";\nSET LOCAL synchronous_commit = off"
"""A crash may lose it, as one of the last transactions; nothing is half done."""

LOCK_OPENERS = DriverText(select(func.pg_advisory_xact_lock(param("key"))), POSTGRES)
LOCK_NAME = DriverText(
    select(func.pg_advisory_xact_lock(func.hashtextextended(param("name"), const(7310029107)))), POSTGRES
)
LOCK_NAME_SHARED = DriverText(
    select(func.pg_advisory_xact_lock_shared(func.hashtextextended(param("name"), const(7310029107)))),
    POSTGRES,
)
LOCK_HEAD = DriverText(select(*s.HEAD_COLUMNS).with_for_update(), POSTGRES)
LOCK_STANDING = DriverText(
    select(*s.STANDING_COLUMNS)
    .where(person.realm == param("realm"), person.id == param("id"))
    .with_for_update(),
    POSTGRES,
)
"""On the newest version of the row: READ COMMITTED reads it again after it has waited."""
LOCK_SESSIONS = DriverText(
    select(t.session.c.id)
    .where(t.session.c.id == func.any(cast(param("ids"), ARRAY(Text))))
    .order_by(t.session.c.id)
    .with_for_update(),
    POSTGRES,
)
PENDING = DriverText(select(func.count()).select_from(t.revocation).where(log.seq.is_(None)), POSTGRES)
"""The entries of this transaction that have no number yet; nobody sees those of others."""
APPENDED = (
    insert(t.revocation)
    .values({name: param(name) for name in rows.ENTRY if name != "seq"})
    .on_conflict_do_nothing(index_elements=["id"])
    .returning(log.id)
    .cte("appended")
)
APPEND = DriverText(select(*s.HEAD_COLUMNS, select(APPENDED.c.id).scalar_subquery()), POSTGRES)
"""Waits for whoever is about to commit the same id. The head, and the id if it was appended."""
ENDED = s.ENDING.returning(t.session.c.id).cte("ended")
END_COUNTED = DriverText(s.LIVE.where(exists(select(ENDED.c.id))), POSTGRES)
"""In one round trip what ``IS_LIVE`` and ``END_SESSION`` do in two: it reads what was before the mark."""
NUMBERS = DriverText(
    select(log.id, log.seq, func.pg_notify(param("channel"), const(""))).where(
        log.id == func.any(cast(param("ids"), ARRAY(Text)))
    ),
    POSTGRES,
)
NOTIFY = DriverText(select(func.pg_notify(param("channel"), const(""))), POSTGRES)
KEPT = DriverText(
    select(
        func.pg_is_in_recovery(),
        *s.HEAD_COLUMNS,
        select(log.id).where(log.seq == param("seq")).scalar_subquery(),
    ),
    POSTGRES,
)
"""What ``RENEW`` says of one number."""
RENEW = DriverText(s.RENEWAL.add_columns(func.pg_is_in_recovery()), POSTGRES)
ACKNOWLEDGE = DriverText(
    update(t.worker)
    .values(acked=param("to_seq"), seen_at=param("to_at"))
    .where(
        t.worker.c.id == param("of_id"),
        t.worker.c.acked < param("to_seq"),
        # For this statement alone: an acknowledgement that a crash loses costs a revoker a term, no more.
        func.set_config(const("synchronous_commit"), const("off"), True) == const("off"),
    ),
    POSTGRES,
)
SERVER_COLUMNS = (
    select(func.pg_control_system().table_valued("system_identifier").c.system_identifier).scalar_subquery(),
    func.left(func.pg_walfile_name(func.pg_current_wal_lsn()), 8),
    select(database.c.oid).where(database.c.datname == func.current_database()).scalar_subquery(),
)
TABLE_COLUMNS = (cast(cast(func.to_regclass(const("rescind_meta")), OID), BigInteger), meta.incarnation)
INCARNATION_COLUMNS = (meta.birth, *SERVER_COLUMNS, *TABLE_COLUMNS)
INCARNATION = DriverText(select(*INCARNATION_COLUMNS), POSTGRES)
"""Log, cluster, timeline (it moves at a promotion), database, table (others after a restore or in a copy);
and what was settled."""


def _beside_workers(*columns: Any) -> DriverText:
    workers = t.meta.outerjoin(t.worker, true())
    return DriverText(
        select(*columns, *s.WORKER_COLUMNS).select_from(workers).order_by(t.worker.c.id), POSTGRES
    )


REGISTRY = _beside_workers(*INCARNATION_COLUMNS)
"""The same beside each worker; one row without a worker where the registry is empty."""
REGISTRY_ON_LINK = _beside_workers(meta.birth, *TABLE_COLUMNS)
"""Without what a connection was told when it was made, which takes the server longer than all the rest."""
LONGEST_TERM = DriverText(select(func.max(t.worker.c.term)), POSTGRES)
SETTLE = DriverText(update(t.meta).values(incarnation=param("id")), POSTGRES)
BLOCKERS = Constant(
    """SELECT DISTINCT a.pid, coalesce(nullif(a.application_name, ''), a.usename, '?'), a.state,
round(extract(epoch FROM clock_timestamp() - a.xact_start))::int
FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_stat_activity a USING (pid)
WHERE starts_with(c.relname, 'rescind_') AND c.relkind = 'r' AND l.granted AND a.pid <> pg_backend_pid()
AND l.mode NOT IN ('AccessShareLock', 'RowShareLock') ORDER BY 4 DESC NULLS LAST LIMIT 3"""
)
"""Who holds locks on our tables, the oldest transaction first."""
TRIGGERS = """SELECT count(*) FROM pg_trigger WHERE tgrelid IN (to_regclass('rescind_revocation'),
to_regclass('rescind_audit_event')) AND NOT tgisinternal AND tgname IN
('rescind_number', 'rescind_floor', 'rescind_event_number') AND tgenabled IN ('O', 'A')"""
