"""Middleware for applications without a framework."""
from __future__ import annotations

import functools
import hashlib
import logging
import secrets
import typing as t
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, quote, urlsplit

from .seal import BadSeal, Sealer

logger = logging.getLogger(__name__)
Environ = t.Dict[str, t.Any]
Start = t.Callable[..., t.Any]


class SealedSessions:
    """The session is sealed into the cookie.

    :param idle: seconds that a session is good for.
    """

    def __init__(self, app: t.Callable[..., t.Any], sealer: Sealer, name: str = "s", idle: int = 1800) -> None:
        self.app, self.sealer, self.name, self.idle = app, sealer, name, idle

    def __call__(self, environ: Environ, start: Start) -> t.Any:
        cookies = SimpleCookie(environ.get("HTTP_COOKIE", ""))
        session: t.Dict[str, t.Any] = {}
        if self.name in cookies:
            try:
                session = self.sealer.open(cookies[self.name].value)
            except BadSeal as error:
                logger.info("session refused: %s", error)
        environ["sealring.session"] = session

        def begin(status: str, headers: t.List[t.Tuple[str, str]], *rest: t.Any) -> t.Any:
            jar = SimpleCookie()
            jar[self.name] = self.sealer.seal(session, self.idle)
            jar[self.name]["path"] = "/"
            jar[self.name]["httponly"] = True
            jar[self.name]["secure"] = True
            jar[self.name]["samesite"] = "Lax"
            headers.append(("Set-Cookie", jar[self.name].OutputString()))
            return start(status, headers, *rest)

        return self.app(environ, begin)


class RememberMe:
    def __init__(self, app: t.Callable[..., t.Any], sealer: Sealer, login: t.Callable[[Environ, str], None]) -> None:
        self.app, self.sealer, self.login = app, sealer, login

    def __call__(self, environ: Environ, start: Start) -> t.Any:
        jar = SimpleCookie(environ.get("HTTP_COOKIE", ""))
        if "remember" in jar and not environ["sealring.session"].get("user"):
            self.login(environ, self.sealer.open(jar["remember"].value))

        def begin(status: str, headers: t.List[t.Tuple[str, str]], *rest: t.Any) -> t.Any:
            user = environ["sealring.session"].get("remember")
            if user:
                value = self.sealer.seal(user, 30 * 86400)
                headers.append(("Set-Cookie", "remember=%s; Path=/; Max-Age=2592000" % value))
            return start(status, headers, *rest)

        return self.app(environ, begin)


def require_user(app: t.Callable[..., t.Any]) -> t.Callable[..., t.Any]:
    @functools.wraps(app)
    def inner(environ: Environ, start: Start) -> t.Any:
        if environ["sealring.session"].get("user"):
            return app(environ, start)
        where = "/login?next=" + quote(environ.get("PATH_INFO", "/"))
        start("302 Found", [("Location", where)])
        return [b""]

    return inner


def after_login(environ: Environ, start: Start) -> t.Iterable[bytes]:
    query = parse_qs(environ.get("QUERY_STRING", ""))
    target = query.get("next", ["/"])[0]
    start("303 See Other", [("Location", target)])
    return [b""]
