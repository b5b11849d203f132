"""What libraries do with a credential: known, since their source is not that of the application."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal, NamedTuple

from rescind.paths.model import Behaviour, Credential

Must = Literal[True, "conditional"]


class Known(NamedTuple):
    """A credential as a library treats it, whether it must be there, and which roles are asked of it."""

    credential: Credential
    must: Must
    roles: tuple[str, ...] = ()


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
        "immediate", "principals.set() answers when no worker goes by the roles of before any more"
    ),
)


REFRESH = replace(RESCIND, name="rescind refresh token")
OPTIONAL = {"rescind.fastapi.require.Optional", "rescind.flask.face.Rescind.optional.<lambda>"}
REQUIRE = {"rescind.fastapi.require.Require", "rescind.flask.face.Rescind.require.<lambda>"}
HANDLERS = {"rescind.web.sign_in.sign_out", "rescind.web.refresh.refresh"}
OWN = {"rescind.fastapi.routes.OwnRoutes", "rescind.flask.routes._view.view"}


def rescind(row: Mapping[str, Any]) -> Known | None:
    """``auth.require(...)``, ``auth.optional()`` and the routes of rescind itself, on FastAPI and Flask."""
    name = str(row.get("class") or row.get("name", ""))
    options: Mapping[str, Any] = row.get("options") or {}
    if name in OPTIONAL:
        return Known(RESCIND, "conditional")
    if name in REQUIRE:
        role = options.get("wanted", options).get("role")
        return Known(RESCIND, True, (role,) if role else ())
    route = options.get("route", {})
    own = name if name in HANDLERS else str(route.get("name")) if name in OWN else ""
    if own.endswith("sign_out"):  # whoever is nobody is answered as well
        return Known(RESCIND, "conditional")
    if own.endswith("refresh"):
        return Known(REFRESH, True)
    return Known(RESCIND, True) if name in OWN and route.get("credential", True) else None


RECOGNISERS = (rescind,)


def recognised(row: Mapping[str, Any]) -> list[Known]:
    """The credentials that a callable of a library asks for."""
    return [known for each in RECOGNISERS if (known := each(row)) is not None]
