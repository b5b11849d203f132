"""Ways to run the program: in this process, as a process, and on a terminal."""

from __future__ import annotations

import errno
import json
import os
import pty
import select
import signal
import subprocess
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

from click.testing import CliRunner
from tests import programs

from rescind.cli import main

PROGRAM = [sys.executable, "-m", "rescind"]
INTERRUPT = "Ctrl-C"


class Done(NamedTuple):
    """What a run left: exit code, standard output, standard error."""

    code: int
    out: str
    err: str

    @property
    def object(self) -> Any:
        """The one JSON object on standard output."""
        (line,) = self.out.splitlines()
        return json.loads(line)

    @property
    def rows(self) -> list[list[str]]:
        """Tab-separated lines."""
        return [line.split("\t") for line in self.out.splitlines()]


class Shell:
    """Runs commands given as one text, split at spaces; further words as they are."""

    def __call__(self, line: str, *words: str, stdin: str | None = None) -> Done:
        """In this process, with pipes."""
        result = CliRunner().invoke(main, [*line.split(), *words], input=stdin)
        return Done(result.exit_code, result.stdout, result.stderr)

    def process(self, line: str, *words: str, stdin: str = "", **environment: str) -> Done:
        """As a process of its own, with no terminal."""
        done = programs.run(
            programs.rescind, *line.split(), *words, stdin=stdin, environment=os.environ | environment
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def started(self, line: str, *words: str, **environment: str) -> Done:
        """As a process of its own with an interpreter of its own, which reads the environment for itself."""
        done = subprocess.run(
            [*PROGRAM, *line.split(), *words],
            input="",
            capture_output=True,
            text=True,
            timeout=60,
            env=os.environ | environment,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def terminal(
        self, line: str, *words: str, answers: Sequence[tuple[str, str]] = (), **environment: str
    ) -> Done:
        """As a process on a terminal; all that is shown is in ``out``.

        Args:
            answers: what to wait for on the screen, and what to type then; ``INTERRUPT`` is Ctrl-C.
        """
        ours, theirs = pty.openpty()
        child = programs.Program(
            programs.rescind,
            *line.split(),
            *words,
            streams=(theirs, theirs, theirs),
            environment=os.environ | {"TERM": "xterm", "COLUMNS": "200"} | environment,
        )
        os.close(theirs)
        shown = b""
        for prompt, typed in answers:
            shown += _read_until(ours, prompt)
            if typed == INTERRUPT:
                child.send_signal(signal.SIGINT)
            else:
                os.write(ours, typed.encode())
        shown += _read_until(ours, None)
        os.close(ours)
        return Done(child.wait(), shown.decode().replace("\r\n", "\n"), "")


def _read_until(descriptor: int, text: str | None) -> bytes:
    """What is shown up to ``text``, or to the end."""
    shown = b""
    while text is None or text.encode() not in shown:
        more = _read(descriptor)
        if not more:
            break
        shown += more
    return shown


def _read(descriptor: int) -> bytes:
    ready, _, _ = select.select([descriptor], [], [], 60)
    assert ready, "the program says nothing any more"
    try:
        return os.read(descriptor, 65536)
    except OSError as error:
        if error.errno == errno.EIO:  # the other side was closed by everybody
            return b""
        raise
