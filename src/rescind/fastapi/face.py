"""``rescind.fastapi.Rescind``: the engine, and what hangs it into a FastAPI application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.responses import Response

from rescind import engine
from rescind._duration import Duration
from rescind.asgi.connection import running_connection
from rescind.asgi.gate import Gate
from rescind.asgi.lifespan import Lifespan
from rescind.asgi.messages import Application
from rescind.asgi.middleware import Middleware
from rescind.errors import ConfigurationError
from rescind.fastapi.openapi import wrapped
from rescind.fastapi.refused import HANDLED, HTTPRefused, answer_refused
from rescind.fastapi.require import Optional, Require
from rescind.fastapi.routes import OwnRoutes, jwks_route, make_router
from rescind.model.principal import P
from rescind.model.session import Issued
from rescind.policy.guarantee import Guarantee
from rescind.web.guard import Asked, asked
from rescind.web.issuing import headers_for, headers_to_clear, refused_cookie
from rescind.web.surface import checked_prefix


class Rescind(engine.Rescind[P]):
    """The engine with FastAPI's types on top; the constructor is the engine's and does no I/O.

    Attributes:
        gate: what all requests share.
        lifespan: for ``FastAPI(lifespan=...)`` of those who compose by hand.
    """

    def bind(self) -> None:
        self.gate = Gate(self)
        self.lifespan = Lifespan(self)
        self._guards: dict[Asked, Require[P]] = {}
        self._optional: Optional[P] = Optional(self.gate)

    # -- hanging it in -----------------------------------------------------------------------------------

    def install(self, app: FastAPI, prefix: str = "/auth") -> None:
        """Middleware, life cycle (composed with the application's own), error answers, routes, OpenAPI.

        Registers and does no I/O. Middlewares added later are outside of ours.

        Args:
            prefix: where our routes are; ``""`` for the root.

        Raises:
            ConfigurationError: the application has one already, has started, or ``prefix`` is no path.
        """
        if getattr(app.state, "rescind", None) is not None:
            raise ConfigurationError(
                "auth.install(app) was called already for this application: call it once"
            )
        if app.middleware_stack is not None:
            raise ConfigurationError("the application has started: call auth.install(app) where it is made")
        app.router.routes.append(OwnRoutes(self.gate, checked_prefix(prefix)))
        if self.gate.settings.refreshes:
            app.router.routes.append(jwks_route(self.gate))
        app.add_middleware(self.middleware)
        for error, handler in self.exception_handlers.items():
            app.add_exception_handler(error, handler)
        self._compose_lifespan(app)
        app.openapi = wrapped(  # type: ignore[method-assign]
            app.openapi, self.gate.settings.cookie.name, prefix, self.gate.surface.routes
        )
        app.state.rescind = self

    def _compose_lifespan(self, app: FastAPI) -> None:
        inner = app.router.lifespan_context

        @asynccontextmanager
        async def composed(started: Any) -> AsyncIterator[Any]:
            async with self.lifespan(started), inner(started) as state:
                yield state

        app.router.lifespan_context = composed

    def router(self, prefix: str = "/auth") -> APIRouter:
        """Our routes, for ``app.include_router``."""
        return make_router(self.gate, checked_prefix(prefix))

    def middleware(self, app: Application) -> Middleware:
        """Our middleware around an application, for ``app.add_middleware(auth.middleware)``."""
        return Middleware(app, self.gate)

    @property
    def exception_handlers(self) -> dict[int | type[Exception], Any]:
        """The answers to refusals, for ``FastAPI(exception_handlers=...)``, whose type of a handler knows no
        sockets."""
        return dict.fromkeys(HANDLED, answer_refused)

    def close(self) -> None:
        super().close()
        self.gate.threads.close()

    # -- what routes ask ---------------------------------------------------------------------------------

    def require(
        self,
        *,
        role: str | None = None,
        fresh: Duration | None = None,
        guarantee: Guarantee = "immediate",
        strict: bool = False,
    ) -> Require[P]:
        """The session of the request, for ``Depends``. Arguments are read now, so that a typo fails at start.

        Args:
            role: a role that the session must have, else 403 ``forbidden``.
            fresh: how long ago the principal may have proved who they are, else 401 ``step_up``.
            guarantee: ``"immediate"``: while the authority cannot be reached the answer is 503; or
                ``bounded("30s")``: then, and only then, memory may answer, up to that long after this process
                last read the log. Such an answer carries ``Rescind-Stale`` with the seconds.
            strict: read the authority for this request. Not needed for the promise.

        Raises:
            ConfigurationError: an argument that cannot work.
        """
        wanted = asked(role, fresh, guarantee, strict=strict, lease=self.settings.lease)
        self.core.longest_stale = max(self.core.longest_stale, wanted.within or 0.0)
        found = self._guards.get(wanted)
        if found is None:
            found = self._guards[wanted] = Require(
                self.gate, wanted.role, wanted.fresh, wanted.strict, wanted.within
            )
        return found

    def optional(self) -> Optional[P]:
        """The session of the request, or ``None`` where anonymous is fine, for ``Depends``."""
        return self._optional

    # -- the cookie --------------------------------------------------------------------------------------

    def set_cookie(self, response: Response, issued: Issued[Any]) -> None:
        """Put a session's token into our cookie. A live session that the same cookie carried before ends.

        Raises:
            HTTPRefused: ``csrf``: a form of another site would sign its visitor in here (login CSRF); if it
                may, add that site to ``trusted_origins``.
            ConfigurationError: the development cookie in production or over https.
        """
        connection = running_connection(self.gate)
        if connection is not None:
            refused = refused_cookie(connection)
            if refused is not None:
                raise HTTPRefused(refused, connection, of_credential=False)
            connection.issue(issued)
        for headers in headers_for(self.gate, issued):
            self._put(response, headers)

    def clear_cookie(self, response: Response) -> None:
        """Take our cookies away, with the attributes that they were set with."""
        for headers in headers_to_clear(self.gate):
            self._put(response, headers)

    @staticmethod
    def _put(response: Response, headers: dict[str, str]) -> None:
        response.headers.append("set-cookie", headers["set-cookie"])
        response.headers["cache-control"] = headers["cache-control"]
        response.headers.add_vary_header(headers["vary"])
