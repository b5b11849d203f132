"""Answers that go on: judged before each part, ended with their session.

A synchronous generator that waits cannot be interrupted: it ends with the first part that it would have sent
afterwards. An asynchronous one is interrupted where it waits.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Iterator
from typing import Any

from rescind.django.making import away, made
from rescind.django.request import Request
from rescind.errors import Refused
from rescind.flows.context import running_request
from rescind.model.session import Session

logger = logging.getLogger("rescind.django")


def guard(ours: Request, response: Any) -> Any:
    """The answer, or, if it goes on and belongs to somebody who is signed in, the answer under guard."""
    store = ours.store
    session = None if store is None else store.known
    if session is None or not response.streaming or response.has_header("Content-Length"):
        return response
    ours.gate.engine.core.streams.served = True
    parts = response.streaming_content
    if response.is_async:
        # What Django wraps around the view's generator does not close it.
        source = getattr(response, "_iterator", None)
        response.streaming_content = _guarded_async(ours, session, parts, source)
    else:
        response.streaming_content = _guarded(ours, session, parts)
    return response


def _guarded(ours: Request, session: Session[Any], parts: Iterator[bytes]) -> Iterator[bytes]:
    core = ours.gate.engine.core
    patience = core.streams.patience()
    while True:
        running = running_request.set(ours)
        try:
            part = next(parts, None)
        finally:
            running_request.reset(running)
        if part is None or patience.is_over(core.judge_live(session.id, None)):
            return
        yield part


async def _guarded_async(
    ours: Request, session: Session[Any], parts: AsyncGenerator[bytes], source: Any
) -> AsyncGenerator[bytes]:
    core = ours.gate.engine.core
    patience = core.streams.patience()
    loop, told = asyncio.get_running_loop(), asyncio.Event()

    def tell(_: Refused) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed, and the connection with it
            loop.call_soon_threadsafe(told.set)

    # In a test nothing runs in the background: it is judged before each part alone.
    stream = None if made().testing else core.streams.register(session.id, tell)
    try:
        while True:
            part = await _next_or_told(parts, told)
            if part is None or patience.is_over(await _judged(ours, session)):
                return
            yield part
    finally:
        if stream is not None:
            core.streams.unregister(stream)
        await parts.aclose()
        if hasattr(source, "aclose"):
            await source.aclose()


async def _next_or_told(parts: AsyncGenerator[bytes], told: asyncio.Event) -> bytes | None:
    """The next part; ``None`` at the end, or as soon as it was told that the session has ended."""
    if told.is_set():
        return None
    coming: asyncio.Future[Any] = asyncio.ensure_future(anext(parts))
    ending: asyncio.Future[Any] = asyncio.ensure_future(told.wait())
    try:
        await asyncio.wait({coming, ending}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        ending.cancel()
        if not coming.done():
            coming.cancel()
            with contextlib.suppress(asyncio.CancelledError, StopAsyncIteration):
                await coming
    if told.is_set() or coming.cancelled():
        return None
    try:
        part: bytes = coming.result()
    except StopAsyncIteration:
        return None
    return part


async def _judged(ours: Request, session: Session[Any]) -> Refused | None:
    engine = ours.gate.engine
    if made().testing:
        return await away(engine.core.judge_live, session.id, None)
    try:
        await engine.aio.recheck(session, touch=False)
    except Refused as refused:
        return refused
    return None
