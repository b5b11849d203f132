"""The Flask applications that ``bench.flask_app`` measures: one view, guarded in different ways.

``python -m bench.flask_served KIND FOLDER`` serves one of them on a free port of 127.0.0.1: see ``worker``.
``REDIS_URL`` is the server of the peers that have their sessions there.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from flask import Flask, abort, request, session

from bench.worker import Server
from rescind.flask import Rescind
from rescind.testing.flask import engine_of

ANSWER = {"status": "ok"}
COOKIE = "__Host-rescind"


class Made(NamedTuple):
    """An application, a token that it accepts, and the cookie that it reads it from."""

    app: Flask
    token: str
    cookie: str


def unprotected(_: Path) -> Made:
    app = Flask("bench")
    app.add_url_rule("/", view_func=endpoint)
    return Made(app, "none", COOKIE)


def installed(folder: Path) -> Made:
    """Installed, and a view that asks nothing of it."""
    made, _auth = with_rescind(folder)
    made.app.add_url_rule("/", view_func=endpoint)
    return made


def require(folder: Path) -> Made:
    made, auth = with_rescind(folder)
    made.app.add_url_rule("/", view_func=auth.require()(endpoint))
    return made


def require_strict(folder: Path) -> Made:
    """The authority is read for every request."""
    made, auth = with_rescind(folder)
    made.app.add_url_rule("/", view_func=auth.require(strict=True)(endpoint))
    return made


def least(_: Path) -> Made:
    """What no guard can do without, in one function: the cookie, a digest, a look-up, the clock, ``Vary``.

    It knows one token, and hears of no revocation, no forged request and no stream.
    """
    app, token = Flask("bench"), "k" * 86
    known = {sha256(token.encode()).digest(): time.monotonic() + 86_400}

    def guarded() -> dict[str, str]:
        line = request.environ.get("HTTP_COOKIE", "").encode()
        value = line.partition(b"__Host-rescind=")[2].partition(b";")[0]
        if known.get(sha256(value).digest(), 0) <= time.monotonic():
            abort(401)
        return ANSWER

    def varied(environ: dict[str, Any], start_response: Any) -> Any:
        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            return start_response(status, [*headers, ("Vary", "Cookie")], exc_info)

        return inner(environ, start)

    app.add_url_rule("/", view_func=guarded)
    inner, app.wsgi_app = app.wsgi_app, varied  # type: ignore[method-assign]
    return Made(app, token, COOKIE)


def with_rescind(folder: Path) -> tuple[Made, Rescind[str]]:
    app, auth = Flask("bench"), Rescind(f"sqlite:///{folder / 'app.db'}")
    auth.init_app(app)
    return Made(app, engine_of(app).sessions.start("ada").token, COOKIE), auth


def signed_cookie(_: Path) -> Made:
    """Flask's own session: a signature, and nothing that could be ended."""
    app = Flask("bench")
    app.secret_key = "k" * 32
    return with_session(app)


def flask_session(folder: Path) -> Made:
    """Flask-Session with its session in Redis, which every request reads."""
    import redis
    from flask_session import Session

    app = Flask("bench")
    server = redis.Redis.from_url(os.environ["REDIS_URL"])
    app.config.update(SESSION_TYPE="redis", SESSION_REDIS=server, SESSION_KEY_PREFIX=f"{folder.name}:")
    Session(app)
    return with_session(app)


def with_session(app: Flask) -> Made:
    """Guarded by ``flask.session``, whatever keeps it."""

    def guarded() -> dict[str, str]:
        if session.get("user") is None:
            abort(401)
        return ANSWER

    def sign_in() -> dict[str, str]:
        session["user"] = "ada"
        return ANSWER

    app.add_url_rule("/", view_func=guarded)
    app.add_url_rule("/sign-in", view_func=sign_in, methods=["POST"])
    browser = app.test_client()
    browser.post("/sign-in")
    name = str(app.config["SESSION_COOKIE_NAME"])
    cookie = browser.get_cookie(name)
    if cookie is None:
        raise RuntimeError("the sign-in has set no cookie")
    return Made(app, cookie.value, name)


def endpoint() -> dict[str, str]:
    return ANSWER


KINDS: dict[str, Callable[[Path], Made]] = {
    "Flask, unprotected": unprotected,
    "Flask, rescind installed": installed,
    "Flask, the least guard": least,
    "Flask, @auth.require()": require,
    "Flask, @auth.require(strict=True)": require_strict,
    "Flask's signed cookie": signed_cookie,
    "Flask-Session on Redis": flask_session,
}


def make(kind: str, folder: Path) -> Made:
    return KINDS[kind](folder)


def main() -> None:
    Server(make, sys.argv[1], Path(sys.argv[2])).run()


if __name__ == "__main__":
    main()
