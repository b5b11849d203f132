"""An id for every request: in its refusal, in the audit events of what it does."""

from __future__ import annotations

import re
from itertools import count

from rescind._tokens import new_id
from rescind.transport.message import HeaderList

_SAFE = re.compile(rb"[A-Za-z0-9._:/+=-]{1,128}\Z")


class RequestIds:
    """Ids that no other process gives. No secrets: one random start per process, then a number."""

    def __init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        """After a fork: parent and child must not count on from the same start."""
        self._start = new_id()[:16]
        self._numbers = count(1)

    def of(self, headers: HeaderList) -> str:
        """The id that the proxy gave in ``X-Request-ID``, if it may stand in a log, else a new one."""
        for name, value in headers:
            if name == b"x-request-id" and _SAFE.match(value):
                given: str = value.decode("ascii")
                return given
        return f"{self._start}-{next(self._numbers):x}"
