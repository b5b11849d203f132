"""``Depends(auth.require(...))`` and ``Depends(auth.optional())``.

Frozen, hashed by identity, one coroutine, no sub-dependencies: FastAPI runs it once per request.
``auth.require`` gives the same object for the same arguments, so that ``app.dependency_overrides`` finds it.
It is a ``SecurityBase``, so a guarded operation says so in OpenAPI; ``rescind.fastapi.openapi`` adds the
second scheme.

No ``from __future__ import annotations`` here: FastAPI cannot resolve the text of an annotation of a callable
object.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Generic

from fastapi.openapi.models import APIKey, APIKeyIn
from fastapi.security.base import SecurityBase
from starlette.requests import HTTPConnection

from rescind.asgi.connection import KEY, Connection, connection_of
from rescind.asgi.gate import Gate
from rescind.errors import Refused
from rescind.fastapi.refused import refusal
from rescind.model.principal import P
from rescind.model.session import Session, from_micros
from rescind.policy.step_up import judge_fresh, judge_role
from rescind.transport.negotiate import answer_form

COOKIE_SCHEME = "rescind_cookie"
MAYBE_SCHEME = "rescind_optional"
_UNANSWERED = frozenset({"store_unavailable", "overloaded"})


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
            judged = self._while_away(connection, judged)
        if self.role is not None or self.fresh is not None:
            self._judge(connection, judged)
        return judged

    def _while_away(self, connection: Connection, judged: Session[P] | Refused) -> Session[P]:
        """The session if memory may answer for it on this route; else what was refused is refused.

        A route of several guards asks each of them: what one accepts from memory the next may refuse.
        """
        within, session = self.within, None if isinstance(judged, Refused) else judged
        if isinstance(judged, Refused):
            if within is not None and judged.code == "store_unavailable":
                session = connection.accept_stale(within)
        elif within is None or connection.age is None or connection.age >= within:
            session, judged = None, connection.refuse_stale()
        if session is None:
            refused = judged if isinstance(judged, Refused) else Refused("store_unavailable")
            raise refusal(connection, refused) from refused
        return session

    def _judge(self, connection: Connection, session: Session[Any]) -> None:
        now = from_micros(self.gate.engine.core.time.now())
        for verdict in (judge_role(session, self.role), judge_fresh(session, self.fresh, now)):
            if verdict.code is not None:
                max_age = None if self.fresh is None else int(self.fresh)
                refused = Refused(verdict.code, verdict.detail, max_age=max_age)
                raise refusal(connection, refused) from refused


@dataclass(frozen=True, eq=False)
class Optional(SecurityBase, Generic[P]):
    """The session of the request, or ``None`` where anonymous is fine.

    A cookie whose session has ended is nobody. A bearer that is not accepted is refused all the same (its
    sender is a program that believes to be signed in), and so is everything while the authority is away. One
    whose access token alone has ended is told to refresh, unless a page is asked for, which could not.
    """

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
        judged = connection.known() or await connection.check()
        if connection.age is not None:
            judged = connection.refuse_stale()
        if not isinstance(judged, Refused):
            return judged
        if connection.source == "cookie" and _is_nobody(connection, judged):
            return None
        raise refusal(connection, judged) from judged


def _is_nobody(connection: Connection, refused: Refused) -> bool:
    if connection.token is None or refused.code in _UNANSWERED:
        return False
    return not refused.renewable or answer_form(connection.facts) == "html"


def _cookie_model(gate: Gate) -> APIKey:
    return APIKey.model_validate({"in": APIKeyIn.cookie, "name": gate.settings.cookie.name})
