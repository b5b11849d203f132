"""A standing as a line and as an object; an id from the command line."""

from __future__ import annotations

from typing import Any

from rescind.cli.codes import as_usage
from rescind.cli.ending import known_spelling
from rescind.cli.output import moment
from rescind.engine import Rescind
from rescind.model.principal import Standing
from rescind.model.session import from_micros

COLUMNS = ("principal", "active", "roles", "tenant", "kind", "changed")


def row(one: Standing) -> tuple[object, ...]:
    return one.id, one.active, one.roles, one.tenant, one.kind, from_micros(one.updated_at)


def plain(one: Standing) -> dict[str, Any]:
    return {
        "id": one.id,
        "realm": one.realm,
        "active": one.active,
        "roles": list(one.roles),
        "tenant": one.tenant,
        "kind": one.kind,
        "updated_at": moment(from_micros(one.updated_at)),
        "version": one.version,
    }


def read_id(auth: Rescind[Any], text: str) -> str:
    """Canonical text of an id, in the spelling that the database knows.

    Raises:
        Failed: it is no id of this application's type.
    """
    with as_usage():
        return auth.core.ids.text(known_spelling(auth, text))
