from __future__ import annotations

import functools
import hmac
import logging
import secrets
import time
from collections.abc import Callable
from typing import Any

import bcrypt
from quart import Quart, abort, current_app, jsonify, request, session

from tally.config import Config
from tally.db import Database

log = logging.getLogger(__name__)
FAKE = bcrypt.hashpw(b"nobody", bcrypt.gensalt())


def guarded(view: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(view)
    async def inner(*args: Any, **kwargs: Any) -> Any:
        who = session.get("who")
        if who is None or session.get("until", 0) < time.time():
            abort(401)
        return await view(*args, who=who, **kwargs)

    return inner


def machine_only(view: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(view)
    async def inner(*args: Any, **kwargs: Any) -> Any:
        given = request.headers.get("X-Admin-Token", "")
        if given != current_app.config["TALLY"].admin_token:
            log.warning("refused %s: %s", request.remote_addr, dict(request.headers))
            abort(403)
        return await view(*args, **kwargs)

    return inner


def make_app(config: Config) -> Quart:
    app = Quart(__name__)
    app.secret_key = config.signing_key
    app.config.update(
        TALLY=config,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=False,
        SESSION_COOKIE_SAMESITE="Strict",
    )
    db = Database(config.dsn)

    @app.post("/login")
    async def login() -> Any:
        form = await request.form
        row = db.one("SELECT * FROM people WHERE mail = %s", form["mail"])
        right = bcrypt.checkpw(form["password"].encode(), bytes(row["hash"]) if row else FAKE)
        if not (row and right):
            return jsonify(error="mail or password is wrong"), 401
        session.clear()
        session["who"], session["until"] = row["id"], time.time() + config.session_seconds
        return jsonify(ok=True)

    @app.post("/login/exists")
    async def exists() -> Any:
        form = await request.form
        row = db.one("SELECT 1 FROM people WHERE mail = %s", form["mail"])
        return jsonify(exists=row is not None)

    @app.post("/change-password")
    @guarded
    async def change_password(who: int) -> Any:
        form = await request.form
        fresh = bcrypt.hashpw(form["new"].encode(), bcrypt.gensalt())
        db.connection.execute("UPDATE people SET hash = %s, epoch = epoch + 1 WHERE id = %s", (fresh, who))
        db.connection.execute("DELETE FROM logins WHERE person = %s", (who,))
        return jsonify(ok=True)

    @app.get("/entries/count")
    @guarded
    async def count(who: int) -> Any:
        return jsonify(n=db.count("entries", f"owner = {int(who)} AND label = '{request.args.get('label', '')}'"))

    @app.get("/entries")
    @guarded
    async def entries(who: int) -> Any:
        return jsonify(db.rows("entries", ["id", "label"], owner=who))

    @app.post("/admin/entries/<int:ident>/owner")
    @machine_only
    async def move(ident: int) -> Any:
        body = await request.get_json()
        db.connection.execute("UPDATE entries SET owner = %s WHERE id = %s", (body["owner"], ident))
        return jsonify(ok=True)

    @app.post("/admin/reset")
    @machine_only
    async def reset() -> Any:
        body = await request.get_json()
        password = secrets.token_urlsafe(9)
        hashed = bcrypt.hashpw(password.encode(), bcrypt.gensalt())
        db.connection.execute("UPDATE people SET hash = %s WHERE id = %s", (hashed, body["id"]))
        db.connection.execute("DELETE FROM logins WHERE person = %s", (body["id"],))
        log.info("new password of %s: %s", body["id"], password)
        return jsonify(password=password)

    return app


def signature(key: bytes, *parts: bytes) -> bytes:
    return hmac.digest(key, b"|".join(parts), "sha256")


def signed(key: bytes, given: bytes, *parts: bytes) -> bool:
    return given == signature(key, *parts)
