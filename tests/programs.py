"""Python programs, each in a process of its own that starts at once.

It is forked from a server that has imported what such programs need and done nothing else: an interpreter of
its own, which imports it all, takes longer than what most tests look at. Where the start is the point, tests
run ``sys.executable``.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Self

SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(
    [
        *("tests.promise.worker", "tests.cli.worker", "rescind.testing.records"),
        *("rescind.stores.sqlalchemy.sqlite_store", "rescind.stores.sqlalchemy.postgres"),
        "rescind.stores.contents",
        *("rescind.stores.redis", "rescind.stores.sqlalchemy.migrations"),
        *(
            "rescind.cli.revoke",
            "rescind.cli.sessions",
            "rescind.cli.doctor",
            "rescind.cli.principals.create",
        ),
        *("flask.cli", "rescind.cli.in_flask"),
        *("rescind.fastapi", "django.db.models", "django.core.handlers.asgi"),
        *("gunicorn.app.wsgiapp", "gunicorn.workers.gthread", "uvicorn.main", "uvicorn.protocols.http.auto"),
    ]
)
PATIENCE = 60.0


class Program:
    """A process that calls ``call``, for a test much like one that ``subprocess.Popen`` started.

    Args:
        call: a function of a module. What it raises or leaves to ``sys.exit`` decides the exit code.
        arguments: of the call.
        streams: descriptors for its input, output and errors; ours by default.
        environment: all of it; ours by default.
        user: whom it runs as.
        leads: it starts processes of its own, so whoever started it sees to its end.
    """

    def __init__(
        self,
        call: Callable[..., object],
        *arguments: object,
        streams: tuple[int, int, int] = (0, 1, 2),
        environment: Mapping[str, str] | None = None,
        user: int | None = None,
        leads: bool = False,
    ) -> None:
        passed = [Connection(os.dup(stream)) for stream in streams]
        given = dict(os.environ if environment is None else environment)
        described = (call, arguments, passed, given, user)
        self._process = SERVER.Process(target=_run, args=described, daemon=not leads)
        self._process.start()
        for one in passed:
            one.close()
        assert self._process.pid is not None
        self.pid = self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def wait(self, seconds: float = PATIENCE) -> int:
        self._process.join(seconds)
        code = self.returncode
        assert code is not None, "the program does not end"
        return code

    def send_signal(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class Piped(Program):
    """A program that is talked to line by line; its errors go where ours go."""

    def __init__(self, call: Callable[..., object], *arguments: object) -> None:
        (its_input, ours), (theirs, its_output) = os.pipe(), os.pipe()
        super().__init__(call, *arguments, streams=(its_input, its_output, 2))
        os.close(its_input)
        os.close(its_output)
        self.stdin, self.stdout = os.fdopen(ours, "w"), os.fdopen(theirs)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if not self.stdout.closed:
            self.communicate()

    def communicate(self, said: str = "") -> str:
        """The rest of its output, after ``said`` and the end of its input."""
        with suppress(BrokenPipeError):
            self.stdin.write(said)
            self.stdin.close()
        with self.stdout:
            answer = self.stdout.read()
        self.wait()
        return answer


def run(
    call: Callable[..., object],
    *arguments: object,
    stdin: str = "",
    environment: Mapping[str, str] | None = None,
    user: int | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end."""
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        given.write(stdin.encode())
        given.seek(0)
        streams = (given.fileno(), out.fileno(), err.fileno())
        code = Program(call, *arguments, streams=streams, environment=environment, user=user).wait()
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess([], code, out.read().decode(), err.read().decode())


def text(source: str, *words: object) -> None:
    """For ``call``: what ``python -c source words`` runs."""
    sys.argv = ["-c", *map(str, words)]
    exec(compile(source, "<program>", "exec"), {"__name__": "__main__"})


def rescind(*words: str) -> None:
    """For ``call``: what ``python -m rescind words`` runs."""
    from rescind.cli import main

    main(list(words), prog_name="rescind")


def flask(*words: str) -> None:
    """For ``call``: what ``flask words`` runs."""
    from flask.cli import cli

    cli.main(list(words), prog_name="flask")


def _run(
    call: Callable[..., object],
    arguments: tuple[object, ...],
    streams: list[Connection],
    environment: dict[str, str],
    user: int | None,
) -> None:
    """In the new process: what else differs from one interpreter to the next."""
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, stream in enumerate(streams):
        os.dup2(stream.fileno(), number)
        stream.close()
    sys.stdin, sys.stdout = os.fdopen(0, closefd=False), os.fdopen(1, "w", closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, errors="backslashreplace", closefd=False)
    os.environ.clear()
    os.environ.update(environment)
    sys.path.insert(0, "")
    if user is not None:
        os.setreuid(user, user)
    call(*arguments)
