"""The routes, and the one way in: CSRF, dispatch, and what a refusal becomes.

Sources: ASVS 5.0 V3.5.1 (every unsafe route), V3.5.2 (content types), V3.5.3 (no effect of ``GET``), V3.4.4.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from rescind.errors import ConfigurationError, NoAccounts, Refused, RevocationUnknown, StoreUnavailable
from rescind.transport.client_address import behind_proxies
from rescind.transport.cookie import OncePerHost
from rescind.transport.credential import Presented, find_credential
from rescind.transport.csrf import is_unsafe
from rescind.transport.message import RequestFacts, Response
from rescind.transport.problem import Problem
from rescind.web.answer import Failure, told, told_of
from rescind.web.call import Call
from rescind.web.engine import Engine
from rescind.web.refresh import refresh
from rescind.web.refusal import answer_as
from rescind.web.sessions import end_session, end_sessions, list_sessions, show_session
from rescind.web.settings import WebSettings
from rescind.web.sign_in import sign_in, sign_out, step_up

Handler = Callable[[Call], Response]


@dataclass(frozen=True, slots=True)
class Route:
    """One route, below the prefix that the application chose.

    Attributes:
        name: unique; faces use it for reverse lookups and OpenAPI.
        method, path: ``{name}`` stands for one segment.
        handler: what answers.
        credential: false for sign-in and refresh, whose refusal says nothing about the access token that came
            with them.
    """

    name: str
    method: str
    path: str
    handler: Handler
    credential: bool = True


ROUTES: tuple[Route, ...] = (
    Route("sign_in", "POST", "/sign-in", sign_in, credential=False),
    Route("sign_out", "POST", "/sign-out", sign_out),
    Route("refresh", "POST", "/refresh", refresh, credential=False),
    Route("show_session", "GET", "/session", show_session),
    Route("list_sessions", "GET", "/sessions", list_sessions),
    Route("end_sessions", "POST", "/sessions/revoke", end_sessions),
    Route("end_session", "DELETE", "/sessions/{handle}", end_session),
    Route("step_up", "POST", "/step-up", step_up),
)


def checked_prefix(prefix: str, *, argument: str = "prefix") -> str:
    """Where our routes may be.

    Args:
        argument: what the face calls it.

    Raises:
        ConfigurationError: it is no path, or ends with a slash.
    """
    if prefix and (not prefix.startswith("/") or prefix.endswith("/")):
        raise ConfigurationError(f'{argument}={prefix!r}: a path such as "/auth", without a slash at its end')
    return prefix


def routes_of(settings: WebSettings) -> tuple[Route, ...]:
    """Those that there are: opaque sessions have nothing to refresh."""
    if settings.refreshes:
        return ROUTES
    return tuple(route for route in ROUTES if route.name != "refresh")


class Surface:
    """Our routes over an engine. Safe for threads if the engine is.

    Args:
        warned: the hosts that were warned already, if the face has answers of its own that warn.
    """

    def __init__(self, engine: Engine, settings: WebSettings, warned: OncePerHost | None = None) -> None:
        self._engine = engine
        self._warned = warned or OncePerHost()
        self.settings = settings
        self.routes = routes_of(settings)

    def handle(self, facts: RequestFacts, path: str, body: bytes) -> Response:
        """Answer a request. Blocks; under an event loop, call it in a thread.

        Args:
            facts: as received; declared proxies are applied here.
            path: decoded, below the prefix, e.g. ``/sessions/abc``.
            body: at most ``MAX_BODY_BYTES`` and one more byte, which means that there was more.

        Raises:
            ConfigurationError: the development cookie where it may not be. Everything else is an answer.
        """
        facts = behind_proxies(facts, self.settings.proxies)
        try:
            route, params = match(facts.method, path, self.routes)
        except Failure as failure:
            return self._answer(facts, failure.told)
        return self._serve(facts, route, params, body)

    def refuse_method(self, facts: RequestFacts, path: str) -> Response | None:
        """405 for another method at a path of ours, for faces whose router tells them apart; ``None`` for a
        path that is none of ours, or a method that it has. Reads nothing.

        Args:
            facts, path: as for ``handle``.
        """
        try:
            match(facts.method, path, self.routes)
        except Failure as failure:
            if failure.told.status == HTTPStatus.METHOD_NOT_ALLOWED:
                return self._answer(facts, failure.told)
        return None

    def _serve(self, facts: RequestFacts, route: Route, params: Mapping[str, str], body: bytes) -> Response:
        found = find_credential(facts.headers, self.settings.cookie)
        call = Call(self._engine, self.settings, facts, found, body, params, self._warned)
        try:
            self._require_own_page(call)
            return route.handler(call)
        except Failure as failure:
            return self._answer(facts, failure.told, refreshing=route.name == "refresh")
        except NoAccounts:  # what there can be nobody for has no route
            return self._answer(facts, _nothing_here().told)
        except Refused as refused:
            return self._answer(facts, told(refused, call.source if route.credential else None))
        except (StoreUnavailable, RevocationUnknown):
            # Whatever the route wanted may or may not have happened: say so by 503, and keep the cookie.
            return self._answer(facts, told_of("store_unavailable"))

    def _require_own_page(self, call: Call) -> None:
        """The CSRF rule for every unsafe request that no bearer decides.

        Also without our cookie: a sign-in from elsewhere would sign the browser in as somebody else, and the
        answer to a sign-out from elsewhere would clear a cookie that ``SameSite`` kept back. ``Basic`` is no
        bearer: browsers send it by themselves, also to what another site asks for.
        """
        decides = isinstance(call.found, Presented) and call.found.source == "bearer"
        if is_unsafe(call.facts) and not decides:
            failure = self.settings.csrf.foreign(call.facts)
            if failure is not None:
                raise Refused("csrf", failure.detail)

    def _answer(self, facts: RequestFacts, what: Problem, *, refreshing: bool = False) -> Response:
        also = self.settings.refresh_cookie if refreshing else None
        return answer_as(facts, what, self.settings.own_cookie, also=also)


def match(method: str, path: str, there: tuple[Route, ...] = ROUTES) -> tuple[Route, dict[str, str]]:
    """The route of a path and what it names.

    Raises:
        Failure: 404 for a path, 405 with ``Allow`` for a method.
    """
    wanted = "GET" if method == "HEAD" else method
    # A path that is written out belongs to its route alone: "revoke" is no handle.
    routes = [route for route in there if route.path == path] or there
    allowed: set[str] = set()
    for route in routes:
        params = _params(route.path, path)
        if params is None:
            continue
        if route.method == wanted:
            return route, params
        allowed |= {route.method} | ({"HEAD"} if route.method == "GET" else set())
    if not allowed:
        raise _nothing_here()
    allow = ", ".join(sorted(allowed))
    raise Failure(405, "method_not_allowed", f"Use {allow}.", (("allow", allow),))


def _nothing_here() -> Failure:
    return Failure(404, "not_found", "There is nothing here.")


def _params(pattern: str, path: str) -> dict[str, str] | None:
    expected, given = pattern.split("/"), path.split("/")
    if len(expected) != len(given):
        return None
    params: dict[str, str] = {}
    for want, have in zip(expected, given, strict=True):
        if want.startswith("{") and have:
            params[want[1:-1]] = have
        elif want != have:
            return None
    return params
