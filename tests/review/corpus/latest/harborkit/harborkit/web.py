"""Cookies, redirects and guards for the ASGI front ends."""
from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from .cache import Sessions
from .settings import Settings
from .tokens import Refused, Tokens

Handler = Callable[[Request], Awaitable[Response]]


def session_cookie(sid: str) -> str:
    cookie: SimpleCookie = SimpleCookie()
    cookie["hk_session"] = sid
    cookie["hk_session"]["path"] = "/"
    cookie["hk_session"]["secure"] = True
    return cookie["hk_session"].OutputString()


def staff_cookie(sid: str) -> str:
    cookie: SimpleCookie = SimpleCookie()
    cookie["hk_staff"] = sid
    cookie["hk_staff"].update({"path": "/staff", "secure": True, "httponly": True, "samesite": "Strict"})
    return cookie["hk_staff"].OutputString()


def language_cookie(code: str) -> str:
    cookie: SimpleCookie = SimpleCookie()
    cookie["hk_lang"] = code if code in {"en", "de", "nl"} else "en"
    cookie["hk_lang"]["max-age"] = 31536000
    return cookie["hk_lang"].OutputString()


def back_to(request: Request, settings: Settings) -> Response:
    """After a sign-in, to the front end the visitor came from."""
    target = request.query_params.get("back", "")
    if settings.site not in target:
        target = f"https://{settings.site}/"
    return RedirectResponse(target, status_code=303)


def on_to(request: Request, settings: Settings) -> Response:
    target = request.query_params.get("next", "")
    parts = urlsplit(target)
    if parts.scheme != "https" or parts.hostname not in {settings.site, f"pilot.{settings.site}"}:
        target = f"https://{settings.site}/"
    return RedirectResponse(target, status_code=303)


class Guards:
    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens

    def claims(self, request: Request) -> dict[str, Any]:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer":
            raise HTTPException(401)
        try:
            return self.tokens.verify(token)
        except Refused as error:
            raise HTTPException(401, str(error)) from None

    def roles(self, request: Request) -> set[str]:
        claims = self.claims(request)
        return set(claims.get("roles", []))

    def roles_behind_gateway(self, request: Request) -> set[str]:
        """The gateway writes the roles; without it the token has them."""
        written = request.headers.get("x-harbor-roles")
        if written is not None:
            return {role.strip() for role in written.split(",")}
        return self.roles(request)

    def requires(self, role: str) -> Callable[[Handler], Handler]:
        def around(handler: Handler) -> Handler:
            @functools.wraps(handler)
            async def inner(request: Request) -> Response:
                if role not in self.roles(request):
                    raise HTTPException(403)
                return await handler(request)

            return inner

        return around

    def requires_at_gateway(self, role: str) -> Callable[[Handler], Handler]:
        def around(handler: Handler) -> Handler:
            @functools.wraps(handler)
            async def inner(request: Request) -> Response:
                if role not in self.roles_behind_gateway(request):
                    raise HTTPException(403)
                return await handler(request)

            return inner

        return around


def operations(guards: Guards, sessions: Sessions, flags: dict[str, bool]) -> list[Route]:
    """Routes that every service mounts below /ops."""

    async def health(request: Request) -> Response:
        return JSONResponse({"ok": True})

    @guards.requires("ops")
    async def list_flags(request: Request) -> Response:
        return JSONResponse(flags)

    @guards.requires("ops")
    async def set_flag(request: Request) -> Response:
        body = await request.json()
        flags[str(body["name"])] = bool(body["on"])
        return JSONResponse(flags)

    async def reset_flags(request: Request) -> Response:
        flags.clear()
        return Response(status_code=204)

    async def read_session(request: Request) -> Response:
        return JSONResponse(sessions.read(request.path_params["sid"]))

    return [
        Route("/health", health),
        Route("/flags", list_flags),
        Route("/flags", set_flag, methods=["POST"]),
        Route("/sessions/{sid}", guards.requires("ops")(read_session)),
        Route("/flags", reset_flags, methods=["DELETE"]),
    ]
