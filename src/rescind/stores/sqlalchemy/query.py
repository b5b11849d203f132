"""A Core statement and the driver text that SQLAlchemy makes of it, once."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Dialect, Insert, Table, bindparam, insert, literal
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import psycopg as postgresql_psycopg
from sqlalchemy.sql.expression import ClauseElement

DIALECT = sqlite.dialect()
POSTGRES: Dialect = postgresql_psycopg.dialect(paramstyle="format")  # type: ignore[no-untyped-call]


def const(value: str | int) -> ColumnElement[Any]:
    """A value that is part of the statement and not a parameter; SQLAlchemy quotes it."""
    return literal(value, literal_execute=True)


def param(name: str) -> Any:
    """A parameter, given by name to ``bind``."""
    return bindparam(name, required=False)


class Text:
    """What a driver is given: driver text with positional parameters.

    Compiling costs a hundred times what a point read costs, so it is done once, and as a program needs few of
    the statements, when the text is first asked for.
    """

    def __init__(self, statement: ClauseElement, dialect: Dialect) -> None:
        self.statement = statement
        self._dialect = dialect

    @cached_property
    def _compiled(self) -> tuple[str, tuple[str, ...], dict[str, Any]]:
        options = {"render_postcompile": True}
        compiled: Any = self.statement.compile(dialect=self._dialect, compile_kwargs=options)
        # The dialect adds parameters of its own (SQLite's LIMIT always has an OFFSET).
        fixed = {name: value for name, value in compiled.params.items() if value is not None}
        return compiled.string, tuple(compiled.positiontup or ()), fixed

    @cached_property
    def sql(self) -> str:
        return self._compiled[0]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The parameters in their order; a name may come more than once."""
        return self._compiled[1]

    @cached_property
    def _fixed(self) -> dict[str, Any]:
        return self._compiled[2]

    def bind(self, **values: Any) -> tuple[Any, ...]:
        """The parameters in their order."""
        given = self._fixed | values
        return tuple([given[name] for name in self.names])


class Query(Text):
    """A statement. Its own text is SQLite's; ``on_postgres`` has the other."""

    def __init__(self, statement: ClauseElement) -> None:
        super().__init__(statement, DIALECT)

    @cached_property
    def on_postgres(self) -> Text:
        return Text(self.statement, POSTGRES)


class Insertion(Query):
    """An INSERT that may meet a unique key. SQLite refuses the statement; on PostgreSQL, where a refusal ends
    the whole transaction, it inserts nothing."""

    def __init__(self, table: Table, statement: Insert | None = None) -> None:
        super().__init__(insert(table) if statement is None else statement)
        self._table = table

    @cached_property
    def on_postgres(self) -> Text:
        values = {column.name: param(column.name) for column in self._table.columns if column.name != "n"}
        return Text(postgresql.insert(self._table).values(values).on_conflict_do_nothing(), POSTGRES)
