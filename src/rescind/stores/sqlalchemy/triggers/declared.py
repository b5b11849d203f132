"""A table of SQLAlchemy that the application calls its users: which of its columns say what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    JSON,
    Boolean,
    Column,
    ColumnElement,
    Dialect,
    Integer,
    String,
    Table,
    Uuid,
    inspect,
    types,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql import visitors
from sqlalchemy.sql.util import ClauseAdapter

from rescind.errors import ConfigurationError
from rescind.stores.sqlalchemy.triggers.text import GAP, fill
from rescind.stores.sqlalchemy.triggers.watched import Fact, UserTable, Watched

DIALECTS: dict[str, Dialect] = {
    "sqlite": sqlite.dialect(),
    "postgresql": postgresql.dialect(paramstyle="named"),  # type: ignore[no-untyped-call]
}
STEM = "rescind_users"
DASHED = "00000000-0000-0000-0000-000000000000"
HEX = DASHED.replace("-", "")
ROW = "rescind_row"
"""What the row is called while SQLAlchemy writes an expression about it."""
KINDS: tuple[tuple[Any, Literal["int", "str", "uuid"]], ...] = (
    (Integer, "int"),
    (Uuid, "uuid"),
    (String, "str"),
)
FITTING = {int: ("int",), UUID: ("uuid", "str"), str: ("int", "uuid", "str")}
TRUE = {"sqlite": "coalesce({said} <> 0, 0)", "postgresql": "coalesce({said}, false)"}
TEXT = {"sqlite": "CAST({said} AS TEXT)", "postgresql": "{said}::text"}
UUID_TEXT = {
    "sqlite": " || '-' || ".join(
        f"substr(lower({{said}}), {at}, {size})" for at, size in ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
    ),
    "postgresql": "{said}::uuid::text",
}
NOT_EMPTY = {"sqlite": "nullif(CAST({said} AS TEXT), '')", "postgresql": "nullif({said}::text, '')"}
ONE_ROLE = {
    "sqlite": "CASE WHEN coalesce({said}, '') = '' THEN '[]' ELSE json_array(CAST({said} AS TEXT)) END",
    "postgresql": "CASE WHEN coalesce({said}::text, '') = '' THEN '[]' "
    "ELSE '[' || to_json({said}::text)::text || ']' END",
}
LIST_OF_ROLES = {
    "sqlite": """(SELECT json_group_array(value) FROM (SELECT DISTINCT value FROM json_each(CASE
WHEN json_valid({said}) AND json_type({said}) = 'array' THEN {said} ELSE '[]' END)
WHERE type = 'text' AND value <> '' ORDER BY 1))""",
    "postgresql": """(SELECT '[' || coalesce(
string_agg(to_json(role)::text, ',' ORDER BY role COLLATE "C"), '') || ']'
FROM (SELECT DISTINCT role #>> '{}' AS role FROM jsonb_array_elements(CASE jsonb_typeof(to_jsonb({said}))
WHEN 'array' THEN to_jsonb({said}) ELSE '[]' END) listed(role) WHERE jsonb_typeof(role) = 'string') named
WHERE role <> '')""",
}


@dataclass(frozen=True, slots=True)
class Declared:
    """Attributes:
    table: with its schema, if it has one.
    columns: names of all that are needed.
    watched: for whoever writes the triggers.
    """

    table: str
    schema: str | None
    columns: tuple[str, ...]
    watched: Watched


class Reading:
    """Reads what the arguments of ``watch`` name, for one database."""

    def __init__(self, users: Any, vendor: str) -> None:
        self.table = _table(users)
        self.vendor, self.dialect = vendor, DIALECTS[vendor]
        self.columns: list[str] = []
        if vendor == "sqlite" and self.table.schema is not None:
            raise ConfigurationError(
                f"principals.watch: {self.table.fullname} has a schema: on SQLite that is another file, "
                "where no trigger reaches"
            )

    def column(self, given: Any, argument: str) -> Column[Any]:
        """One column of the table.

        Raises:
            ConfigurationError: it is something else.
        """
        found = _element(given)
        if not isinstance(found, Column):
            raise ConfigurationError(
                f"principals.watch: {argument}={given!r}: pass a column of {self.table.name}"
            )
        self._note(found, argument)
        return found

    def type_of(self, column: ColumnElement[Any]) -> Any:
        """Its type as this database has it."""
        found: Any = column.type
        while isinstance(found, types.TypeDecorator):
            found = found.load_dialect_impl(self.dialect)
        return found

    def key(self, given: Any, principal_id: type) -> tuple[str, Literal["int", "str", "uuid"]]:
        """Name and kind of the column whose values are the ids of principals."""
        if given is None:
            primary = list(self.table.primary_key.columns)
            if len(primary) != 1:
                raise ConfigurationError(
                    f"principals.watch: the primary key of {self.table.name} has {len(primary)} columns: say "
                    "key=, the one column whose value is the principal's id"
                )
            given = primary[0]
        column = self.column(given, "key")
        if column.nullable or not _is_unique(column, self.table):
            raise ConfigurationError(
                f"principals.watch: key={column.name} has to be unique and NOT NULL, as one id is one user"
            )
        kind = self._kind_of(column, principal_id)
        if kind is None or kind not in FITTING[principal_id]:
            raise ConfigurationError(
                f"principals.watch: key={column.name} is {column.type!r}, and principal_id="
                f"{principal_id.__name__}: pass the column that has the ids which rescind is given"
            )
        return column.name, kind

    def _kind_of(self, column: Column[Any], principal_id: type) -> Literal["int", "uuid", "str"] | None:
        """How the column has its ids. A trigger that read them otherwise than rescind is given them would
        follow nobody, and say so to nobody."""
        type_ = self.type_of(column)
        kind = next((name for one, name in KINDS if isinstance(type_, one)), None)
        size = getattr(type_, "length", None) or len(DASHED)
        is_hex = not type_.native_uuid if kind == "uuid" else principal_id is UUID and size < len(DASHED)
        if not is_hex or (self.vendor == "sqlite" and (kind == "uuid" or size == len(HEX))):
            return "uuid" if is_hex else kind
        raise ConfigurationError(
            f"principals.watch: key={column.name} is {column.type!r}, which has no room for a UUID as "
            f"rescind writes it ({DASHED}): make it a column of the type uuid (sqlalchemy.Uuid), or of 36 "
            "characters"
        )

    def active(self, given: Any) -> Fact:
        """A truth about the row: a column, or what is made of some."""
        element = _element(given)
        if not isinstance(element, ColumnElement):
            raise ConfigurationError(
                f"principals.watch: active={given!r}: pass a column of {self.table.name}"
            )
        kind = self.type_of(element)
        if isinstance(kind, Integer):
            element = element != 0
        elif not isinstance(kind, Boolean):
            raise ConfigurationError(
                f"principals.watch: active= is {kind!r}: pass a truth, such as users.c.active or "
                "users.c.deleted_at.is_(None)"
            )
        return self._fact(element, TRUE[self.vendor], "active")

    def password(self, given: Any) -> str:
        """The name of the column with the hash."""
        column = self.column(given, "password")
        if not isinstance(self.type_of(column), String):
            raise ConfigurationError(
                f"principals.watch: password={column.name} is {column.type!r}: pass the column with the text "
                "of the hash"
            )
        return column.name

    def roles(self, given: Any) -> Fact:
        """One role, or a list of them, as the text of a JSON list."""
        column = self.column(given, "roles")
        kind = self.type_of(column)
        if isinstance(kind, JSON | ARRAY):
            return self._fact(column, LIST_OF_ROLES[self.vendor], "roles")
        if not isinstance(kind, String):
            raise ConfigurationError(
                f"principals.watch: roles={column.name} is {column.type!r}: pass a column with one role as "
                "text, or with a JSON list of them; roles of another table are set by principals.set"
            )
        return self._fact(column, ONE_ROLE[self.vendor], "roles")

    def tenant(self, given: Any) -> Fact:
        """The tenant as text."""
        column = self.column(given, "tenant")
        kind = self.type_of(column)
        if isinstance(kind, String):
            return self._fact(column, NOT_EMPTY[self.vendor], "tenant")
        if isinstance(kind, Uuid):
            return self._fact(column, UUID_TEXT[self.vendor], "tenant")
        if isinstance(kind, Integer):
            return self._fact(column, TEXT[self.vendor], "tenant")
        raise ConfigurationError(
            f"principals.watch: tenant={column.name} is {column.type!r}: pass text, numbers or UUIDs"
        )

    def _fact(self, element: ColumnElement[Any], around: str, argument: str) -> Fact:
        columns = [self._note(found, argument) for found in _columns_in(element)]
        row = self.table.alias(ROW)
        written = ClauseAdapter(row).traverse(element)
        said = str(written.compile(dialect=self.dialect, compile_kwargs={"literal_binds": True}))
        said = said.replace(f"{ROW}.", "{row}.")
        if {gap[1] for gap in GAP.finditer(said)} != {"row"}:
            raise ConfigurationError(
                f"principals.watch: {argument}= cannot be written as a trigger: {said.replace('{row}.', '')}"
            )
        return Fact(tuple(columns), fill(around, said=f"({said})"))

    def _note(self, column: Column[Any], argument: str) -> str:
        if getattr(column.table, "fullname", None) != self.table.fullname:
            raise ConfigurationError(
                f"principals.watch: {argument}= names {column}, which is no column of {self.table.name}"
            )
        if column.name not in self.columns:
            self.columns.append(column.name)
        return column.name


def declared(
    users: Any,
    *,
    vendor: str,
    realm: str,
    principal_id: type,
    key: Any,
    active: Any,
    password: Any,
    roles: Any,
    tenant: Any,
) -> Declared:
    """What the arguments of ``watch`` say, for ``vendor``.

    Raises:
        ConfigurationError: something that cannot be watched; the message names the argument.
    """
    if all(one is None for one in (active, password, roles, tenant)):
        raise ConfigurationError(
            "principals.watch: nothing to watch: say active=, password=, roles= or tenant="
        )
    read = Reading(users, vendor)
    name, kind = read.key(key, principal_id)
    table = UserTable(
        read.table.name,
        name,
        None if active is None else read.active(active),
        None if password is None else read.password(password),
        (),
        is_user=True,
        schema=read.table.schema,
        whole=True,
        roles=None if roles is None else read.roles(roles),
        tenant=None if tenant is None else read.tenant(tenant),
    )
    watched = Watched(realm, kind, (table,), stem=stem_of(realm))
    return Declared(read.table.fullname, read.table.schema, tuple(read.columns), watched)


def stem_of(realm: str) -> str:
    """What the names of all objects of a realm begin with: two realms in one database have their own."""
    if realm == "default":
        return STEM
    return f"{STEM}{sha256(realm.encode()).hexdigest()[:8]}"


def _table(users: Any) -> Table:
    if isinstance(users, Table):
        return users
    mapper = inspect(users, raiseerr=False)
    table = getattr(mapper, "local_table", None)
    if not isinstance(table, Table):
        raise ConfigurationError(
            f"principals.watch: {users!r}: pass a Table of SQLAlchemy, or a mapped class"
        )
    return table


def _element(given: Any) -> Any:
    """An attribute of a mapped class as the column that it stands for."""
    ask = getattr(given, "__clause_element__", None)
    return given if ask is None else ask()


def _columns_in(element: ColumnElement[Any]) -> Iterator[Column[Any]]:
    for found in visitors.iterate(element):
        if isinstance(found, Column):
            yield found


def _is_unique(column: Column[Any], table: Table) -> bool:
    if column.unique or [one.name for one in table.primary_key.columns] == [column.name]:
        return True
    sets = [*table.constraints, *(index for index in table.indexes if index.unique)]
    return any(
        [one.name for one in getattr(found, "columns", ())] == [column.name]
        for found in sets
        if type(found).__name__ in ("UniqueConstraint", "Index")
    )
