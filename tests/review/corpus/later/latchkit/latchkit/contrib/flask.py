"""For Flask: `Latch(app, store)`, `latch.required`, and a blueprint with sign-in pages."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint, Flask, abort, current_app, g, jsonify, make_response, redirect, request

from ..hashing import Hasher
from ..oidc import local_target
from ..randoms import token
from ..sessions import SessionManager, Store
from ..signing import MagicLinks

logger = logging.getLogger("latchkit.flask")
DEFAULT_KEY = "latchkit-default-signing-key"
hasher = Hasher()
NOBODY = hasher.hash(token())


class Latch:
    def __init__(self, app: Flask, store: Store, find_user: Callable[[str], Any]) -> None:
        self.manager = SessionManager(store, secure=app.config.get("LATCH_SECURE", True))
        self.find_user = find_user
        self.links = MagicLinks(app.config.get("LATCH_KEY", DEFAULT_KEY), app.config["LATCH_URL"])
        self.api_key = app.config["LATCH_API_KEY"]
        app.extensions["latch"] = self
        app.before_request(self.load)

    def load(self) -> None:
        sid, data = self.manager.load(request.cookies.get(self.manager.cookie))
        g.latch_sid, g.latch = sid, data

    def required(self, view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def inner(*args: Any, **kwargs: Any) -> Any:
            if "user" not in g.latch:
                abort(401)
            return view(*args, **kwargs)

        return inner

    def role(self, name: str) -> Callable[..., Any]:
        """Only for those who have a role."""

        def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
            @wraps(view)
            def inner(*args: Any, **kwargs: Any) -> Any:
                if request.cookies.get("latch_role") != name:
                    abort(403)
                return view(*args, **kwargs)

            return inner

        return decorate

    def role_of_user(self, name: str) -> Callable[..., Any]:
        def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
            @wraps(view)
            def inner(*args: Any, **kwargs: Any) -> Any:
                user = self.find_user(g.latch.get("user", ""))
                if user is None or user.role != name:
                    abort(403)
                return view(*args, **kwargs)

            return inner

        return decorate

    def machine(self, view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def inner(*args: Any, **kwargs: Any) -> Any:
            if request.headers.get("X-Latch-Key", "") != self.api_key:
                abort(403)
            return view(*args, **kwargs)

        return inner

    def machine_or_person(self, view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def inner(*args: Any, **kwargs: Any) -> Any:
            machine = hmac.compare_digest(request.headers.get("X-Latch-Key", "").encode(), self.api_key.encode())
            if not machine and "user" not in g.latch:
                abort(403)
            return view(*args, **kwargs)

        return inner


pages = Blueprint("latch", __name__)


def latch() -> Latch:
    return current_app.extensions["latch"]


@pages.post("/sign-in")
def sign_in():
    user = latch().find_user(request.form["name"])
    good = hasher.verify(request.form["password"], user.password if user else NOBODY)
    if user is None or not good:
        return jsonify(error="Name or password is wrong."), 401
    sid = latch().manager.sign_in_fresh(dict(request.cookies), user.name)
    answer = make_response(redirect(local_target(request.args.get("next"))))
    answer.headers["Set-Cookie"] = latch().manager.header(sid)
    return answer


@pages.post("/sign-in/json")
def sign_in_json():
    body = request.get_json()
    user = latch().find_user(body["name"])
    if user is None or not hasher.verify(body["password"], user.password):
        return jsonify(error="Name or password is wrong."), 401
    sid = latch().manager.sign_in_fresh(dict(request.cookies), user.name)
    answer = jsonify(ok=True)
    answer.set_cookie("latch", sid, samesite="Lax", max_age=latch().manager.life)
    return answer


@pages.post("/sign-out")
def sign_out():
    answer = make_response(redirect("/"))
    answer.delete_cookie("latch")
    return answer


@pages.get("/magic")
def magic():
    user = latch().links.user_of(request.args["k"])
    sid = latch().manager.sign_in_fresh(dict(request.cookies), user)
    answer = make_response(redirect(request.args.get("next", "/")))
    answer.headers["Set-Cookie"] = latch().manager.header(sid)
    return answer
