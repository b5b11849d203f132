"""Answers that go on end with their session."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth import get_user_model
from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.test import AsyncRequestFactory, RequestFactory, TestCase, TransactionTestCase

from rescind.django import revoke, session_of
from rescind.django.middleware import SessionMiddleware
from rescind.errors import StoreUnavailable

pytestmark = pytest.mark.usefixtures("site")


class StreamCases(TestCase):
    def setUp(self) -> None:
        self.ada = get_user_model().objects.create_user("ada")
        self.client.force_login(self.ada)
        self.closed = False

    def answer(self, *, asks: bool = True, length: str | None = None) -> StreamingHttpResponse:
        def parts() -> Iterator[bytes]:
            try:
                for number in range(1000):
                    yield str(number).encode()
            finally:
                self.closed = True

        def view(request: HttpRequest) -> StreamingHttpResponse:
            if asks:
                session_of(request)
            made = StreamingHttpResponse(parts())
            if length is not None:
                made["Content-Length"] = length
            return made

        request = RequestFactory().get("/")
        request.COOKIES["sessionid"] = self.client.cookies["sessionid"].value
        made: StreamingHttpResponse = SessionMiddleware(view)(request)
        return made

    def test_the_first_part_after_the_end_is_not_sent(self) -> None:
        answer = self.answer()
        parts = iter(answer)
        assert [next(parts) for _ in range(3)] == [b"0", b"1", b"2"]
        revoke(user=self.ada, reason="x")
        assert list(parts) == []
        answer.close()
        assert self.closed

    def test_what_nobody_asked_for_or_has_a_length_goes_on(self) -> None:
        for answer in (self.answer(asks=False), self.answer(length="2890")):
            parts = iter(answer)
            next(parts)
            revoke(user=self.ada, reason="x")
            assert len(list(parts)) == 999

    def test_while_the_authority_is_away_it_has_some_time(self) -> None:
        from rescind.django import engine

        now = 0.0
        clock = pytest.MonkeyPatch()
        clock.setattr(engine().core.clock, "lease", lambda: now)
        self.addCleanup(clock.undo)
        parts = iter(self.answer())
        next(parts)

        def away(*_: object, **__: object) -> None:
            raise StoreUnavailable("x")

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(engine().core.store, "facts", away)
            assert next(parts) == b"1"
            now = engine().settings.stream_grace - 0.1
            assert next(parts) == b"2"
            now += 0.2
            assert list(parts) == []


class AsyncStreamCases(TransactionTestCase):
    def setUp(self) -> None:
        self.ada = get_user_model().objects.create_user("ada")
        self.client.force_login(self.ada)

    async def test_it_is_judged_before_each_part_and_closed(self) -> None:
        closed = asyncio.Event()

        async def parts() -> AsyncIterator[bytes]:
            try:
                for number in range(1000):
                    yield str(number).encode()
            finally:
                closed.set()

        async def view(request: HttpRequest) -> StreamingHttpResponse:
            await request.session.afind()
            assert session_of(request) is not None
            return StreamingHttpResponse(parts())

        request = AsyncRequestFactory().get("/")
        request.COOKIES["sessionid"] = self.client.cookies["sessionid"].value
        answer = await SessionMiddleware(view)(request)
        got = []
        async for part in answer:
            got.append(part)
            if len(got) == 3:
                await sync_to_async(revoke)(user=self.ada, reason="x")
        assert got == [b"0", b"1", b"2"]
        assert closed.is_set()


def test_a_file_is_sent_whole() -> None:
    with Path(__file__).open("rb") as file, closing(FileResponse(file)) as answer:
        assert answer.has_header("Content-Length")
