"""``Depends(auth.require(...))`` and ``Depends(auth.optional())``.

Frozen, hashed by identity, one coroutine, no sub-dependencies: FastAPI runs it once per request.
``auth.require`` gives the same object for the same arguments, so that ``app.dependency_overrides`` finds it.
It is a ``SecurityBase``, so a guarded operation says so in OpenAPI; ``rescind.fastapi.openapi`` adds the
second scheme.

No ``from __future__ import annotations`` here: FastAPI cannot resolve the text of an annotation of a callable
object.
"""

from dataclasses import dataclass
from typing import ClassVar, Generic

from fastapi.openapi.models import APIKey, APIKeyIn
from fastapi.security.base import SecurityBase
from starlette.requests import HTTPConnection

from rescind.asgi.connection import KEY, Connection, connection_of
from rescind.asgi.gate import Gate
from rescind.errors import Refused
from rescind.fastapi.refused import refusal
from rescind.model.principal import P
from rescind.model.session import Session
from rescind.web.guard import if_any, judge, while_away

COOKIE_SCHEME = "rescind_cookie"
MAYBE_SCHEME = "rescind_optional"


@dataclass(frozen=True, eq=False)  # FastAPI hashes a dependency three times per request: by identity
class Require(SecurityBase, Generic[P]):
    """The session of the request; without one, or with one that may not, the request is refused.

    Attributes:
        gate: of which engine.
        role: a role that the session must have, ``None`` for any.
        fresh: seconds since the principal last proved who they are, at most; ``None`` for any time.
        strict: read the authority for this request.
        within: seconds since the log was read for which memory may answer while the authority is away;
            ``None``: not at all.
    """

    gate: Gate
    role: str | None = None
    fresh: float | None = None
    strict: bool = False
    within: float | None = None
    scheme_name: ClassVar[str] = COOKIE_SCHEME  # type: ignore[misc]

    @property
    def model(self) -> APIKey:  # type: ignore[override]
        """What OpenAPI shows."""
        return _cookie_model(self.gate)

    async def __call__(self, request: HTTPConnection) -> Session[P]:
        """Raises ``HTTPRefused`` or ``WebSocketRefused``; without the middleware ``ConfigurationError``."""
        connection: Connection | None = request.scope.get(KEY)
        if connection is None or connection.gate is not self.gate:
            connection = connection_of(request.scope, self.gate)
        if self.strict:
            judged = await connection.check_strictly()
        else:
            judged = connection.known() or await connection.check()
        if isinstance(judged, Refused) or connection.age is not None:
            judged = while_away(connection, judged, self.within)
            if isinstance(judged, Refused):
                raise refusal(connection, judged) from judged
        if self.role is not None or self.fresh is not None:
            refused = judge(self.gate, judged, self.role, self.fresh)
            if refused is not None:
                raise refusal(connection, refused) from refused
        return judged


@dataclass(frozen=True, eq=False)
class Optional(SecurityBase, Generic[P]):
    """The session of the request, or ``None`` where anonymous is fine; the rule is ``web.guard.if_any``."""

    gate: Gate
    scheme_name: ClassVar[str] = MAYBE_SCHEME  # type: ignore[misc]

    @property
    def model(self) -> APIKey:  # type: ignore[override]
        """What OpenAPI shows."""
        return _cookie_model(self.gate)

    async def __call__(self, request: HTTPConnection) -> Session[P] | None:
        """Raises as ``Require`` does."""
        connection = connection_of(request.scope, self.gate)
        if connection.found is None:
            return None
        judged = if_any(connection, connection.known() or await connection.check())
        if isinstance(judged, Refused):
            raise refusal(connection, judged) from judged
        return judged


def _cookie_model(gate: Gate) -> APIKey:
    return APIKey.model_validate({"in": APIKeyIn.cookie, "name": gate.settings.cookie.name})
