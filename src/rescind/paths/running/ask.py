"""Starts the child, bounds its time, and says what happened."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

TIMEOUT_S = 30.0
LONGEST = 1 << 30


class Answer(NamedTuple):
    """What the child brought back.

    Attributes:
        facts: of the framework; empty where the application could not be imported.
        notes: what happened, for people: a failure and where, a time-out, connections, output.
        misnamed: what was named is not there; there is nothing to fall back to.
    """

    facts: dict[str, Any]
    notes: tuple[str, ...]
    misnamed: bool = False


def ask(target: str, folder: Path, *, timeout: float = TIMEOUT_S) -> Answer:
    """Import ``module:app`` in a process of its own, with ``folder`` first on its path.

    Args:
        timeout: in seconds, for importing and answering.
    """
    with tempfile.TemporaryFile() as printed:
        read, write = os.pipe()
        try:
            process = start(target, folder, write, printed)
        finally:
            os.close(write)
        text, why = gathered(process, read, timeout)
        size = printed.seek(0, os.SEEK_END)
    return told(target, text, why, size)


def start(target: str, folder: Path, write: int, printed: Any) -> subprocess.Popen[bytes]:
    environment = os.environ | {"RESCIND_PATHS_FD": str(write)}
    paths = [str(folder), *filter(None, [environment.get("PYTHONPATH")])]
    environment["PYTHONPATH"] = os.pathsep.join(paths)
    return subprocess.Popen(  # noqa: S603 - the interpreter that runs this, and a name that the person gave
        [sys.executable, "-m", "rescind.paths.running.child", target],
        cwd=folder, env=environment, pass_fds=[write], stdin=subprocess.DEVNULL, stdout=printed,
        stderr=printed, start_new_session=True,
    )  # fmt: skip


def gathered(process: subprocess.Popen[bytes], read: int, timeout: float) -> tuple[bytes, str]:
    """All that it writes until it is done; an empty text and why, if it is not in time."""
    import selectors
    from time import (
        monotonic,
    )  # hygiene: ok clock because how long another process may take is no time of the model

    parts: list[bytes] = []
    ends = monotonic() + timeout
    why = ""
    with selectors.DefaultSelector() as ready, os.fdopen(read, "rb", buffering=0) as pipe:
        ready.register(pipe, selectors.EVENT_READ)
        while True:
            left = ends - monotonic()
            if left <= 0 or not ready.select(left):
                why = f"importing it took longer than {timeout:g} s"
                break
            part = pipe.read(1 << 16)
            if not part:
                break
            parts.append(part)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(
            process.pid, signal.SIGKILL
        )  # the child itself has ended, or has to; so have those it started
    process.wait()
    return (b"" if why else b"".join(parts)), why


def told(target: str, text: bytes, why: str, printed: int) -> Answer:
    facts: dict[str, Any] = {}
    notes: list[str] = []
    if text and not why:
        try:
            facts = json.loads(text)
        except ValueError:
            why = "its answer was cut off: the process ended while it was written"
    elif not why:
        why = "the process ended before it answered"
    if "error" in facts:
        file, line = facts.get("trace") or ("", 0)
        why = facts["error"] + (f" ({file}:{line})" if file and not facts.get("usage") else "")
    if why:
        notes.append(f"{target} could not be imported: {why}")
    if facts.get("opened"):
        notes.append(f"importing {target} opened connections: {', '.join(facts['opened'])}")
    if printed:
        notes.append(f"importing {target} printed {printed:,} bytes")
    return Answer({} if "error" in facts else facts, tuple(notes), bool(facts.get("usage")))
