"""The demo's processes: modules of ours that end when their input closes, and are stopped by their pid.

A server loads its application first and listens when it is told to (`go`): all load side by side, and those
that need the tables of another one come after it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic
from typing import TextIO

WORKERS = 2  # of each application
STOPS_WITHIN = 8.0  # seconds, before it is killed
GO = b"go\n"


class ServersFailed(RuntimeError):
    """The servers did not come up; the message holds what they wrote."""


def start(
    module: str, *arguments: str, log: TextIO, environ: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Runs a module of the demo; what it writes goes to `log`."""
    return subprocess.Popen(  # noqa: S603 - our own module, no input of others
        [sys.executable, "-m", f"rescind.demo.{module}", *arguments],
        stdin=subprocess.PIPE,
        stdout=log,
        stderr=log,
        env=environ,
        start_new_session=True,  # Ctrl-C reaches the demo, which then stops them in order
    )


def go(process: subprocess.Popen[bytes]) -> None:
    """Lets a server listen. One that has ended already is noticed by whoever waits for its answers."""
    if process.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(GO)
            process.stdin.flush()


def wait_for_go() -> None:
    """In a server: until it is told, and from then on its end is watched for: whoever started it is gone."""
    if os.read(0, len(GO)) != GO:
        raise SystemExit(0)
    threading.Thread(target=_stop_with_parent, daemon=True).start()


def _stop_with_parent() -> None:
    os.read(0, 1)  # not `sys.stdin`, whose lock an interpreter that ends would wait for
    os.kill(os.getpid(), signal.SIGTERM)


def stop(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    """Asks every process to end, and kills those that have not after `STOPS_WITHIN`."""
    try:
        for process in processes:
            process.terminate()
        until = monotonic() + STOPS_WITHIN
        for process in processes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, until - monotonic()))
    finally:
        for process in processes:
            process.kill()  # nothing happens to those that have ended
            process.wait()
            if process.stdin is not None:
                with contextlib.suppress(BrokenPipeError):
                    process.stdin.close()


def tail(log: Path) -> str:
    """Its last lines."""
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-12:])
