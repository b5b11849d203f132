"""Looking at every module of a project, in as many processes as there are to be.

The project is read once. Where processes can be forked they have it from the one that read it; elsewhere each
reads it for itself, and one that has read anything else is not listened to. Whatever a process did not tell,
because it ended or could not, is looked at here: no module is left out. A rule that fails at a module ends
neither the review nor another rule: it is listed as one that did not look.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from rescind.reading import Module, Project, Unread, paused
from rescind.review.finding import Finding
from rescind.review.look import Shared
from rescind.review.room import deeper
from rescind.review.rule import Rule, rules

Told = Callable[[str, int, int], object]  # the file that was looked at, and how many of how many have been
SMALL = 400_000  # characters; below, another process costs more than it saves
AT_A_TIME = 4  # modules


class Looked(NamedTuple):
    """What the rules say of one module, and which of them could not look at it to its end."""

    findings: list[Finding]
    failed: list[Unread]


class Job(NamedTuple):
    """What a process that was not forked needs to read the same."""

    files: list[str]
    root: str
    contents: list[str]


def usable() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def forks() -> bool:
    """Whether a fork is safe: where threads may hold locks, and on macOS, it is not."""
    return sys.platform == "linux" and threading.active_count() == 1


def look_at(project: Project, asked: Sequence[Rule], jobs: int = 1, told: Told | None = None) -> list[Looked]:
    """What the rules say of each module, in the order of the modules."""
    modules = project.modules
    done: dict[int, Looked] = {}

    def take(at: int, found: Looked) -> None:
        done[at] = found
        if told is not None:
            told(modules[at].file, len(done), len(modules))

    if jobs > 1 and sum(len(each.text) for each in modules) >= SMALL:
        for at, found in in_processes(project, asked, jobs):
            take(at, found)
    shared = Shared(project)
    for at, module in enumerate(modules):
        if at not in done:
            take(at, of_module(module, shared, asked))
    return [done[at] for at in range(len(modules))]


def of_module(module: Module, shared: Shared, asked: Sequence[Rule]) -> Looked:
    """What the rules say when they look at one module.

    Tests, examples and documentation are read, for what they say of the rest, and not judged.
    """
    look = shared.look(module)
    found: list[Finding] = []
    failed: dict[str, list[str]] = {}
    with deeper():
        for rule in asked if not look.is_test else ():
            try:
                for each in rule.check(look):
                    found.append(each)  # noqa: PERF402 - what came before it failed stays
            except Exception as error:  # noqa: BLE001 - whatever it is, the other rules look, and it is said
                failed.setdefault(why_failed(error), []).append(rule.number)
    said = [f"{', '.join(rules)} did not look to the end: {why}" for why, rules in failed.items()]
    return Looked(found, [Unread(module.file, why) for why in said])


def why_failed(error: Exception) -> str:
    """In one line, without the error's text: it may quote the source, and a secret that stands there."""
    if isinstance(error, RecursionError | MemoryError):
        return "nested too deeply"
    at = traceback.extract_tb(error.__traceback__)[-1]
    return f"a defect of rescind, {type(error).__name__} in {Path(at.filename).name}:{at.lineno}"


def in_processes(project: Project, asked: Sequence[Rule], jobs: int) -> Iterator[tuple[int, Looked]]:
    numbers = [rule.number for rule in asked]
    forked = forks()
    context: Any = multiprocessing.get_context("fork" if forked else "spawn")
    following = context.Value("q", 0)
    if forked:
        given: Any = Shared(project)
        made_before(given, asked)
    else:
        paths = [str(each.path) for each in project.modules]
        given = Job(paths, str(project.root), contents(project))
    with workers(context, jobs, (given, numbers, following)) as ends:
        waiting = list(ends)
        while waiting:
            for end in wait(waiting):
                try:
                    at, found = json.loads(end.recv_bytes())  # type: ignore[union-attr]
                    yield at, msgspec.convert(found, Looked)
                except (EOFError, OSError):
                    waiting.remove(end)  # type: ignore[arg-type]


def made_before(shared: Shared, asked: Sequence[Rule]) -> None:
    """What is asked of the whole project, made once, before the fork: who calls whom, which almost every rule
    asks, and what single rules want. Where it cannot be made, the rules that ask for it say so."""
    with deeper():
        for make in (partial(shared.project.callers, ""), partial(shared.callers, "")):
            with suppress(Exception):
                make()
        for rule in asked:
            with suppress(Exception):
                rule.prepare(shared.look(shared.project.modules[0]))


@contextmanager
def workers(context: Any, jobs: int, given: tuple[Any, ...]) -> Iterator[list[Connection]]:
    """Processes, each with a pipe that ends when it does; none is left behind."""
    ends: list[Connection] = []
    processes = []
    try:
        for _ in range(jobs):
            mine, theirs = context.Pipe(duplex=False)
            process = context.Process(target=work, args=(theirs, *given), daemon=True)
            process.start()
            theirs.close()
            ends.append(mine)
            processes.append(process)
        yield ends
    finally:
        for end in ends:
            end.close()
        for process in processes:
            process.terminate()
            process.join()


def work(end: Connection, given: Shared | Job, numbers: list[str], following: Any) -> None:
    """One process: takes modules that no other has taken until there are none."""
    asked = [rule for rule in rules() if rule.number in numbers]
    with paused():
        shared = given if isinstance(given, Shared) else reread(given)
        modules = shared.project.modules if shared is not None else []
        while shared is not None:
            with following.get_lock():
                first = following.value
                following.value += AT_A_TIME
            if first >= len(modules):
                return
            for at in range(first, min(first + AT_A_TIME, len(modules))):
                try:
                    found = of_module(modules[at], shared, asked)
                    end.send_bytes(json.dumps([at, msgspec.to_builtins(found)]).encode())
                except Exception:  # noqa: BLE001  # the one that waits meets it again, and says so
                    return


def reread(job: Job) -> Shared | None:
    project = Project([Path(each) for each in job.files], Path(job.root))
    return Shared(project) if contents(project) == job.contents else None


def contents(project: Project) -> list[str]:
    return [each.digest for each in project.modules]
