"""``RESCIND_DATA="server"``: ``flask.session`` of who is signed in is kept beside their session.

It is read when it is first touched, and only keys that changed are written, into a session that lives: two
requests that change different keys both survive, and one that is late brings nothing back. Of nobody it is
Flask's own signed cookie; with the sign-in it moves.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, MutableMapping
from typing import Any

from flask import Flask, Request, Response
from flask.json.tag import TaggedJSONSerializer
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin

from rescind.errors import Refused
from rescind.flask.current import admit_any
from rescind.flask.installed import Installed
from rescind.model.session import Session
from rescind.web.answer import told
from rescind.web.issuing import headers_to_clear
from rescind.wsgi.request import Request as Caller

TAGS = TaggedJSONSerializer()
"""What Flask puts into its cookie beyond JSON: tuples, bytes, UUIDs, times. Plain values stay plain JSON."""


class ServerSessions(SecureCookieSessionInterface):
    """For ``app.session_interface``."""

    def __init__(self, installed: Installed) -> None:
        self._installed = installed

    def open_session(self, app: Flask, request: Request) -> Any:
        """Reads nothing."""
        return Data(self, app, request, self._installed)

    def cookie_of(self, app: Flask, request: Request) -> SecureCookieSession:
        """What Flask has for nobody; without a ``SECRET_KEY`` it can be read and not written."""
        found = super().open_session(app, request)
        return self.make_null_session(app) if found is None else found

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Flask calls this with every answer."""
        if isinstance(session, Data):
            session.save(app, response)
        else:
            super().save_session(app, session, response)

    def save_cookie(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """As Flask does it."""
        if not self.is_null_session(session):
            super().save_session(app, session, response)


class Data(SessionMixin):
    """``flask.session``.

    Attributes:
        modified: set it where a change cannot be seen; then every key is written.
    """

    modified = False
    accessed = False

    def __init__(self, interface: ServerSessions, app: Flask, request: Request, installed: Installed) -> None:
        self._interface = interface
        self._app = app
        self._request = request
        self._installed = installed
        self._owner: Session[Any] | None = None
        self._before: dict[str, str] = {}
        self._put: set[str] = set()
        self._loaded: MutableMapping[str, Any] | None = None

    # -- reading and changing ----------------------------------------------------------------------------

    @property
    def _values(self) -> MutableMapping[str, Any]:
        """Raises ``HTTPRefused`` where it cannot be told whose it is."""
        self.accessed = True
        if self._loaded is None:
            self._owner = admit_any(self._installed)
            self._loaded = self._load()
        return self._loaded

    def _load(self) -> MutableMapping[str, Any]:
        if self._owner is None:
            return self._interface.cookie_of(self._app, self._request)
        core = self._installed.engine.core
        core.begin()
        # Not by auth.sessions, which refuses a running loop: that of an async view is this request's own.
        stored = core.store.load_data(self._owner.id)
        self._before = {key: text_of(value) for key, value in stored.items()}
        return {key: TAGS.loads(text) for key, text in self._before.items()}

    def __getitem__(self, key: str) -> Any:
        return self._values[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self._values[key] = value
        self._put.add(key)

    def __delitem__(self, key: str) -> None:
        del self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def change_hands(self) -> None:
        """Somebody was signed in or out in this request: of what another session had only that stays which
        the request itself has put there."""
        if self._loaded is None:
            return
        kept = {key: value for key, value in self._loaded.items() if self._owner is None or key in self._put}
        self._owner, self._before = admit_any(self._installed), {}
        self._loaded = self._interface.cookie_of(self._app, self._request) if self._owner is None else {}
        self._loaded.update(kept)

    # -- writing -----------------------------------------------------------------------------------------

    def save(self, app: Flask, response: Response) -> None:
        """Write what changed, to whom it belongs now."""
        caller = self._installed.request()
        if caller.signed_in is not None:
            self._move(app, caller.signed_in, response)
        elif self._loaded is None:
            return
        elif self._owner is None:
            self._interface.save_cookie(app, _as_cookie(self._loaded), response)
        elif not self._write(self._owner, self._changes()):
            _clear_if_over(self._installed, caller, response)
        if self.accessed:
            response.vary.add("Cookie")

    def _changes(self) -> tuple[dict[str, Any], list[str]]:
        now = {str(key): TAGS.dumps(value) for key, value in (self._loaded or {}).items()}
        differs = {key for key, text in now.items() if self.modified or self._before.get(key) != text}
        changed = {key: json.loads(now[key]) for key in differs}
        return changed, [key for key in self._before if key not in now]

    def _write(self, owner: Session[Any], changes: tuple[dict[str, Any], list[str]]) -> bool:
        changed, removed = changes
        if not changed and not removed:
            return True
        return self._installed.engine.sessions.save_data(owner, changed, removed=removed)

    def _move(self, app: Flask, owner: Session[Any], response: Response) -> None:
        """Signed in with this answer: what nobody had goes along, and the cookie goes away. Of what another
        session had only what this request itself has put there: it may be another person's."""
        has_cookie = self._interface.get_cookie_name(app) in self._request.cookies
        if self._loaded is None and has_cookie:
            self._loaded = self._interface.cookie_of(app, self._request)
        changed, _ = self._changes()
        self._write(owner, (changed, []))
        if has_cookie:
            gone = SecureCookieSession()
            gone.modified = True
            self._interface.save_cookie(app, gone, response)


def text_of(value: Any) -> str:
    """A stored value as ``TAGS`` writes it, so that what is unchanged compares equal."""
    return TAGS.dumps(TAGS.loads(json.dumps(value)))


def _as_cookie(values: MutableMapping[str, Any]) -> SecureCookieSession:
    if not isinstance(values, SecureCookieSession):
        raise TypeError("of nobody there is a cookie")
    return values


def _clear_if_over(installed: Installed, caller: Caller, response: Response) -> None:
    """The session ended meanwhile, and the write is dropped. The cookie goes too, unless the browser may hold
    a successor by now."""
    judged = installed.engine.check(caller.token, touch=False)
    if isinstance(judged, Refused) and told(judged, caller.source).clear_cookie:
        for headers in headers_to_clear(installed.gate):
            response.headers.add("Set-Cookie", headers["set-cookie"])
            response.headers["Cache-Control"] = headers["cache-control"]
