"""Where flows run that an event loop awaits."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import pytest

from rescind.errors import ConfigurationError
from rescind.flows.offload import Offload

known: ContextVar[str] = ContextVar("known")


def seen() -> tuple[str, str]:
    return threading.current_thread().name.partition("_")[0], known.get("nothing")


async def asked(of: Offload) -> tuple[str, str]:
    known.set("of the task")
    return await of.run(seen)


def test_in_a_pool_of_its_own_with_the_context_of_who_awaits() -> None:
    offload = Offload()
    assert asyncio.run(asked(offload)) == ("rescind-flow", "of the task")
    offload.close()


@pytest.mark.parametrize("bound", [False, True])
def test_a_runner_says_where(bound: bool) -> None:
    async def here(call: Callable[[], Any]) -> Any:
        return call()

    offload = Offload(bound=bound)
    offload.run_by(here)
    assert asyncio.run(asked(offload)) == ("MainThread", "of the task")


def test_what_belongs_to_a_thread_is_handed_to_no_other() -> None:
    threads = set(threading.enumerate())
    with pytest.raises(ConfigurationError, match="run_by"):
        asyncio.run(asked(Offload(bound=True)))
    assert set(threading.enumerate()) <= threads  # one of an earlier test may have ended meanwhile
