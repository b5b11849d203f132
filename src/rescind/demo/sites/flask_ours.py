"""The notes behind rescind in Flask: one handle, one blueprint, an application for each session model.

Imported by the workers only: where the sessions are kept comes from the environment.
"""

from __future__ import annotations

import os
from typing import Any

from flask import Blueprint, Flask, Response, make_response, request

from rescind.demo.sites import page
from rescind.demo.sites.people import People
from rescind.demo.sites.places import DATABASE, PATIENCE, PEOPLE, REDIS, SIGNED, folder, url
from rescind.flask import Rescind, current_session

FRAMEWORK = "Flask"
MODELS: dict[str, dict[str, str]] = {
    "rescind": {"RESCIND_URL": url(DATABASE)},
    "redis": {"RESCIND_URL": os.environ[REDIS]},
    "jwt": {"RESCIND_URL": url(SIGNED), "RESCIND_SESSION_MODEL": "jwt"},
}
"""By the first part of their paths. The first is the application's own, the others are mounted in it."""

auth = Rescind(principal_id=int, authority_timeout=PATIENCE)
people = People(folder() / PEOPLE)
notes = Blueprint("notes", __name__)
pages = Blueprint("pages", __name__)


def create_app(settings: dict[str, str]) -> Flask:
    """One application, with an engine of its own."""
    app = Flask(__name__)
    app.config.from_mapping(settings)
    auth.init_app(app, url_prefix="/auth")
    return app


@pages.get("/")
@auth.optional()
def home() -> Response:
    """Who is signed in, or the form."""
    if not current_session:
        return make_response(page.form(FRAMEWORK), page.NO_STORE)
    html = page.home(FRAMEWORK, current_session.principal_id, current_session.id)
    return make_response(html, page.NO_STORE)


@notes.post("/sign-in")
def sign_in() -> Response:
    """The demo's people have no passwords: it measures what comes after."""
    user = str(request.json["user"])
    response = make_response({"user": user})
    auth.set_cookie(response, auth.sessions.start(int(user), method="password"))
    return response


@notes.get("/note")
@auth.require()
def note() -> dict[str, str]:
    return {"user": str(current_session.principal_id), "note": "buy milk"}


@notes.post("/password")
@auth.require()
def change_password() -> dict[str, str]:
    """The application's own table; whoever is signed in elsewhere is out when this answers."""
    mine = current_session.principal_id
    people.add([str(mine)])
    people.set_hash(str(mine), auth.passwords.hash(request.json["password"]))
    receipt = auth.revoke(principal=mine, keep=current_session.id, reason="password changed")
    return {"receipt": str(receipt)}


@notes.post("/disable")
@auth.require()
def disable() -> dict[str, Any]:
    """Anybody may, in a demo."""
    user = int(request.json["user"])
    return {"receipt": str(auth.principals.set(user, active=False, reason="on leave"))}
