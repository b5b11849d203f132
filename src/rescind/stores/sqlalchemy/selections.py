"""Statements about many sessions and events, one for each shape of question."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, func, select, update

from rescind import sqlalchemy as t
from rescind.model.revocation import Scope
from rescind.stores.base import Selection
from rescind.stores.sqlalchemy import rows
from rescind.stores.sqlalchemy.query import Query, const, param
from rescind.stores.sqlalchemy.statements import (
    MARK,
    SESSION_COLUMNS,
    UNENDED,
    columns,
    event,
    log,
    person,
    row,
    unended,
    within_limits,
)

Shape = tuple[Scope, bool, bool]
"""What decides the text of a statement; the values are parameters."""


def shape_of(selection: Selection) -> Shape:
    return selection.scope, selection.issued_before is not None, selection.keep is not None


def values_of(selection: Selection) -> dict[str, Any]:
    return {
        "realm": selection.realm,
        "target": selection.target,
        "before": selection.issued_before,
        "keep": selection.keep,
    }


def selected(shape: Shape) -> ColumnElement[bool]:
    scope, has_before, has_keep = shape
    clauses = [row.realm == param("realm"), _names(scope)]
    if has_before:
        clauses.append(row.issued_seq < param("before"))
    if has_keep:
        clauses.append(row.id != param("keep"))
    return and_(*clauses)


def _names(scope: Scope) -> ColumnElement[bool]:
    target = param("target")
    if scope is Scope.TENANT:
        members = select(person.id).where(person.realm == param("realm"), person.tenant == target)
        return row.principal_id.in_(members)
    column: Any = {
        Scope.SESSION: row.id,
        Scope.CREDENTIAL: row.credential_id,
        Scope.PRINCIPAL: row.principal_id,
        Scope.CLIENT: row.client_id,
        Scope.EVERYTHING: const(""),
    }.get(scope)
    # Grants and signing keys name no opaque session.
    named: ColumnElement[bool] = false() if column is None else column == target
    return named


@lru_cache(maxsize=64)
def listing(shape: Shape, paged: bool) -> Query:
    statement = select(*SESSION_COLUMNS).where(selected(shape), within_limits(param("now")), UNENDED)
    if paged:
        statement = statement.where(row.id > param("after"))
    return Query(statement.order_by(row.id).limit(param("page")))


@lru_cache(maxsize=64)
def counting(shape: Shape) -> Query:
    _, has_before, _ = shape
    then = unended(log.seq < param("before")) if has_before else UNENDED
    live = case((and_(within_limits(param("now")), then), const(1)), else_=const(0))
    counted = select(func.count(), func.coalesce(func.sum(live), const(0))).select_from(t.session)
    return Query(counted.where(selected(shape)))


@lru_cache(maxsize=64)
def marking(shape: Shape) -> Query:
    """The log is not asked: the entry that these marks belong to may be in it already."""
    unmarked = and_(selected(shape), row.ended_at.is_(None), within_limits(param("to_at")))
    return Query(update(t.session).values(MARK).where(unmarked))


@lru_cache(maxsize=64)
def unmarked(shape: Shape) -> Query:
    statement = select(row.id).where(selected(shape), row.ended_at.is_(None))
    return Query(statement.limit(param("page")))


@lru_cache(maxsize=4)
def trail(of_subject: bool, paged: bool) -> Query:
    statement = select(*columns(t.audit_event, rows.EVENT)).where(event.realm == param("realm"))
    if of_subject:
        statement = statement.where(event.subject == param("subject"))
    if paged:
        statement = statement.where(event.n < param("before"))
    return Query(statement.order_by(event.n.desc()).limit(param("page")))
