"""Flask-Login as its documentation has it, on Flask's own session: a signed cookie. Without rescind."""

from __future__ import annotations

from typing import Any

from flask import Flask, request
from flask_login import LoginManager, UserMixin, current_user, login_required, login_user, logout_user
from werkzeug.security import generate_password_hash

from rescind.demo.sites.people import People, Person


class User(UserMixin):
    """A row of the application's own table."""

    def __init__(self, person: Person) -> None:
        self.id = person.name
        self._active = person.active

    @property
    def is_active(self) -> bool:
        return self._active


def create_app(people: People, secret: str) -> Flask:
    """Sign in, read the note, sign out, change the password, and end somebody's access."""
    app = Flask(__name__)
    app.secret_key = secret
    manager = LoginManager(app)

    @manager.user_loader
    def load(name: str) -> User | None:
        person = people.get(name)
        return None if person is None else User(person)

    @app.post("/sign-in")
    def sign_in() -> dict[str, Any]:
        """The demo's people have no passwords: it measures what comes after."""
        name = str(request.json["user"])
        people.add([name])
        login_user(load(name))
        return {"user": name}

    @app.get("/note")
    @login_required
    def note() -> dict[str, Any]:
        return {"user": current_user.id, "note": "buy milk"}

    @app.post("/sign-out")
    @login_required
    def sign_out() -> dict[str, Any]:
        logout_user()
        return {"signed": "out"}

    @app.post("/password")
    @login_required
    def change_password() -> dict[str, Any]:
        people.set_hash(current_user.id, generate_password_hash(request.json["password"]))
        return {"password": "changed"}

    @app.post("/disable")
    @login_required
    def disable() -> dict[str, Any]:
        """Anybody may, in a demo."""
        people.set_active(str(request.json["user"]), active=False)  # rescind: ignore[RSC954] a demo: all may
        return {"account": "disabled"}

    return app
