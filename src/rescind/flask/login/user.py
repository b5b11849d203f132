"""Who ``current_user`` is in one application, and what ``login_user()`` and ``logout_user()`` do besides."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import UTC, datetime
from typing import Any, TypeVar

from flask import Flask, g
from flask import request as flask_request
from flask import session as flask_session
from flask_login import (
    user_accessed,
    user_loaded_from_cookie,
    user_loaded_from_request,
)
from flask_login.config import SESSION_KEYS
from flask_login.utils import expand_login_view

from rescind.core import on_a_loop
from rescind.errors import ConfigurationError, Refused, RevocationUnknown, StoreUnavailable
from rescind.flask.current import admit_any
from rescind.flask.data import Data
from rescind.flask.installed import Installed
from rescind.flask.login.remember import cookie_name, lifetime, may_exchange, read_token
from rescind.flask.refused import HTTPRefused, refusal
from rescind.model.revocation import Head
from rescind.model.session import Session
from rescind.transport.device import device_label
from rescind.web.call import Call
from rescind.web.issuing import headers_for, headers_to_clear, refused_cookie
from rescind.web.refresh import carried
from rescind.web.sign_in import end_presented

T = TypeVar("T")

USER = "_login_user"
"""Where Flask-Login keeps the user of the request in ``g``."""
FORGET = "_rescind_forgets"
"""In ``g``: the answer takes a ``remember_token`` away."""
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
"""When somebody proved who they are who proves it by what their browser keeps: never recently."""
PROTECTED = "session protection: another address or browser"


class Login:
    """Flask-Login in one application.

    Attributes:
        manager: Flask-Login's; it may serve other applications, too.
    """

    def __init__(self, app: Flask, installed: Installed, manager: Any) -> None:
        self.manager = manager
        self._app = app
        self._installed = installed

    def begin(self) -> None:
        """At the start of each request.

        Raises:
            ConfigurationError: Flask-Login would ask somebody else.
        """
        if getattr(self._app, "login_manager", None) is not self.manager:
            raise ConfigurationError(
                f"the login_manager of the application {self._app.name!r} is not the one that "
                "auth.init_app(app, login_manager=...) was given: call login_manager.init_app(app), once"
            )
        g.pop(USER, None)  # an application context around several requests (tests) must not carry it over

    # -- who it is ---------------------------------------------------------------------------------------

    def load(self) -> None:
        """Instead of ``LoginManager._load_user``: find the user of this request.

        Raises:
            HTTPRefused: as ``current_session`` does; 503 while nobody can tell.
        """
        if self.manager._user_callback is None and self.manager._request_callback is None:
            raise ConfigurationError("Flask-Login has no user_loader: write @login_manager.user_loader")
        user_accessed.send(self._app)
        session = admit_any(self._installed)
        self._keep(self._remembered() if session is None else self._user_of(session))

    def put(self, user: Any = None) -> None:
        """Instead of ``LoginManager._update_request_context_with_user``, whoever knows a user:
        ``login_user()``, or somebody by other means; then it counts only if the session is theirs.

        Raises:
            HTTPRefused: nobody was signed in.
        """
        if user is not None and flask_session.get("_user_id") == self._id_of(user):
            self._sign_in(user)
        elif user is not None:
            session = admit_any(self._installed)
            user = user if session is not None and self._is(user, session) else None
        self._keep(user)

    def _keep(self, user: Any) -> None:
        setattr(g, USER, self.manager.anonymous_user() if user is None else user)

    def _id_of(self, user: Any) -> Any:
        return getattr(user, self.manager.id_attribute)()

    def _is(self, user: Any, session: Session[Any]) -> bool:
        return self._same(self._id_of(user), session)

    def _same(self, user_id: object, session: Session[Any]) -> bool:
        """Whether an id of Flask-Login is that of the session's principal."""
        try:
            return self._installed.engine.core.ids.text(user_id) == str(session.principal_id)
        except (TypeError, ValueError):
            return False

    def _user_of(self, session: Session[Any]) -> Any:
        """The user of a live session, ``None`` if Flask's session is somebody else's."""
        known = flask_session.get("_user_id")
        if known is not None and not self._same(known, session):
            return None
        if self._installed.request().source == "cookie" and not self._is_protected(session, known):
            return None
        if known is None and flask_session.get("_fresh"):
            flask_session["_fresh"] = False  # whose ever it was
        user = None
        if self.manager._user_callback is not None:
            user = self.manager._user_callback(str(session.principal_id) if known is None else known)
        if user is not None and self._is(user, session):
            return user
        return self._user_of_request(session)

    def _user_of_request(self, session: Session[Any]) -> Any:
        callback = self.manager._request_callback
        user = None if callback is None else callback(flask_request)
        if user is None or not self._is(user, session):
            return None
        user_loaded_from_request.send(self._app, user=user)
        return user

    def _is_protected(self, session: Session[Any], known: object) -> bool:
        """Flask-Login's session protection. ``strong`` deletes what another browser presents: of ours, too;
        and where Flask's session says nothing it has nothing to compare."""
        mode = self._app.config.get("SESSION_PROTECTION", self.manager.session_protection)
        if known is None and mode == "strong":
            return False
        if not self.manager._session_protection_failed():
            return True
        engine = self._installed.engine
        self._ask(lambda: engine.revoke(session=session.id, reason=PROTECTED, by=f"session:{session.id}"))
        self._over(clear=True)
        return False

    # -- signing in --------------------------------------------------------------------------------------

    def _sign_in(self, user: Any) -> None:
        """What ``login_user()`` does besides. It has written Flask's session already."""
        request = self._installed.request()
        came = self._came()
        try:
            refused = refused_cookie(request)
            if refused is not None:
                raise refusal(refused, request, of_credential=False)
            lasts = None
            if flask_session.get("_remember") == "set":
                lasts = lifetime(self._app, flask_session.get("_remember_seconds"))
            fresh = bool(flask_session.get("_fresh"))
            self._open(user, "password", fresh=fresh, lasts=lasts, mark=self._installed.request().mark)
        except BaseException:
            self._restore(came)
            raise
        self._forget_token()

    def _open(self, user: Any, method: str, *, fresh: bool, lasts: float | None, mark: Head | None) -> None:
        """Args: ``lasts``: seconds that it is remembered, ``None``: until the browser closes."""
        request, engine = self._installed.request(), self._installed.engine
        principal = self._principal_of(user)
        label = device_label(request.facts.one(b"user-agent"))
        replaces = carried(request.found, request.facts, request.gate.settings)
        auth_time = None if fresh else LONG_AGO
        issued = self._ask(
            lambda: engine.sessions.start(
                principal,
                method=method,
                mark=mark,
                auth_time=auth_time,
                label=label,
                lasts=lasts,
                replaces=replaces,
            )
        )
        request.set_cookies(*headers_for(request.gate, issued, kept=lasts is not None))
        request.enter(issued)
        _change_hands()

    def _principal_of(self, user: Any) -> str:
        ids = self._installed.engine.core.ids
        try:
            return ids.text(self._id_of(user))
        except (TypeError, ValueError):  # what it is may be a secret: Flask-Login's "alternative tokens"
            raise ConfigurationError(
                f"{type(user).__name__}.{self.manager.id_attribute}() gives no {ids.kind.__name__}: say of "
                "which type your ids are where the handle is made, Rescind(principal_id=...)"
            ) from None

    def _came(self) -> dict[str, Any]:
        """Flask's session as it came with the request."""
        real: Any = flask_request._get_current_object()  # type: ignore[attr-defined]
        return dict(self._app.session_interface.open_session(self._app, real) or {})

    def _restore(self, came: dict[str, Any]) -> None:
        """Nobody was signed in, and Flask's session does not say so."""
        g.pop(USER, None)
        for key in SESSION_KEYS - {"next"}:
            if key in came:
                flask_session[key] = came[key]
            else:
                flask_session.pop(key, None)
        if dict(flask_session) == came:
            flask_session.modified = False

    # -- the cookie of Flask-Login -----------------------------------------------------------------------

    def end(self, response: Any) -> Any:
        """Instead of ``LoginManager._update_remember_cookie``: none is written; it cannot be taken back."""
        if g.pop(FORGET, False):
            self.manager._clear_cookie(response)
        return response

    def _forget_token(self) -> None:
        """Have the answer take a ``remember_token`` away, if the browser has one."""
        for key in ("_remember", "_remember_seconds"):
            flask_session.pop(key, None)
        if cookie_name(self._app) in flask_request.cookies:
            setattr(g, FORGET, True)

    def _remembered(self) -> Any:
        """The user of a ``remember_token`` that Flask-Login wrote before we came."""
        token, request = flask_request.cookies.get(cookie_name(self._app)), self._installed.request()
        if token is None or request.refused or g.get(FORGET):
            return None
        if not may_exchange(request):
            return None
        user = self._exchanged(token) if self._installed.settings.remember == "exchange" else None
        setattr(g, FORGET, True)
        return user

    def _exchanged(self, token: str) -> Any:
        """A session for it, once: only a principal who never had one. It is good for a year, says nothing of
        when it was made, and every copy of it is as good."""
        engine, load = self._installed.engine, self.manager._user_callback
        user_id = read_token(token)
        if user_id is None or load is None:
            return None
        try:
            known = self._ask(lambda: engine.principals.get(user_id))
        except (TypeError, ValueError):  # no id of ours
            return None
        user = load(user_id) if known is None else None
        if user is None or not user.is_active or self._id_of(user) != user_id:
            return None
        try:
            mark = self._ask(lambda: engine.mark().oldest)
            self._open(user, "remember_token", fresh=False, lasts=lifetime(self._app, None), mark=mark)
        except HTTPRefused as error:
            if error.refused.unanswered:
                raise
            return None  # somebody has ended them since
        flask_session["_user_id"] = user_id
        flask_session["_fresh"] = False
        flask_session["_id"] = self.manager._session_identifier_generator()
        user_loaded_from_cookie.send(self._app, user=user)
        return user

    # -- signing out -------------------------------------------------------------------------------------

    def logged_out(self, sender: object, **_: object) -> None:
        """What ``logout_user()`` does besides: end what the request presents.

        Raises:
            HTTPRefused: 503, and nobody was signed out.
        """
        request = self._installed.request()
        engine, gate = self._installed.engine, self._installed.gate
        call = Call(engine, gate.settings, request.facts, request.found, b"", {}, gate.warned)
        self._over(clear=self._ask(lambda: end_presented(call)))

    def _over(self, *, clear: bool) -> None:
        """Nobody is there any more."""
        request = self._installed.request()
        if clear:
            request.set_cookies(*headers_to_clear(request.gate))
        self._forget_token()
        request.leave()
        _change_hands()

    def confirmed(self, sender: object, **_: object) -> None:
        """``confirm_login()`` makes Flask's session fresh: say of whom."""
        session = admit_any(self._installed)
        if session is not None:
            flask_session.setdefault("_user_id", str(session.principal_id))

    # -- the rest ----------------------------------------------------------------------------------------

    def sign_in_page(self) -> str | None:
        """Where ``@login_required`` sends people."""
        views = self.manager.blueprint_login_views
        view = views.get(flask_request.blueprint, self.manager.login_view)
        if not view:
            return None
        page: str = expand_login_view(view)
        return page

    def _ask(self, work: Callable[[], T]) -> T:
        """Whatever reads or writes the authority.

        Raises:
            HTTPRefused: it said no, or nothing. The page that says so finds nobody signed in.
        """
        request = self._installed.request()
        try:
            return _off_loop(work)
        except Refused as refused:
            raise refusal(refused, request, of_credential=False) from refused
        except (StoreUnavailable, RevocationUnknown) as error:
            away = Refused("store_unavailable", retry_after=1)
            raise refusal(away, request, of_credential=False) from error


def _change_hands() -> None:
    """With ``RESCIND_DATA="server"`` Flask's session is another now."""
    if isinstance(flask_session, Data):
        flask_session.change_hands()


def _off_loop(work: Callable[[], T]) -> T:
    """An ``async`` view runs on a loop of its own, which nobody else waits for."""
    if not on_a_loop():
        return work()
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(copy_context().run, work).result()
