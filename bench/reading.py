"""How fast source is read: Python's own library and rescind, parsed and every call in them followed."""

from __future__ import annotations

import sysconfig
import time
from collections.abc import Callable
from pathlib import Path

from bench.gate import Gate, Report, Row
from bench.measure import resident
from rescind.reading import Project, paused, read
from rescind.reading.newer import lower


def run(files: int = 120) -> Report:
    """CPU seconds, so that whatever else the machine does counts little."""
    project = read(*library(files), root=Path(sysconfig.get_path("stdlib")))
    before = resident()
    with paused():
        parsing = seconds(project, parse)
        calling = seconds(project, follow)
    lines = sum(len(module.lines) for module in project.modules)
    newer = lowered(project)
    grown = resident() - before
    return Report(
        "reading",
        [
            Row("lines", f"{lines:,}", lines),
            rate("parsed", lines, parsing),
            rate("every call followed, parsing not counted", lines, calling),
            rate("both", lines, parsing + calling),
            newer,
            Row("memory", f"{grown / lines:,.0f} bytes a line", grown / lines),
        ],
        [Gate("lines a second, all read", lines / (parsing + calling), at_least=20_000)],
    )


def library(files: int) -> list[Path]:
    return sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))[:files]


def seconds(project: Project, work: Callable[[Project], None]) -> float:
    started = time.process_time()
    work(project)
    return time.process_time() - started


def parse(project: Project) -> None:
    for module in project.modules:
        _ = module.tree


def follow(project: Project) -> None:
    for module in project.modules:
        for function in module.functions:
            _ = function.calls
        for each in module.classes:
            _ = each.mro


def lowered(project: Project) -> Row:
    """The parser of newer syntax, on a few files that the other reads as well."""
    texts = [module.text for module in project.modules if len(module.lines) < 1_000][:15]
    started = time.process_time()
    for text in texts:
        lower(text)
    return rate("syntax newer than the interpreter", sum(map(lines_of, texts)), time.process_time() - started)


def lines_of(text: str) -> int:
    return text.count("\n") + 1


def rate(name: str, lines: int, took: float) -> Row:
    return Row(name, f"{lines / took:,.0f} lines a second", lines / took)
