"""Running what asks an application."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from rescind.cli.drill.target import until_done


def test_an_interrupt_leaves_no_loop_half_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mutation: it arrives in the middle, and the loop complains of what it lacks when it is collected."""
    made: list[asyncio.AbstractEventLoop] = []
    began: list[str] = []

    def making() -> asyncio.AbstractEventLoop:
        os.kill(os.getpid(), signal.SIGINT)
        made.append(asyncio.SelectorEventLoop())
        return made[0]

    async def work() -> None:
        began.append("the drill")

    monkeypatch.setattr(asyncio.events, "new_event_loop", making)
    with pytest.raises(KeyboardInterrupt):
        until_done(work())
    assert made[0].is_closed() and began == []
