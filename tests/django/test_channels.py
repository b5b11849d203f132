"""A consumer of Channels: who is there, and the end of it."""

from __future__ import annotations

from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from channels.generic.websocket import WebsocketConsumer
from channels.routing import URLRouter
from django.contrib.auth import get_user_model
from django.test import TransactionTestCase, override_settings
from django.urls import path

from rescind.django import arevoke
from rescind.django.channels import AuthMiddleware
from rescind.django.making import drop

SOON = 10.0
"""Seconds on a busy machine; a socket hears of it in a few milliseconds."""


class Echo(WebsocketConsumer):
    """Says who is there, repeats what it hears, remembers how it ended."""

    ended: list[int] = []  # noqa: RUF012 - one for all

    def connect(self) -> None:
        user = self.scope["user"]
        if not user.is_authenticated:
            self.close(code=4403)
            return
        self.accept()
        self.send(text_data=f"{user.get_username()} {self.scope['session'].public_id}")

    def receive(self, text_data: Any = None, bytes_data: Any = None) -> None:
        self.send(text_data=text_data)

    def disconnect(self, code: int) -> None:
        self.ended.append(code)


application = AuthMiddleware(URLRouter([path("echo", Echo.as_asgi())]))


class Socket:
    """One connection, without a server."""

    def __init__(self, *headers: tuple[bytes, bytes]) -> None:
        scope = {"type": "websocket", "path": "/echo", "headers": list(headers), "subprotocols": []}
        self._app: Any = ApplicationCommunicator(application, scope)  # type: ignore[no-untyped-call]

    async def connect(self) -> dict[str, Any]:
        await self._app.send_input({"type": "websocket.connect"})
        return await self.heard()

    async def heard(self) -> dict[str, Any]:
        heard: dict[str, Any] = await self._app.receive_output(SOON)
        return heard

    async def say(self, text: str) -> None:
        await self._app.send_input({"type": "websocket.receive", "text": text})

    async def leave(self) -> None:
        await self._app.send_input({"type": "websocket.disconnect", "code": 1000})
        await self._app.wait(SOON)


@pytest.mark.usefixtures("site")
class ConsumerCases(TransactionTestCase):
    """In a suite of Django's."""

    def setUp(self) -> None:
        self.ada = get_user_model().objects.create_user("ada")
        self.client.force_login(self.ada)

    def socket(self, *lines: tuple[bytes, bytes]) -> Socket:
        key = self.client.cookies["sessionid"].value
        return Socket((b"host", b"testserver"), (b"cookie", f"sessionid={key}".encode()), *lines)

    async def test_who_is_signed_in_gets_in(self) -> None:
        socket = self.socket()
        assert (await socket.connect())["type"] == "websocket.accept"
        assert (await socket.heard())["text"].startswith("ada ")
        await socket.say("hello")
        assert (await socket.heard())["text"] == "hello"
        await socket.leave()

    async def test_nobody_is_nobody(self) -> None:
        for cookie in (b"", b"sessionid=rsc_s_junk", b"sessionid=junk"):
            told = await Socket((b"cookie", cookie)).connect()
            assert (told["type"], told["code"]) == ("websocket.close", 4403)

    async def test_an_inactive_user_is_nobody(self) -> None:
        await get_user_model().objects.filter(pk=self.ada.pk).aupdate(is_active=False)
        assert (await self.socket().connect())["code"] == 4403

    async def test_what_is_said_after_the_end_is_not_heard(self) -> None:
        """In a suite nothing watches in the background: it is judged with each message."""
        socket = self.socket()
        await socket.connect()
        await socket.heard()
        await arevoke(user=self.ada, reason="left")
        await socket.say("still there?")
        told = await socket.heard()
        assert (told["type"], told["code"]) == ("websocket.close", 4001)

    async def test_a_page_of_another_site_does_not_get_in(self) -> None:
        elsewhere = (b"origin", b"https://evil.example")
        assert (await self.socket(elsewhere).connect())["type"] == "websocket.close"
        below = (b"origin", b"https://a.evil.example")
        for trusted, line in (("https://evil.example", elsewhere), ("https://*.evil.example", below)):
            with override_settings(CSRF_TRUSTED_ORIGINS=[trusted]):
                drop()
                socket = self.socket(line)
                assert (await socket.connect())["type"] == "websocket.accept"
                await socket.leave()
        drop()
