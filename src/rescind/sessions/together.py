"""Strict checks of one event loop share round trips to the authority.

Whoever asks during one turn of the loop is asked for together, after all of them have asked: so each gets a
reply to a command that was sent after its check began.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic

from rescind.errors import Refused
from rescind.model.principal import P
from rescind.model.session import Facts, Session
from rescind.sessions.opaque import OpaqueChecks
from rescind.stores.base import Store

Run = Callable[..., Awaitable[Any]]
"""Runs blocking work in a thread and awaits it."""


class Together(Generic[P]):
    """For the tasks of one loop."""

    def __init__(self, checks: OpaqueChecks[P], store: Store, run: Run) -> None:
        self._checks = checks
        self._store = store
        self._run = run
        self._asked: list[tuple[Facts, asyncio.Future[bool]]] = []
        self._asking: set[asyncio.Task[None]] = set()

    async def check(self, token: str | None, tenant: str | None, touch: bool) -> Session[P] | Refused:
        """As ``OpaqueChecks.check_strictly``."""
        found = self._checks.strict_question(token)
        if (
            found is not None
            and found.facts is not None
            and (tenant is None or found.session.tenant == tenant)
            and await self._reads_the_same(found.facts)
        ):
            return found.session
        answer: Session[P] | Refused = await self._run(self._checks.check_strictly, token, tenant, touch)
        return answer

    def _reads_the_same(self, facts: Facts) -> asyncio.Future[bool]:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[bool] = loop.create_future()
        if not self._asked:
            loop.call_soon(self._send)
        self._asked.append((facts, answer))
        return answer

    def _send(self) -> None:
        asked, self._asked = self._asked, []
        task = asyncio.get_running_loop().create_task(self._ask(asked))
        self._asking.add(task)  # the loop itself keeps weak references only
        task.add_done_callback(self._asking.discard)

    async def _ask(self, asked: Sequence[tuple[Facts, asyncio.Future[bool]]]) -> None:
        answers = [False] * len(asked)
        try:
            answers = await self._run(self._store.unchanged_all, [facts for facts, _ in asked])
        finally:  # whatever happened: nobody waits for ever, and who gets no yes reads everything
            for (_, waiting), answer in zip(asked, answers, strict=True):
                if not waiting.done():
                    waiting.set_result(answer)
