"""What the commands that ask an application have in common: the file, whom it may ask, how it can fail."""

from __future__ import annotations

import asyncio
import importlib.util
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

from rescind.cli.codes import ExitCode, Failed
from rescind.cli.options import with_run
from rescind.cli.output import Run
from rescind.drill.errors import DrillError
from rescind.drill.read import read_file
from rescind.errors import MissingExtra

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")


def with_target(command: F) -> F:
    """``FILE``, ``--base`` and ``--i-may-test``; the command gets ``plan`` and ``allow``."""

    def wrapped(run: Run, file: Path, base: tuple[str, ...], allow: tuple[str, ...], **rest: Any) -> Any:
        if importlib.util.find_spec("h11") is None:
            raise MissingExtra("tools", "rescind drill")
        with as_usage():
            plan = read_file(file)
            if base:
                plan = msgspec.structs.replace(plan, target=msgspec.structs.replace(plan.target, bases=base))
            return command(run, plan=plan, allow=allow, **rest)

    wrapped.__name__, wrapped.__doc__ = command.__name__, command.__doc__
    made: Any = with_run(wrapped)
    for option in (
        click.option("--i-may-test", "allow", metavar="HOST", multiple=True,
                     help="A host that is not yours to see; may come several times."),
        click.option("--base", metavar="URL", multiple=True,
                     help="In place of target.bases; may come several times."),
        click.argument("file", type=click.Path(path_type=Path)),
    ):  # fmt: skip
        made = option(made)
    return made  # type: ignore[no-any-return]


@contextmanager
def as_usage() -> Iterator[None]:
    """A file that cannot be run, or a host that nobody agreed to, is code 2."""
    try:
        yield
    except DrillError as error:
        raise Failed(ExitCode.USAGE, str(error)) from error


def until_done(work: Coroutine[Any, Any, T]) -> T:
    """Runs it. Ctrl-C and SIGTERM let it undo what it ended, then end the command."""

    async def cancelled_by_terminate() -> T:
        task = asyncio.current_task()
        if task is not None:
            with suppress(NotImplementedError, RuntimeError, ValueError):  # not on Windows, nor on a thread
                asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await work

    whole = cancelled_by_terminate()
    try:
        with closing(asyncio.Runner()) as runner:
            with _held_back(signal.SIGINT):  # a loop that is half made complains when it is thrown away
                runner.get_loop()
            return runner.run(whole)
    except asyncio.CancelledError:
        raise click.Abort from None
    finally:
        whole.close()
        work.close()


@contextmanager
def _held_back(number: signal.Signals) -> Iterator[None]:
    """A signal that arrives meanwhile arrives afterwards; other threads get none."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = signal.signal(number, lambda number, _frame: came.append(number))
    try:
        yield
    finally:
        signal.signal(number, signal.SIG_DFL if before is None else before)
    if came:
        signal.raise_signal(number)
