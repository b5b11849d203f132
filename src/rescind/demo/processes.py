"""The demo's processes: modules of ours that end when their input closes, and are stopped by their pid."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic
from typing import TextIO

STOPS_WITHIN = 8.0  # seconds, before it is killed


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
                process.stdin.close()


def tail(log: Path) -> str:
    """Its last lines."""
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-12:])
