"""Real servers for the applications in this folder: processes of their own, on a free port of 127.0.0.1."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep

from tests.programs import Program
from tests.redis_server import free_port

ROOT = Path(__file__).parents[3]
STARTS_WITHIN = 60.0  # seconds
STOPS_WITHIN = 10.0
WORKERS = 2


def run(*command: str, folder: Path, environment: Mapping[str, str]) -> None:
    """A command of Python that must succeed."""
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=_environment(folder, environment),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def wsgi(
    application: str,
    folder: Path,
    environment: Mapping[str, str],
    workers: int = WORKERS,
    how: Sequence[str] = ("--threads", "4"),
) -> Iterator[str]:
    """gunicorn with worker processes; gives the base address.

    Args:
        how: of which kind they are; threads keep connections.
    """
    options = ["--workers", str(workers), *how, "--access-logfile", "-"]
    with _listening(
        folder, environment, ["gunicorn", *options, "--bind", "127.0.0.1:PORT", application]
    ) as base:
        yield base


@contextmanager
def asgi(application: str, folder: Path, environment: Mapping[str, str]) -> Iterator[str]:
    """uvicorn with worker processes; gives the base address."""
    options = ["--workers", str(WORKERS), "--log-level", "info", "--host", "127.0.0.1", "--port", "PORT"]
    with _listening(folder, environment, ["uvicorn", *options, application]) as base:
        yield base


@contextmanager
def _listening(folder: Path, environment: Mapping[str, str], words: Sequence[str]) -> Iterator[str]:
    port = free_port()
    command = [word.replace("PORT", str(port)) for word in words]
    with _process(command, port, folder / f"{port}.log", _environment(folder, environment)):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def _process(command: Sequence[str], port: int, log: Path, environment: dict[str, str]) -> Iterator[None]:
    process = _start(command, log, environment)
    try:
        until = monotonic() + STARTS_WITHIN
        while not _answers(port):
            assert process.returncode is None and monotonic() < until, (
                f"{command}:\n{log.read_text()[-3000:]}"
            )
            sleep(0.05)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        with suppress(AssertionError):
            process.wait(STOPS_WITHIN)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # what is left of its own session
        process.wait()


def _start(command: Sequence[str], log: Path, environment: dict[str, str]) -> Program:
    with log.open("w") as written, Path(os.devnull).open() as nothing:
        streams = (nothing.fileno(), written.fileno(), written.fileno())
        call = _in_an_interpreter_of_its_own if "--worker-class" in command else _forked
        return Program(call, *command, streams=streams, environment=environment, leads=True)


def _in_an_interpreter_of_its_own(*command: str) -> None:
    """What patches the standard library does so before anything is imported."""
    os.chdir(ROOT)
    os.execv(sys.executable, [sys.executable, "-m", *command])


def _forked(server: str, *words: str) -> None:
    """The server, whose workers are forks of it, as gunicorn's always are; each loads the application."""
    import gunicorn.app.wsgiapp
    import uvicorn._subprocess
    import uvicorn.main

    os.chdir(ROOT)
    sys.argv = [server, *words]
    if server == "gunicorn":
        gunicorn.app.wsgiapp.run()
    else:
        vars(uvicorn._subprocess)["spawn"] = multiprocessing.get_context("fork")
        uvicorn.main.main()


def _environment(folder: Path, more: Mapping[str, str]) -> dict[str, str]:
    return {**os.environ, "FOLDER": str(folder), "PYTHONPATH": str(ROOT), **more}


def _answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False
