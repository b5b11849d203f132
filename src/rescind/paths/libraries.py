"""What libraries do with a credential: known, since their source is not that of the application."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from rescind.paths.model import Behaviour, Credential

Must = Literal[True, "conditional"]


class Known(NamedTuple):
    """A credential as a library treats it, and whether it must be there."""

    credential: Credential
    must: Must


RESCIND = Credential(
    "rescind",
    "rescind",
    None,
    on_revoke=Behaviour("immediate", "revoke() and signing out answer when no worker accepts it any more"),
    on_account_disable=Behaviour(
        "immediate", "a principal that is disabled is refused like one whose session was ended"
    ),
    on_password_change=Behaviour(
        "unknown", "rescind changes no passwords: look for revoke() where the application does"
    ),
    on_privilege_change=Behaviour(
        "unknown", "roles are those of the session: look for revoke() or rotate() where they change"
    ),
)


def rescind(row: Mapping[str, Any]) -> Known | None:
    """``Depends(auth.require(...))``, ``auth.optional()`` and the routes of rescind itself."""
    name = str(row.get("class", ""))
    if name == "rescind.fastapi.require.Optional":
        return Known(RESCIND, "conditional")
    if name in {"rescind.fastapi.require.Require", "rescind.fastapi.routes.OwnRoutes"}:
        return Known(RESCIND, True)
    return None


RECOGNISERS = (rescind,)


def recognised(row: Mapping[str, Any]) -> list[Known]:
    """The credentials that a callable of a library asks for."""
    return [known for each in RECOGNISERS if (known := each(row)) is not None]
