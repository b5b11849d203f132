"""An application with Flask-Login as its documentation sets it up, and rescind beside it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask, Response, redirect, render_template_string, request, session
from flask_login import (
    LoginManager,
    UserMixin,
    confirm_login,
    current_user,
    fresh_login_required,
    login_required,
    login_user,
    logout_user,
)
from flask_login.utils import encode_cookie

from rescind._clock import Clock
from rescind.engine import Rescind as Engine
from rescind.flask import Rescind, current_session
from rescind.model.session import Issued
from rescind.testing import FakeClock
from rescind.testing.flask import Client, client, engine_of

COOKIES = ("session", "remember_token", "__Host-rescind")
WHO = "{{ current_user.id if current_user.is_authenticated else 'nobody' }}"


class User(UserMixin):  # type: ignore[misc]
    """A row of the application's own table: an int, which ``get_id`` gives as text."""

    def __init__(self, id: int) -> None:
        self.id = id

    @property
    def is_active(self) -> bool:
        return self.id != 13


class Members:
    """Whom it has: users 1 to 99, of whom 13 is inactive.

    Attributes:
        loaded: the ids that the user loader was asked for.
    """

    def __init__(
        self,
        url: str = "memory://",
        manager: Any = None,
        principal_id: Any = int,
        clock: Clock | None = None,
        **config: Any,
    ) -> None:
        self.auth: Rescind[Any] = Rescind(principal_id=principal_id, clock=clock or FakeClock())
        self.app = app = Flask(__name__)
        self.loaded: list[str] = []
        self.manager = manager or LoginManager()
        self.manager.login_view = "login"
        self.manager.user_loader(self.load)
        app.config.from_mapping({"RESCIND_URL": url, "TESTING": True, "SECRET_KEY": "k" * 32, **config})
        self.manager.init_app(app)
        self.auth.init_app(app, login_manager=self.manager)
        self.engine: Engine[Any] = engine_of(app)
        self.routes()

    def load(self, id: str) -> User | None:
        self.loaded.append(id)
        return User(int(id)) if 0 < int(id) < 100 else None

    def routes(self) -> None:
        app = self.app

        @app.get("/login")
        def login() -> str:
            return "Sign in"

        @app.post("/login/<int:who>")
        def login_as(who: int) -> dict[str, Any]:
            given = request.args
            duration = timedelta(seconds=int(given["seconds"])) if "seconds" in given else None
            done = login_user(
                User(who),
                remember="remember" in given,
                duration=duration,
                force="force" in given,
                fresh="stale" not in given,
            )
            return {"done": done, **seen()}

        @app.post("/logout")
        def logout() -> dict[str, Any]:
            logout_user()
            return seen()

        @app.post("/confirm")
        @login_required  # type: ignore[untyped-decorator]
        def confirm() -> str:
            confirm_login()
            return "confirmed"

        self.more_routes()

    def more_routes(self) -> None:
        app, auth = self.app, self.auth

        @app.get("/me")
        @login_required  # type: ignore[untyped-decorator]
        def me() -> dict[str, Any]:
            return seen()

        @app.get("/fresh")
        @fresh_login_required  # type: ignore[untyped-decorator]
        def fresh() -> str:
            return "fresh"

        @app.get("/seen")
        def just_seen() -> dict[str, Any]:
            return seen()

        @app.get("/guarded")
        @auth.require()
        def guarded() -> dict[str, Any]:
            return seen()

        @app.post("/pay")
        @auth.require(fresh="5m")
        def pay() -> str:
            return "paid"

        @app.get("/page")
        def page() -> str:
            return render_template_string(WHO)

        @app.get("/public")
        def public() -> str:
            return "public"

        @app.post("/cart")
        def cart() -> str:
            session["cart"] = 3
            return "kept"

        @app.get("/home")
        def home() -> Response:
            return redirect("/page")  # type: ignore[return-value]

    def start(self, principal: int = 7) -> Issued[Any]:
        return self.engine.sessions.start(principal)

    def browser(self, principal: int | None = None) -> Client:
        """A client on https; ``principal`` was signed in by another application of the realm."""
        return client(self.app, None if principal is None else self.start(principal))

    def old_token(self, user_id: str) -> str:
        """A ``remember_token`` as Flask-Login wrote them."""
        with self.app.app_context():
            token: str = encode_cookie(user_id)
        return token

    def remembered(self, user_id: str) -> Client:
        """A browser of before, that was closed since."""
        browser = self.browser()
        browser.set_cookie("remember_token", self.old_token(user_id))
        return browser

    def sessions(self, principal: int = 7) -> int:
        return len(self.engine.sessions.list(principal))


def seen() -> dict[str, Any]:
    """Who is there, by both."""
    return {
        "user": current_user.id if current_user.is_authenticated else None,
        "session": current_session.principal_id if current_session else None,
    }


NOBODY = {"user": None, "session": None}


def both(who: int) -> dict[str, Any]:
    return {"user": who, "session": who}


def jar(browser: Client) -> dict[str, str]:
    """The cookies that a browser holds, of those that can sign somebody in."""
    found = {name: browser.get_cookie(name) for name in COOKIES}
    return {name: cookie.value for name, cookie in found.items() if cookie is not None}


def set_by(answer: Any) -> dict[str, str]:
    """The ``Set-Cookie`` lines of an answer, by name."""
    return {line.partition("=")[0]: line for line in answer.headers.getlist("set-cookie")}
