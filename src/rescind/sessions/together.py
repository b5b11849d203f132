"""Strict checks of one event loop share round trips to the authority.

Whoever asks during one turn of the loop is asked for together, after all of them have asked: so each gets a
reply to a command that was sent after its check began.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Generic

from rescind.errors import Refused, StoreUnavailable
from rescind.model.principal import P
from rescind.model.session import Facts, Session
from rescind.sessions.opaque import OpaqueChecks
from rescind.stores.base import Store

logger = logging.getLogger("rescind.check")


class Together(Generic[P]):
    """For the tasks of one loop."""

    def __init__(self, checks: OpaqueChecks[P], store: Store) -> None:
        self._checks = checks
        self._asker = checks.asker
        self._store = store
        self._asked: list[tuple[Facts, asyncio.Future[bool]]] = []
        self._asking: set[asyncio.Task[None]] = set()

    async def check(self, token: str | None, tenant: str | None, touch: bool) -> Session[P] | Refused:
        """As ``OpaqueChecks.check_strictly``."""
        began, found = self._asker.begin(), self._checks.strict_question(token)
        if (
            found is not None
            and found.facts is not None
            and (tenant is None or found.session.tenant == tenant)
            and not self._asker.refuses()
            and await self._reads_the_same(found.facts)
        ):
            return found.session
        return await self._asker.arun(self._checks.strict_steps(token, tenant, touch), began)

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
            answers = await self._asker.off(self._store.unchanged_all, [facts for facts, _ in asked])
        except StoreUnavailable as error:
            logger.debug("not read together: %s", error)
        finally:  # whatever happened: nobody waits for ever, and who gets no yes reads everything
            for (_, waiting), answer in zip(asked, answers, strict=True):
                if not waiting.done():
                    waiting.set_result(answer)
