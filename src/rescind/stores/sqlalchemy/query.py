"""A Core statement and the driver text that SQLAlchemy made of it, once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, bindparam, literal
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.expression import ClauseElement

DIALECT = sqlite.dialect()


def const(value: str | int) -> ColumnElement[Any]:
    """A value that is part of the statement and not a parameter; SQLAlchemy quotes it."""
    return literal(value, literal_execute=True)


def param(name: str) -> Any:
    """A parameter, given by name to ``Query.bind``."""
    return bindparam(name, required=False)


class Query:
    """A compiled statement.

    Compiling costs a hundred times what a point read costs, so each statement is compiled once and its text
    is handed to the driver.

    Attributes:
        statement: what it was made of, for other databases.
        sql: driver text with positional parameters.
        names: the parameters in their order; a name may come more than once.
    """

    __slots__ = ("_fixed", "names", "sql", "statement")

    def __init__(self, statement: ClauseElement) -> None:
        self.statement = statement
        compiled: Any = statement.compile(dialect=DIALECT, compile_kwargs={"render_postcompile": True})
        self.sql: str = compiled.string
        self.names: tuple[str, ...] = tuple(compiled.positiontup or ())
        # The dialect adds parameters of its own (SQLite's LIMIT always has an OFFSET).
        self._fixed = {name: value for name, value in compiled.params.items() if value is not None}

    def bind(self, **values: Any) -> tuple[Any, ...]:
        """The parameters in their order."""
        given = self._fixed | values
        return tuple([given[name] for name in self.names])
