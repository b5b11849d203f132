"""A worker process of an application: holds sessions and checks them when told to.

As a script, ``python worker.py URL TYPE``: reads ``start ID``, ``check TOKEN`` and ``quit``, one a line, and
answers each with one line.
"""

from __future__ import annotations

import subprocess
import sys
from types import TracebackType
from typing import Self
from uuid import UUID

from rescind import Refused, Rescind

TYPES: dict[str, type[int | str | UUID]] = {"str": str, "int": int, "uuid": UUID}


class WorkerProcess:
    """The other side of the script."""

    def __init__(self, url: str, ids: str = "str") -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__, url, ids], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._process.communicate("quit\n", timeout=60)

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
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None and stdout is not None
        stdin.write(line + "\n")
        stdin.flush()
        return stdout.readline().strip()


def answer(auth: Rescind[int | str | UUID], word: str, rest: str) -> str:
    if word == "start":
        issued = auth.sessions.start(TYPES[sys.argv[2]](rest))
        settle(auth, issued.token)
        return f"{issued.session.id} {issued.token}"
    judged = auth.check(rest)
    return judged.code if isinstance(judged, Refused) else "accepted"


def settle(auth: Rescind[int | str | UUID], token: str) -> None:
    """Check until answers come from memory: this process has a lease then."""
    while auth.core.worker.current(auth.core.clock.lease()) is None:
        auth.check(token)


def main() -> None:
    with Rescind(sys.argv[1], principal_id=TYPES[sys.argv[2]]) as auth:
        for line in sys.stdin:
            word, _, rest = line.strip().partition(" ")
            if word == "quit":
                return
            sys.stdout.write(answer(auth, word, rest) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
