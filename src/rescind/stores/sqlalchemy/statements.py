"""Statements of fixed shape: the head, the log, single rows. Selections are in ``selections``."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, case, delete, func, insert, or_, select, true, update
from sqlalchemy.sql.expression import Exists, FromClause, ScalarSelect

from rescind import sqlalchemy as t
from rescind.model.revocation import Kind, Scope, What
from rescind.policy.session_lifetime import touch_interval
from rescind.stores.sqlalchemy import rows
from rescind.stores.sqlalchemy.query import Insertion, Query, const, param

log, person, row, head = t.revocation.c, t.principal.c, t.session.c, t.meta.c


def columns(table: FromClause, names: tuple[str, ...]) -> list[ColumnElement[object]]:
    return [table.c[name] for name in names]


HEAD_COLUMNS = columns(t.meta, rows.HEAD)
ENTRY_COLUMNS = columns(t.revocation, rows.ENTRY)
SESSION_COLUMNS = columns(t.session, rows.SESSION)
STANDING_COLUMNS = columns(t.principal, rows.STANDING)

# -- what the log ends -----------------------------------------------------------------------------------


def ending(scope: Scope, target: ColumnElement[str], *further: ColumnElement[bool]) -> ColumnElement[bool]:
    """The rule of ``rescind.policy.ending.ends`` for one scope, about the session row of the outer statement.

    Equality on the four leading columns of the index, a range on the fifth: never a scan of the log.
    ``further``, here and below: what else must hold of an entry.
    """
    return and_(
        log.realm == row.realm,
        log.scope == const(scope.value),
        log.target == target,
        log.kind == const(Kind.END.value),
        log.seq > row.issued_seq,
        log.what.bitwise_and(const(What.SESSIONS.value)) != const(0),
        or_(log.keep.is_(None), log.keep != row.id),
        *further,
    )


TENANT = (
    select(person.tenant)
    .where(person.realm == row.realm, person.id == row.principal_id)
    .correlate(t.session)
    .scalar_subquery()
)
WIDE: tuple[tuple[Scope, ColumnElement[str]], ...] = (
    (Scope.PRINCIPAL, row.principal_id),
    (Scope.EVERYTHING, const("")),
    (Scope.CREDENTIAL, row.credential_id),
    (Scope.CLIENT, row.client_id),
    (Scope.TENANT, TENANT),
)
"""Every scope wider than the session that can name it, with the column that it names it by."""


def first_ends(*further: ColumnElement[bool]) -> list[ScalarSelect[int]]:
    return [
        select(func.min(log.seq))
        .where(ending(scope, target, *further))
        .correlate(t.session)
        .scalar_subquery()
        for scope, target in WIDE
    ]


def wide_end_since(*further: ColumnElement[bool]) -> Exists:
    return (
        select(const(1))
        .select_from(t.revocation)
        .where(log.realm == row.realm, log.seq > row.issued_seq, t.WIDE_END, *further)
        .correlate(t.session)
        .exists()
    )


def unended(*further: ColumnElement[bool]) -> ColumnElement[bool]:
    """Ended neither by its mark nor by the log nor with the log that it was issued by."""
    ended_by = case((wide_end_since(*further), func.coalesce(*first_ends(*further))))
    return and_(row.ended_at.is_(None), row.birth == BIRTH, ended_by.is_(None))


FIRST_ENDS = first_ends()
WIDE_END_SINCE = wide_end_since()
ENDED_BY = case((WIDE_END_SINCE, func.coalesce(*FIRST_ENDS)))
"""The number of an entry that ends the session, else NULL; one look-up if nothing wide came after it."""

BIRTH = select(head.birth).scalar_subquery()
UNENDED = unended()


def within_limits(now: ColumnElement[int]) -> ColumnElement[bool]:
    return and_(row.expires_at > now, or_(row.idle.is_(None), row.last_seen + row.idle > now))


# -- the head and the log --------------------------------------------------------------------------------

HEAD = Query(select(*HEAD_COLUMNS))
ADVANCE = Query(update(t.meta).values(seq=param("to_seq")))
SET_FLOOR = Query(update(t.meta).values(floor=param("to_floor")).where(head.floor < param("to_floor")))
SET_COUNTER = Query(update(t.meta).values(counter_id=param("to_id")))
REBEAR = Query(update(t.meta).values(birth=param("to_birth"), seq=param("to_seq"), floor=param("to_floor")))
TAKE_WRITE_LOCK = Query(update(t.meta).values(seq=head.seq))

INSERT_ENTRY = Query(insert(t.revocation))
ENTRY = Query(select(*ENTRY_COLUMNS).where(log.id == param("id")))
ENTRY_AT = Query(select(*ENTRY_COLUMNS).where(log.seq == param("seq")))
DELETE_ENTRY = Query(delete(t.revocation).where(log.id == param("of_id")))
# The page is cut before it is joined, so that a long catch-up reads each entry once; its order is made again
# by ``reads.renewal_of``, since a join promises none.
PAGE = (
    select(*ENTRY_COLUMNS)
    .where(log.seq > param("applied"))
    .order_by(log.seq)
    .limit(param("page"))
    .subquery("page")
)
RENEWAL = select(
    *HEAD_COLUMNS,
    select(const(1))
    .where(t.worker.c.id == param("worker"), t.worker.c.retired == const(0))
    .scalar_subquery(),
    select(log.id).where(log.seq == param("applied")).scalar_subquery(),
    *PAGE.c,
).select_from(t.meta.outerjoin(PAGE, true()))
RENEW = Query(RENEWAL)

# -- the registry ----------------------------------------------------------------------------------------

worker = t.worker.c
INSERT_WORKER = Insertion(t.worker)
WORKER_COLUMNS = columns(t.worker, rows.WORKER)
WORKERS = Query(select(*WORKER_COLUMNS).order_by(worker.id))
ACKNOWLEDGE = Query(
    update(t.worker)
    .values(acked=param("to_seq"), seen_at=param("to_at"))
    .where(worker.id == param("of_id"), worker.acked < param("to_seq"))
)
RETIRE = Query(
    update(t.worker)
    .values(retired=const(1))
    .where(worker.id == param("of_id"), worker.acked < param("below"))
)
DEREGISTER = Query(delete(t.worker).where(worker.id == param("of_id")))
FORGET = Query(delete(t.worker).where(worker.id == param("of_id"), worker.retired == const(1)))

# -- sessions --------------------------------------------------------------------------------------------

FACTS = Query(
    select(
        *SESSION_COLUMNS,
        *STANDING_COLUMNS[2:],
        *HEAD_COLUMNS,
        # The head is here already: if it has not moved since, not even that look-up is made.
        case((and_(head.seq > row.issued_seq, WIDE_END_SINCE), func.coalesce(*FIRST_ENDS))),
    )
    .select_from(
        t.session.join(t.meta, true()).outerjoin(
            t.principal, and_(person.realm == row.realm, person.id == row.principal_id)
        )
    )
    .where(row.id == param("id"))
)
SESSION = Query(select(*SESSION_COLUMNS).where(row.id == param("id")).with_for_update())
"""For a unit, which goes by what it read: nobody changes the row before it is over."""
SUCCESSOR = Query(
    select(*SESSION_COLUMNS)
    .where(
        row.realm == param("realm"),
        row.principal_id == param("principal"),
        row.parent_id == param("parent"),
    )
    .with_for_update()
)
INSERT_SESSION = Insertion(t.session)
MARK = {"ended_at": param("to_at"), "ended_reason": param("to_reason"), "ended_by": param("to_by")}
ENDING = update(t.session).values(MARK).where(row.id == param("of_id"), row.ended_at.is_(None))
END_SESSION = Query(ENDING)
END_IDLE_SESSION = Query(
    update(t.session)
    .values(MARK)
    .where(row.id == param("of_id"), row.ended_at.is_(None), row.last_seen == param("seen"))
)
LIVE = select(case((and_(within_limits(param("now")), UNENDED), const(1)), else_=const(0))).where(
    row.id == param("id")
)
"""1 or 0."""
IS_LIVE = Query(LIVE)
LIMIT_SESSION = Query(
    update(t.session)
    .values(last_seen=param("to_seen"), expires_at=param("to_end"), idle=param("to_idle"))
    .where(row.id == param("of_id"), row.ended_at.is_(None))
)
FIRST_END = Query(select(*FIRST_ENDS).select_from(t.session).where(row.id == param("id")))
"""Per wide scope the first entry that ends the session; the least of them is what its mark says."""
ENDED_UNMARKED = Query(
    select(row.id).where(
        row.realm == param("realm"),
        row.principal_id == param("principal"),
        row.ended_at.is_(None),
        ENDED_BY.isnot(None),
    )
)

MINUTE = touch_interval(None)
INTERVAL = case(
    (or_(row.idle.is_(None), row.idle >= const(10 * MINUTE)), const(MINUTE)),
    (row.idle < const(20), const(1)),
    else_=row.idle // const(10),
)
"""``rescind.policy.session_lifetime.touch_interval`` of the row."""
TOUCH = Query(
    update(t.session)
    .values(last_seen=param("seen_at"))
    .where(
        row.id == param("of_id"),
        (param("seen_at") - row.last_seen) * const(2) >= INTERVAL,
        within_limits(param("seen_at")),
        UNENDED,
    )
)

data = t.session_data.c
IS_UNENDED = Query(
    select(const(1)).select_from(t.session).where(row.id == param("id"), UNENDED).with_for_update()
)
LOAD_DATA = Query(select(data.key, data.value).where(data.session_id == param("id")))
UPDATE_DATUM = Query(
    update(t.session_data)
    .values(value=param("to_value"))
    .where(data.session_id == param("of_id"), data.key == param("of_key"))
)
INSERT_DATUM = Query(insert(t.session_data))
DELETE_DATUM = Query(
    delete(t.session_data).where(data.session_id == param("of_id"), data.key == param("of_key"))
)

# -- people and the trail --------------------------------------------------------------------------------

account, password, event = t.account.c, t.password.c, t.audit_event.c
ACCOUNT_COLUMNS = columns(t.account, rows.ACCOUNT)
PASSWORD_COLUMNS = columns(t.password, rows.PASSWORD)

STANDING = Query(select(*STANDING_COLUMNS).where(person.realm == param("realm"), person.id == param("id")))
STANDINGS = Query(
    select(*STANDING_COLUMNS)
    .where(person.realm == param("realm"), person.id > param("after"))
    .order_by(person.id)
    .limit(param("page"))
)
FIRST_STANDINGS = Query(
    select(*STANDING_COLUMNS).where(person.realm == param("realm")).order_by(person.id).limit(param("page"))
)
INSERT_STANDING = Insertion(t.principal)
UPDATE_STANDING = Query(
    update(t.principal)
    .values({name: param(name) for name in rows.STANDING[2:]})
    .where(person.realm == param("of_realm"), person.id == param("of_id"))
)
ACCOUNT = Query(
    select(*ACCOUNT_COLUMNS).where(account.realm == param("realm"), account.login == param("login"))
)
INSERT_ACCOUNT = Insertion(t.account)
PASSWORD = Query(
    select(*PASSWORD_COLUMNS).where(password.realm == param("realm"), password.principal_id == param("id"))
)
INSERT_PASSWORD = Insertion(t.password)
UPDATE_PASSWORD = Query(
    update(t.password)
    .values({name: param(name) for name in ("id", "phc", "version", "created_at")})
    .where(password.realm == param("of_realm"), password.principal_id == param("of_id"))
)
SIGN_IN_EVIDENCE = Query(
    select(*HEAD_COLUMNS, *ACCOUNT_COLUMNS, *PASSWORD_COLUMNS, *STANDING_COLUMNS).select_from(
        t.meta.outerjoin(t.account, and_(account.realm == param("realm"), account.login == param("login")))
        .outerjoin(
            t.password,
            and_(password.realm == account.realm, password.principal_id == account.principal_id),
        )
        .outerjoin(t.principal, and_(person.realm == account.realm, person.id == account.principal_id))
    )
)
PASSWORD_EVIDENCE = Query(
    select(*HEAD_COLUMNS, *PASSWORD_COLUMNS, *STANDING_COLUMNS).select_from(
        t.meta.outerjoin(
            t.password, and_(password.realm == param("realm"), password.principal_id == param("id"))
        ).outerjoin(t.principal, and_(person.realm == param("realm"), person.id == param("id")))
    )
)
INSERT_EVENT = Insertion(
    t.audit_event, insert(t.audit_event).values({name: param(name) for name in rows.EVENT})
)
EVENT_NUMBER = Query(select(event.n).where(event.id == param("id")))
