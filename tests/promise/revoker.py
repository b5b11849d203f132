"""A revoker that kills itself (SIGKILL) at its Nth step.

It reads orders, ``URL STEP SCOPE TARGET ID``. A step is any call or return of a function of rescind, a driver
or SQLAlchemy's transaction while ``revoke()`` runs. ``STEP`` 0 counts them: the number is printed and the
revocation completes.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType
from typing import Any

from rescind import Rescind
from rescind.stores.sqlalchemy import statements
from rescind.stores.sqlalchemy.query import Query

WATCHED = ("/rescind/", "/sqlalchemy/engine/base", "/sqlalchemy/engine/default", "/psycopg/", "/redis/")


class Steps:
    """A profile function that counts and, at the chosen step, ends the process as power loss would."""

    def __init__(self, fatal: int) -> None:
        self.fatal = fatal
        self.count = 0

    def __call__(self, frame: FrameType, event: str, argument: Any) -> None:
        c_call = (
            event.startswith("c_") and getattr(argument, "__self__", None).__class__.__module__ == "sqlite3"
        )
        if c_call or any(part in frame.f_code.co_filename for part in WATCHED):
            self.count += 1
            if self.count == self.fatal:
                os.kill(os.getpid(), signal.SIGKILL)


def revoke(url: str, step: str, scope: str, target: str, revocation_id: str) -> None:
    auth = Rescind(url)
    auth.open()
    steps = Steps(int(step))
    sys.setprofile(steps)
    if scope == "session":
        auth.revoke(session=target, reason="killed", id=revocation_id)
    else:
        auth.revoke(principal=target, reason="killed", id=revocation_id)
    sys.setprofile(None)
    print(steps.count, flush=True)
    auth.close()


def main() -> None:
    """One order a line; each is carried out by a child of its own, because starting Python takes longer.

    Statements are compiled when they are first used: here, so that no step is one of the compiler.
    """
    for query in vars(statements).values():
        if isinstance(query, Query):
            assert query.sql and query.on_postgres.sql
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            revoke(*line.split())
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print("killed" if os.WIFSIGNALED(status) else f"exit {os.waitstatus_to_exitcode(status)}", flush=True)
