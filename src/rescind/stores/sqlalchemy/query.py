"""A Core statement and the driver text that SQLAlchemy made of it, once."""

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
    """What a driver is given.

    Attributes:
        sql: driver text with positional parameters.
        names: the parameters in their order; a name may come more than once.
    """

    def __init__(self, statement: ClauseElement, dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        self.sql: str = compiled.string
        self.names: tuple[str, ...] = tuple(compiled.positiontup or ())
        # The dialect adds parameters of its own (SQLite's LIMIT always has an OFFSET).
        self._fixed = {name: value for name, value in compiled.params.items() if value is not None}

    def bind(self, **values: Any) -> tuple[Any, ...]:
        """The parameters in their order."""
        given = self._fixed | values
        return tuple([given[name] for name in self.names])


class Query(Text):
    """A compiled statement. Its own text is SQLite's; ``on_postgres`` has the other.

    Compiling costs a hundred times what a point read costs, so each statement is compiled once, for each
    database that is used, and its text is handed to the driver.

    Attributes:
        statement: what it was made of.
    """

    def __init__(self, statement: ClauseElement) -> None:
        super().__init__(statement, DIALECT)
        self.statement = statement

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
