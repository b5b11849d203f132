"""Asynchronous views under Django's test client: what they await is asked on the connection of the test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import TestCase, override_settings
from django.urls import path

from rescind.django import arevoke, require

pytestmark = pytest.mark.usefixtures("site")


@require(strict=True)
async def strict(request: HttpRequest) -> HttpResponse:
    return HttpResponse("in")


@require()
async def leave(request: HttpRequest) -> HttpResponse:
    receipt = await arevoke(user=await request.auser(), reason="left")
    return HttpResponse(receipt.state)


@require()
async def stream(request: HttpRequest) -> StreamingHttpResponse:
    async def parts() -> AsyncIterator[bytes]:
        yield b"one"
        yield b"two"

    return StreamingHttpResponse(parts())


urlpatterns = [path("strict", strict), path("leave", leave), path("stream", stream)]


@override_settings(ROOT_URLCONF=__name__)
class AsyncViewCases(TestCase):
    async def get(self, where: str) -> Any:
        user = await get_user_model().objects.acreate_user(f"user of {where}")
        await self.async_client.aforce_login(user)
        return await self.async_client.get(f"/{where}")

    async def test_a_strict_view_asks_the_authority(self) -> None:
        assert (await self.get("strict")).content == b"in"

    async def test_a_revocation_is_final_and_refuses_the_next_request(self) -> None:
        assert (await self.get("leave")).content == b"final"
        assert (await self.async_client.get("/strict")).status_code == 401

    async def test_a_stream_is_judged_before_each_part(self) -> None:
        answer = await self.get("stream")
        assert [part async for part in answer.streaming_content] == [b"one", b"two"]
