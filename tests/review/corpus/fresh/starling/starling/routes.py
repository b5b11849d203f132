from __future__ import annotations

import json
import logging
import secrets
from functools import partial
from typing import Any

from starlette.authentication import requires
from starlette.background import BackgroundTask
from starlette.endpoints import HTTPEndpoint
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

from .people import check_seal, verify

log = logging.getLogger("starling")


class Login(HTTPEndpoint):
    async def post(self, request: Request) -> Response:
        form = await request.form()
        row = await request.app.state.people.by_name(str(form["name"]))
        if not await verify(str(form["password"]), row):
            return JSONResponse({"error": "wrong name or password"}, 401)
        request.session.rotate()
        request.session["person"] = row["id"]
        return RedirectResponse("/", 303)


class CodeLogin(HTTPEndpoint):
    async def get(self, request: Request) -> Response:
        request.session["code"] = f"{secrets.randbelow(1_000_000):06}"
        request.session["name"] = request.query_params["name"]
        task = BackgroundTask(request.app.state.texts.send, request.session["name"], request.session["code"])
        return JSONResponse({"sent": True}, background=task)

    async def post(self, request: Request) -> Response:
        form = await request.form()
        if request.session.pop("code", None) != form["code"]:
            return JSONResponse({"error": "wrong code"}, 401)
        row = await request.app.state.people.by_name(request.session["name"])
        if row is None:
            return JSONResponse({"error": "wrong code"}, 401)
        request.session["person"] = row["id"]
        return JSONResponse({"ok": True})


async def logout(request: Request) -> Response:
    request.session.clear()
    return RedirectResponse("/", 303)


async def question(request: Request) -> Response:
    row = await request.app.state.people.by_name(request.query_params["name"])
    if row is None:
        return JSONResponse({"error": "unknown"}, 404)
    return JSONResponse({"question": row["question"]})


@requires("authenticated")
async def tagged(request: Request) -> Response:
    rows = await request.app.state.people.tagged(request.path_params["tag"])
    return JSONResponse([dict(row) for row in rows])


@requires("authenticated")
async def rename(request: Request) -> Response:
    body = await request.json()
    await request.app.state.people.database.execute(
        "UPDATE people SET name = :name WHERE id = :id", {"name": body["name"], "id": request.user.id}
    )
    return Response(status_code=204)


@requires("authenticated")
async def set_picture(request: Request) -> Response:
    number = int(request.query_params["person"])
    await request.app.state.pictures.put(number, await request.body())
    return Response(status_code=204)


@requires("editor")
async def publish(request: Request) -> Response:
    await request.app.state.articles.publish(int(request.path_params["id"]))
    return Response(status_code=204)


async def withdraw(request: Request) -> Response:
    await request.app.state.articles.withdraw(int(request.path_params["id"]))
    return Response(status_code=204)


async def out(request: Request) -> Response:
    target = request.query_params.get("to", "/")
    if not target.startswith("/"):
        target = "/"
    return RedirectResponse(target)


async def hook(request: Request) -> Response:
    body = await request.body()
    given = bytes.fromhex(request.headers.get("X-Seal", ""))
    if not check_seal(request.app.state.hook_key, body.decode(), given):
        return Response(status_code=403)
    log.info("hook %s", json.loads(body).get("kind"))
    return Response(status_code=204)


routes = [
    Route("/login", Login),
    Route("/login/code", CodeLogin),
    Route("/logout", logout, methods=["POST"]),
    Route("/question", question),
    Route("/people/tagged/{tag}", tagged),
    Route("/people/me", rename, methods=["PATCH"]),
    Route("/people/picture", set_picture, methods=["PUT"]),
    Route("/articles/{id:int}/publish", publish, methods=["POST"]),
    Route("/articles/{id:int}/withdraw", withdraw, methods=["POST"]),
    Route("/out", out),
    Route("/hook", hook, methods=["POST"]),
]
