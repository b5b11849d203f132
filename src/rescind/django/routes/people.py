"""What our routes need of an engine, for one request of Django.

Its backends say who somebody is, and what the cookie opens is ``request.session``: pages and routes share one
sign-in.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth import (
    authenticate,
    get_user_model,
    login,
    logout,
    update_session_auth_hash,
    user_logged_in,
)
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.signals import user_logged_out
from django.db import InterfaceError, OperationalError
from django.utils.crypto import constant_time_compare

from rescind.django.deciding import judged, let_decide
from rescind.django.request import Request
from rescind.django.sessions import SessionStore
from rescind.django.users import OURS, principal_of, user_of
from rescind.errors import ConfigurationError, Refused, StoreUnavailable
from rescind.flows.sign_in import audit_refused_sign_in
from rescind.flows.step_up import audit_refused_step_up
from rescind.model.session import Issued, Session, SessionSummary
from rescind.policy.login_name import login_digest
from rescind.revocation.receipt import Receipt


class People:
    """See ``rescind.web.engine.Engine``.

    Attributes:
        sessions: see ``rescind.web.engine.Sessions``.
    """

    def __init__(self, ours: Request, cookies: SessionStore) -> None:
        self._ours = ours
        self._http = ours.http
        self._cookies = cookies  # what the cookie opens, whoever decides
        self._engine = ours.gate.engine
        self.sessions = self

    # -- who it is ---------------------------------------------------------------------------------------

    def check(self, token: str | None) -> Session[Any] | Refused:
        """The credential that decides is judged with its user, as ``@require()`` does."""
        decides = self._ours.token is None or constant_time_compare(token or "", self._ours.token)
        return judged(self._ours) if decides else self._engine.check(token)

    def list(
        self, principal: Any, *, limit: int = 100, after: str | None = None
    ) -> builtins.list[SessionSummary[Any]]:
        return self._engine.sessions.list(principal, limit=limit, after=after)

    # -- signing in --------------------------------------------------------------------------------------

    def sign_in(
        self,
        login: str,
        password: str,
        *,
        label: str | None = None,
        replaces: str | tuple[str, ...] | None = None,
    ) -> Issued[Any]:
        """By ``AUTHENTICATION_BACKENDS``; ``user_logged_in`` and ``user_login_failed`` are sent, and what is
        refused is in the audit trail. ``login()`` itself sees to the session that the cookie held before."""
        store = self._cookies
        with _answering():
            store.mark = store.mark or self._engine.mark()
            store.label = label
            form = AuthenticationForm(self._http, {"username": login, "password": password})
            if not form.is_valid():
                self._write_down(login, form)
                raise Refused("missing", "sign-in failed")
            user = form.get_user()
            return self._hand_out(user) if replaces is None else self._let_in(user)

    def _write_down(self, login: str, form: AuthenticationForm) -> None:
        """As on every face. Django's pages, and whoever else calls ``authenticate()``, write nothing."""
        codes = [error.code or "invalid" for errors in form.errors.as_data().values() for error in errors]
        name = form.cleaned_data.get("username")
        known = _principal_named(name)
        subject = f"login:{login_digest(name or login)}" if known is None else f"principal:{known}"
        audit_refused_sign_in(self._engine.core.ctx, subject, codes[0], "django")

    def _let_in(self, user: Any) -> Issued[Any]:
        login(self._http, user)
        return self._stored()

    def _hand_out(self, user: Any) -> Issued[Any]:
        """A token for who keeps it without a browser; ``request`` stays nobody's."""
        user_logged_in.send(sender=type(user), request=self._http, user=user)
        return self._start(user)

    def _start(self, user: Any, *, replaces: str | None = None) -> Issued[Any]:
        of_user, store = getattr(user, "get_session_auth_hash", None), self._ours.http.session
        return self._engine.sessions.start(
            principal_of(user),
            method=OURS + user.backend,
            credential=None if of_user is None else of_user(),
            mark=store.mark_for(principal_of(user)),
            label=store.label,
            replaces=replaces,
        )

    def _stored(self) -> Issued[Any]:
        """The middleware sets the cookie; what goes into the answer has to be stored before."""
        store: SessionStore = self._http.session
        store.save()
        session = store.session
        if session is None or store.session_key is None:
            raise ConfigurationError("a user_logged_in receiver has signed the user out again")
        lasts = store.get_expiry_age()
        return Issued(store.session_key, session, expires_in=lasts, lasts=lasts)

    def step_up(self, session: Session[Any], password: str) -> Issued[Any]:
        """The backends verify the password; the session goes on under a new key, with its data."""
        store = let_decide(self._ours)
        with _answering():
            user = self._http.user
            proved = authenticate(self._http, username=user.get_username(), password=password)
            if proved is None or principal_of(proved) != principal_of(user):
                audit_refused_step_up(self._engine.core.ctx, session.id, principal_of(user), "invalid_login")
                raise Refused("step_up", "the password was not proved")
            if store.of_bearer:
                return self._start(proved, replaces=store.session_key)
            self._http.user = proved  # of whom the new hash is, where the old one was made by another hasher
            update_session_auth_hash(self._http, proved)
            return self._stored()

    def refresh(self, refresh_token: str | None) -> Issued[Any]:
        return self._engine.sessions.refresh(refresh_token)

    # -- the end of it -----------------------------------------------------------------------------------

    def sign_out(self, token: str | None) -> Receipt:
        """What the cookie opens ends as ``logout()`` ends it; ``user_logged_out`` is sent for either."""
        with _answering():
            if constant_time_compare(token or "", self._cookies.session_key or "-"):
                self._http.session = self._cookies
                logout(self._http)
            elif token is not None:
                session = self._engine.check(token)
                user = None if isinstance(session, Refused) else user_of(session)
                if user is not None:
                    user_logged_out.send(sender=type(user), request=self._http, user=user)
            return self._engine.sign_out(token)

    def revoke(self, **order: Any) -> Receipt:
        return self._engine.revoke(**order)


def _principal_named(name: str | None) -> str | None:
    """Whose login it is, if anybody's, whatever backend has refused them."""
    model = get_user_model()
    find = getattr(model._default_manager, "get_by_natural_key", None)
    try:
        return None if name is None or find is None else principal_of(find(name))
    except (model.DoesNotExist, model.MultipleObjectsReturned):
        return None


@contextmanager
def _answering() -> Iterator[None]:
    """Users are in Django's database: that it does not answer is the same as that the log does not.

    Raises:
        StoreUnavailable: so it is.
    """
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise StoreUnavailable(f"Django's database does not answer: {error}") from error
