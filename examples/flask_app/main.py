"""The application: pages for people, an interface for programs, a stream, and an admin page."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from typing import Any

from examples.flask_app import people, store
from examples.flask_app.auth import auth
from flask import Blueprint, Flask, Response, render_template, request, stream_with_context

from rescind.flask import current_session
from rescind.transport.device import device_label
from rescind.transport.redirect import safe_next

pages = Blueprint("pages", __name__)
Answer = str | Response | tuple[str, int]


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """One application. ``FLASK_...`` in the environment goes before what is written here."""
    app = Flask(__name__)
    app.config.from_mapping(NOTES="notes.db", RESCIND_SIGN_IN_URL="/sign-in", SECRET_KEY=None)
    app.config.from_prefixed_env()
    app.config.from_mapping(config or {})
    auth.init_app(app, url_prefix="/auth")
    store.init_app(app)
    app.register_blueprint(pages)
    app.register_blueprint(people.commands)
    return app


@pages.get("/sign-in")
def sign_in_page() -> Answer:
    """Where ``RESCIND_SIGN_IN_URL`` sends people."""
    return render_template("sign_in.html", next=request.args.get("next", ""))


@pages.post("/sign-in")
def sign_in() -> Answer:
    """Your users, your password check."""
    label = device_label(request.headers.get("User-Agent", ""))
    issued = people.verify(request.form["name"], request.form["password"], label)
    if issued is None:
        return render_template("sign_in.html", next=request.form.get("next", ""), wrong=True), 401
    response = see_other(safe_next(request.form.get("next"), "/"))
    auth.set_cookie(response, issued)
    return response


@pages.get("/")
@auth.require()
def notes() -> Answer:
    """One's own notes, and where one is signed in."""
    mine = current_session.principal_id
    return render_template("notes.html", notes=store.notes_of(mine), sessions=auth.sessions.list(mine))


@pages.post("/notes")
@auth.require()
def write() -> Answer:
    """A new note, from the page."""
    store.add_note(current_session.principal_id, request.form["text"])
    return see_other("/")


@pages.get("/api/notes")
@auth.require()
def api_notes() -> dict[str, Any]:
    """The same for programs, with ``Authorization: Bearer``."""
    mine = store.notes_of(current_session.principal_id)
    return {"notes": [{"id": note.id, "text": note.text} for note in mine]}


@pages.get("/api/notes/stream")
@auth.require()
def stream() -> Response:
    """New notes as they come; ends with the session, at the next part: a comment, if there is no note."""

    def events() -> Iterator[str]:
        seen, mine = 0, current_session.principal_id
        while True:
            for note in store.notes_of(mine, after=seen):
                seen = note.id
                yield f"id: {note.id}\ndata: {json.dumps(note.text)}\n\n"
            yield ": still here\n\n"
            time.sleep(0.25)

    return Response(stream_with_context(events()), mimetype="text/event-stream")


@pages.post("/password")
@auth.require()
def change_password() -> Answer:
    """A new password ends every other session; a copied one is worth nothing when the page is there."""
    mine = current_session.principal_id
    if people.verify_own(mine, request.form["old"]):
        store.set_password(mine, auth.passwords.hash(request.form["new"]))
        receipt = auth.revoke(principal=mine, keep=current_session.id, reason="password changed")
        return render_template("said.html", said=str(receipt))
    return render_template("said.html", said="That is not your password."), 403


@pages.get("/people")
@auth.require(role="admin")
def everybody() -> Answer:
    """The admin page."""
    return render_template("people.html", people=store.people())


@pages.post("/people/<int:person>/leave")
@auth.require(role="admin", fresh="30m")
def leave(person: int) -> Answer:
    """When this answers, no worker accepts anything of that person any more, nor anything new."""
    auth.principals.set(person, active=False, reason="left the company")
    receipt = auth.revoke(principal=person, what="all", reason="left the company")
    return render_template("said.html", said=str(receipt))


def see_other(where: str) -> Response:
    """303, which is read with GET."""
    response = Response(status=303)
    response.location = where
    return response
