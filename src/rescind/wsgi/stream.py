"""An answer that goes on: judged before each part, ended with its session.

A *stream* is an answer to a guarded request without ``Content-Length``. A generator that waits cannot be
interrupted under WSGI: it ends with the first part that it would have sent afterwards.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator

from rescind.errors import Refused
from rescind.flows.context import running_request
from rescind.model.session import Session
from rescind.wsgi.request import Request

logger = logging.getLogger("rescind.wsgi")


def _nothing() -> None:
    """How a body is closed that has nothing to close, or was closed."""


class Stream:
    """The body of an answer that goes on.

    Args:
        request: whose.
        body: of the application.

    Attributes:
        ended: why it was ended, ``None`` while it was not.
    """

    ended: Refused | None = None

    def __init__(self, request: Request, body: Iterable[bytes]) -> None:
        self._request = request
        self._close: Callable[[], object] = getattr(body, "close", _nothing)
        self._parts = iter(body)
        core, token = request.gate.engine.core, request.token
        self._core = core
        self._signer = None if token is None else core.checks.signer_of(token)
        self._patience = core.streams.patience()
        core.streams.served = True

    def refused_now(self) -> Refused | None:
        """Judge its session again; ``None`` while it may go on. While the authority cannot be reached it may
        for ``stream_grace``."""
        session = self._request.judged
        if not isinstance(session, Session):
            return None
        refused = self._core.judge_live(session.id, self._signer)
        return refused if self._patience.is_over(refused) else None

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if self.ended is not None:
            raise StopIteration
        running = running_request.set(self._request)
        try:
            part = next(self._parts)
        finally:
            running_request.reset(running)
        self.ended = self.refused_now()
        if self.ended is None:
            return part
        self.close()
        raise StopIteration

    def close(self) -> None:
        """What servers call, whatever became of the answer."""
        close, self._close = self._close, _nothing
        running = running_request.set(self._request)
        try:
            close()
        except Exception as error:
            if self.ended is None:
                raise
            # It was told that it is over, and this is how it took it.
            logger.debug("the application of an ended stream raised", exc_info=error)
        finally:
            running_request.reset(running)
            self._request.complete_receipts()
