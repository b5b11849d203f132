"""``rescind.flask.Rescind``: one handle for any number of applications."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, NamedTuple, ParamSpec, Protocol, TypeVar
from weakref import WeakSet

from flask import Flask, Response, current_app, has_request_context

from rescind import engine
from rescind._clock import Clock
from rescind._duration import Duration
from rescind.config import LEASE_RANGE
from rescind.errors import ConfigurationError
from rescind.flask.config import read_config
from rescind.flask.current import admit, admit_any
from rescind.flask.hooks import GUARDED, hook_in
from rescind.flask.installed import EXTENSION, Installed, current
from rescind.flask.refused import refusal
from rescind.model.principal import P, PrincipalIds
from rescind.model.revocation import Head
from rescind.model.session import Issued
from rescind.policy.guarantee import Guarantee, seconds_of
from rescind.stores.base import Store
from rescind.web.guard import asked
from rescind.web.issuing import headers_for, headers_to_clear, refused_cookie
from rescind.web.surface import checked_prefix

A = ParamSpec("A")
R = TypeVar("R")


class Decorator(Protocol):
    """What goes around a view; its arguments and what it returns stay what they are."""

    def __call__(self, view: Callable[A, R], /) -> Callable[A, R]: ...


class Wish(NamedTuple):
    """A guarantee that a route asks for, before it is known of which application the route is."""

    guarantee: Guarantee
    strict: bool


class _Part:
    """A part of the engine of the application that runs."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, handle: Any, owner: type | None = None) -> Any:
        return self if handle is None else getattr(current().engine, self._name)


class Rescind(engine.Rescind[P]):
    """A handle whose engine is that of the application that runs; outside of any it says so.

    Args:
        url, settings: defaults for ``RESCIND_URL`` and the other ``RESCIND_*`` of ``app.config``.
        principal_id, clock, store: as for ``rescind.Rescind``, for all of its applications.
    """

    if not TYPE_CHECKING:  # its types are those of the engine
        settings = _Part()
        core = _Part()
        passwords = _Part()
        sessions = _Part()
        principals = _Part()
        accounts = _Part()
        aio = _Part()

        def __init__(
            self,
            url: str | None = None,
            *,
            principal_id: Any = str,
            clock: Clock | None = None,
            store: Store | None = None,
            **settings: Any,
        ) -> None:
            PrincipalIds(principal_id)
            self._made_with = {"principal_id": principal_id, "clock": clock, "store": store}
            self._defaults = settings if url is None else {"url": url, **settings}
            self._installed: WeakSet[Installed] = WeakSet()
            self._wishes: list[Wish] = []

    _made_with: dict[str, Any]
    _defaults: dict[str, Any]
    _installed: WeakSet[Installed]
    _wishes: list[Wish]

    def __repr__(self) -> str:
        return f"<rescind.flask.Rescind of {len(self._installed)} application(s)>"

    # -- hanging it in -----------------------------------------------------------------------------------

    def init_app(self, app: Flask, *, url_prefix: str = "/auth", login_manager: Any = None) -> None:
        """The middleware, our routes, answers to refusals, and ``current_session`` in templates. Registers
        and does no I/O. Leaves ``flask.session`` alone.

        Args:
            url_prefix: where our routes are; ``""`` for the root.
            login_manager: Flask-Login's, of this application: ``login_user()`` opens a session,
                ``logout_user()`` ends it everywhere, ``current_user`` is somebody only while it lives.

        Raises:
            ConfigurationError: a setting that cannot work, or the application has one already.
        """
        if EXTENSION in app.extensions:
            raise ConfigurationError(
                f"auth.init_app(app) was called already for the application {app.name!r}: call it once"
            )
        prefix = checked_prefix(url_prefix, argument="url_prefix")
        settings, own = read_config(app.config, self._defaults)
        installed = Installed(engine.Rescind(**self._made_with, **settings), own)
        for wish in self._wishes:
            _grant(installed, wish)
        self._installed.add(installed)
        app.extensions[EXTENSION] = installed
        hook_in(app, installed, prefix)
        if login_manager is not None:
            from rescind.flask.login import hook_login

            hook_login(app, installed, login_manager)

    @property
    def engine(self) -> engine.Rescind[P]:
        """The engine of the application that runs."""
        return current().engine

    def mark(self) -> Head:
        """As ``rescind.Rescind.mark``; a ``login_user()`` later in this request opens its session by it."""
        head = super().mark()
        if has_request_context():
            current().request().mark = head
        return head

    # -- what routes ask ---------------------------------------------------------------------------------

    def require(
        self,
        view: None = None,
        /,
        *,
        role: str | None = None,
        fresh: Duration | None = None,
        guarantee: Guarantee = "immediate",
        strict: bool = False,
    ) -> Decorator:
        """Only with a session; the view finds it in ``current_session``. Below the route's decorator, with
        parentheses. Arguments are read now, so that a typo fails at start.

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
        _refuse_bare(view, "require")
        wanted = asked(role, fresh, guarantee, strict=strict, lease=LEASE_RANGE[0])
        if wanted.within is not None:
            self._wish(Wish(guarantee, strict))
        return _guarding(lambda: admit(current(), wanted))

    def optional(self, view: None = None, /) -> Decorator:
        """With a session or without; ``current_session`` is false for nobody. Below the route's decorator."""
        _refuse_bare(view, "optional")
        return _guarding(lambda: admit_any(current()))

    def _wish(self, wish: Wish) -> None:
        for installed in self._installed:
            _grant(installed, wish)
        self._wishes.append(wish)

    # -- the cookie --------------------------------------------------------------------------------------

    def set_cookie(self, response: Response, issued: Issued[Any]) -> None:
        """Put a session's token into our cookie. A live session that the same cookie carried before ends.

        Raises:
            HTTPRefused: ``csrf``: a form of another site would sign its visitor in here (login CSRF); if it
                may, add that site to ``trusted_origins``.
        """
        installed = current()
        request = installed.request()
        refused = refused_cookie(request)
        if refused is not None:
            raise refusal(refused, request, of_credential=False)
        request.issue(issued)
        for headers in headers_for(installed.gate, issued):
            _put(response, headers)

    def clear_cookie(self, response: Response) -> None:
        """Take our cookies away, with the attributes that they were set with."""
        for headers in headers_to_clear(current().gate):
            _put(response, headers)


def _guarding(admit_one: Callable[[], object]) -> Decorator:
    def decorate(view: Callable[A, R], /) -> Callable[A, R]:
        GUARDED.add(view)
        is_async = iscoroutinefunction(view)  # asked once: it takes as long as a check

        @wraps(view)
        def guarded(*args: A.args, **kwargs: A.kwargs) -> R:
            admit_one()
            if is_async:
                return current_app.ensure_sync(view)(*args, **kwargs)  # type: ignore[no-any-return]
            return view(*args, **kwargs)

        return guarded

    return decorate


def _refuse_bare(view: object, word: str) -> None:
    if view is not None:
        raise ConfigurationError(f"write @auth.{word}() with parentheses, below the decorator of the route")


def _grant(installed: Installed, wish: Wish) -> None:
    """Judge a wish by the lease of an application; receipts of it tell of the longest."""
    core = installed.engine.core
    within = seconds_of(wish.guarantee, lease=core.settings.lease, strict=wish.strict)
    core.longest_stale = max(core.longest_stale, within or 0.0)


def _put(response: Response, headers: dict[str, str]) -> None:
    response.headers.add("Set-Cookie", headers["set-cookie"])
    response.headers["Cache-Control"] = headers["cache-control"]
    response.vary.add("Cookie")
