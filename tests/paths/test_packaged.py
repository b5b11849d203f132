"""Packages that stand before routes, as the source says it: nothing is imported here."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from rescind.paths.map import draw
from rescind.paths.model import Credential, Route

TOKENS = """
    import functools, sqlite3
    from flask import Flask, abort
    from flask_jwt_extended import (
        JWTManager, create_access_token, create_refresh_token, get_jwt, jwt_required, verify_jwt_in_request,
    )
    app = Flask(__name__)
    app.config["JWT_ACCESS_TOKEN_EXPIRES"] = 600
    jwt = JWTManager(app)
    db = sqlite3.connect("shop.db", isolation_level=None)

    @jwt.token_in_blocklist_loader
    def is_revoked(_header, payload):
        return db.execute("SELECT 1 FROM revoked WHERE jti = ?", (payload["jti"],)).fetchone() is not None

    def admin(view):
        @functools.wraps(view)
        def inner(*args, **kwargs):
            verify_jwt_in_request()
            if get_jwt().get("role") != "admin":
                abort(403)
            return view(*args, **kwargs)
        return inner

    @app.get("/me")
    @jwt_required()
    def me(): return "me"

    @app.get("/maybe")
    @jwt_required(optional=True)
    def maybe(): return "maybe"

    @app.post("/refresh")
    @jwt_required(refresh=True)
    def refresh(): return create_access_token("ada", expires_delta=None)

    @app.get("/boss")
    @admin
    def boss(): return "boss"

    @app.post("/logout")
    @jwt_required()
    def logout():
        db.execute("INSERT INTO revoked VALUES (?)", (get_jwt()["jti"],))
        return ""
"""


def mapped(folder: Path, text: str) -> tuple[dict[str, Route], dict[str, Credential]]:
    (folder / "shop.py").write_text(textwrap.dedent(text))
    drawn = draw("shop.py", folder)
    return {each.path: each for each in drawn.routes}, drawn.credentials


def test_a_refresh_token_is_not_ended_with_the_other(tmp_path: Path) -> None:
    routes, credentials = mapped(tmp_path, TOKENS)
    assert [routes[path].protected for path in ("/me", "/maybe", "/refresh")] == [True, "conditional", True]
    assert (routes["/me"].accepts, routes["/me"].revocation.kind) == (("jwt",), "immediate")
    (name,) = routes["/refresh"].accepts
    assert credentials[name].on_revoke.kind == "expiry"
    assert credentials[name].on_revoke.seconds == 30 * 86_400


def test_a_guard_of_the_application_that_asks_the_package(tmp_path: Path) -> None:
    boss = mapped(tmp_path, TOKENS)[0]["/boss"]
    assert (boss.protected, boss.audience) == (True, "admin")
    assert (boss.worst_revocation.kind, len(boss.accepts)) == ("immediate", 1)


@pytest.mark.parametrize(
    "asked",
    [
        "verify_jwt_in_request(skip_revocation_check=True)",
        "verify_jwt_in_request(skip_revocation_check=STRICT)",
        "verify_jwt_in_request(False, False, False, None, True, True)",
        "verify_jwt_in_request(**OPTIONS)",
        "verify_jwt_in_request() if STRICT else verify_jwt_in_request(skip_revocation_check=True)",
        "with suppress(Exception): verify_jwt_in_request()",
    ],
)
def test_a_guard_that_does_not_let_the_package_refuse(tmp_path: Path, asked: str) -> None:
    """Caught: that a token is verified being taken for that its end is asked for."""
    text = TOKENS.replace("verify_jwt_in_request()", asked).replace(
        "import functools", "from contextlib import suppress\n    import functools"
    )
    boss = mapped(tmp_path, text)[0]["/boss"]
    assert boss.protected is not False
    assert boss.revocation.kind != "immediate"


def test_a_guard_that_asks_for_the_other_kind_of_token(tmp_path: Path) -> None:
    """Signing out ends no token to refresh with."""
    text = TOKENS.replace("verify_jwt_in_request()", "verify_jwt_in_request(refresh=True)")
    boss = mapped(tmp_path, text)[0]["/boss"]
    assert (boss.revocation.kind, boss.revocation.seconds) == ("expiry", 30 * 86_400)


def test_an_issued_life_goes_before_the_setting(tmp_path: Path) -> None:
    longer = TOKENS.replace("expires_delta=None", "expires_delta=7_200")
    assert mapped(tmp_path, longer)[1]["jwt"].max_lifetime_s == 7_200
    unknown = TOKENS.replace("expires_delta=None", "expires_delta=given_by_somebody")
    assert mapped(tmp_path, unknown)[1]["jwt"].max_lifetime_s is None


HTTPAUTH = """
    from flask import Flask
    from flask_httpauth import HTTPBasicAuth, HTTPTokenAuth, MultiAuth
    from elsewhere import limited, requires_auth
    app = Flask(__name__)
    KEYS = {}
    keys = HTTPTokenAuth(header="X-Key")
    names = HTTPBasicAuth()
    both = MultiAuth(keys, names)

    @keys.verify_token
    def verify(key):
        return KEYS.get(key)

    @app.get("/key")
    @keys.login_required
    def key(): return ""

    @app.get("/names")
    @names.login_required
    def passwords(): return ""

    @app.get("/both")
    @both.login_required(optional=True)
    def either(): return ""

    @app.get("/odd")
    @requires_auth
    def odd(): return ""

    @app.get("/open")
    @limited
    def anybody(): return ""
"""


def test_schemes_by_what_they_are_given(tmp_path: Path) -> None:
    routes, credentials = mapped(tmp_path, HTTPAUTH)
    assert (routes["/key"].protected, routes["/key"].accepts) == (True, ("header:x-key",))
    assert routes["/both"].accepts == ("header:x-key", "basic")
    assert credentials["basic"].on_revoke.kind == "unknown"  # nothing says who verifies a password


def test_a_decorator_that_is_not_read_is_not_called_open(tmp_path: Path) -> None:
    routes, _ = mapped(tmp_path, HTTPAUTH)
    assert (routes["/odd"].protected, routes["/odd"].revocation.kind) == (None, "unknown")
    assert routes["/odd"].notes == (
        "somebody is turned away for a reason that could not be read: shop.py:28",
    )
    assert routes["/open"].protected is False


SESSIONS = """
    from flask import Flask, abort, session
    from flask_session import Session
    app = Flask(__name__)
    app.config.update(SESSION_TYPE="redis", PERMANENT_SESSION_LIFETIME=600)
    Session(app)

    @app.get("/me")
    def me():
        if "user" not in session:
            abort(401)
        return session["user"]

    @app.post("/logout")
    def logout():
        session.clear()
        return ""
"""


def test_a_session_that_is_written_back_is_not_ended(tmp_path: Path) -> None:
    routes, credentials = mapped(tmp_path, SESSIONS)
    assert routes["/me"].mechanisms == ("session_cache",)
    assert (routes["/me"].revocation.kind, routes["/me"].revocation.seconds) == ("expiry", 600)
    assert "writes back" in routes["/me"].revocation.why
    assert credentials["session"].max_lifetime_s is None
    held = SESSIONS.replace("SESSION_TYPE", "SESSION_REFRESH_EACH_REQUEST=False, SESSION_TYPE")
    assert mapped(tmp_path, held)[1]["session"].max_lifetime_s == 600
