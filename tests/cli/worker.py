"""A worker process of an application: holds sessions and checks them when told to.

It reads ``start ID``, ``check TOKEN`` and ``quit``, one a line, and answers each with one line.
"""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Self
from uuid import UUID

from tests.programs import Piped

from rescind import Refused, Rescind

TYPES: dict[str, type[int | str | UUID]] = {"str": str, "int": int, "uuid": UUID}


class WorkerProcess:
    """The other side of ``main``."""

    def __init__(self, url: str, ids: str = "str") -> None:
        self._process = Piped(main, url, ids)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._process.returncode is None:
            self._process.communicate("quit\n")

    @property
    def pid(self) -> int:
        return self._process.pid

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()

    def start(self, principal: str) -> tuple[str, str]:
        """Open a session; its id and its token. Its first check has been answered, so it is a worker now."""
        session, token = self._ask(f"start {principal}").split()
        return session, token

    def check(self, token: str) -> str:
        """``accepted`` or the code of the refusal."""
        return self._ask(f"check {token}")

    def _ask(self, line: str) -> str:
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip()


def answer(auth: Rescind[int | str | UUID], ids: str, word: str, rest: str) -> str:
    if word == "start":
        issued = auth.sessions.start(TYPES[ids](rest))
        settle(auth, issued.token)
        return f"{issued.session.id} {issued.token}"
    judged = auth.check(rest)
    return judged.code if isinstance(judged, Refused) else "accepted"


def settle(auth: Rescind[int | str | UUID], token: str) -> None:
    """Check until answers come from memory: this process has a lease then."""
    while auth.core.worker.current(auth.core.clock.lease()) is None:
        auth.check(token)


def main(url: str, ids: str) -> None:
    with Rescind(url, principal_id=TYPES[ids]) as auth:
        for line in sys.stdin:
            word, _, rest = line.strip().partition(" ")
            if word == "quit":
                return
            sys.stdout.write(answer(auth, ids, word, rest) + "\n")
            sys.stdout.flush()
