"""Flask-Login as its documentation sets it up: Flask's own session, a signed cookie."""

from __future__ import annotations

import os

from flask import Flask, redirect, request
from flask_login import LoginManager, UserMixin, current_user, login_required, login_user, logout_user
from tests.drill.applications.naming import wsgi_named
from werkzeug.wrappers import Response

app = Flask(__name__)
app.secret_key = os.environ["SECRET"]
manager = LoginManager(app)
manager.login_view = "login"


class User(UserMixin):
    """One row; the name is the id."""

    def __init__(self, name: str) -> None:
        self.id = name


@manager.user_loader
def load(name: str) -> User:
    return User(name)


@app.route("/login", methods=["GET", "POST"])
def login() -> str | Response:
    if request.method == "POST" and request.form["password"] == os.environ["DRILL_PASSWORD"]:
        login_user(User(request.form["username"]))
        return redirect("/account")
    return "Sign in"


@app.route("/account")
@login_required
def account() -> str:
    return f"Signed in as {current_user.id}"


@app.route("/logout", methods=["POST"])
@login_required
def logout() -> Response:
    logout_user()
    return redirect("/login")


application = wsgi_named(app.wsgi_app)
