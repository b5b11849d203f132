"""How ``rescind review`` shows what it found: frames, JSON, SARIF, annotations; a bar while it looks."""

from __future__ import annotations

import importlib.util
import json
import shutil
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rescind.cli.output import Run, counted, note, one_line, styled

if TYPE_CHECKING:
    from rescind.review import Finding, Review

STYLES: dict[str, dict[str, Any]] = {
    "critical": {"fg": "red", "bold": True},
    "high": {"fg": "red"},
    "medium": {"fg": "yellow"},
    "low": {"fg": "cyan"},
    "strong": {"bold": True},
    "faint": {"dim": True},
    "mark": {"fg": "red", "bold": True},
}
FORMATS = ("text", "json", "sarif", "github")


def show(run: Run, done: Review, form: str) -> None:
    """In one of `FORMATS`."""
    from rescind import __version__

    if form == "json":
        run.print_json(done.to_dict(__version__))
    elif form == "sarif":
        from rescind.review.output.sarif import sarif

        click.echo(json.dumps(sarif(done, __version__, Path.cwd())))
    elif form == "github":
        from rescind.review.output.annotations import workflow_commands

        for line in workflow_commands(done, Path.cwd()):
            click.echo(line.encode("utf-8", "surrogateescape"))
        click.echo(summary(done))
    else:
        say(run, done)


def say(run: Run, done: Review) -> None:
    from rescind.review.marks import named
    from rescind.review.output.dotted import dotted
    from rescind.review.output.frame import frame
    from rescind.review.run import why

    width = min(100, shutil.get_terminal_size().columns)
    sources = {module.file: module for module in done.project.modules}
    # As an editor that runs in this folder finds them.
    files = {file: named(module, Path.cwd()) for file, module in sources.items()}
    found: dict[str, list[Finding]] = defaultdict(list)
    for finding in done.findings:
        found[finding.file].append(finding)
    lines = {file: dotted(sources[file].lines, of_file) for file, of_file in found.items()}
    for finding in done.findings:
        shown = frame(
            finding.with_files(files),
            lines[finding.file],
            width,
            lambda text, part: styled(text, **STYLES[part]),
        )
        run.say("\n".join([*shown, ""]))
    for unread in done.unread:
        note(f"not read: {files.get(unread.file, unread.file)}: {why(unread)}")
    for remark in done.remarks:
        note(f"{files[remark.file]}:{remark.line}: {remark.why}")
    for gone in done.gone:
        note(f"gone: {gone.rule} {gone.file}: {gone.message} (--update-baseline forgets it)")
    run.say(summary(done))


def summary(done: Review) -> str:
    excused = f", {counted(len(done.excused), 'finding')} excused" if done.excused else ""
    known = f", {done.known:,} known" if done.known else ""
    size = f"{counted(done.files, 'file')}, {counted(done.lines, 'line')}"
    return f"{counted(len(done.findings), 'finding')} in {size}{excused}{known}"


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], object] | None]:
    """On a terminal a bar, as soon as anything has been looked at; in a pipe nothing."""
    if not sys.stderr.isatty() or importlib.util.find_spec("rich") is None:
        yield None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
    # No thread that draws: with one, processes could not be forked.
    with Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=False) as bar:
        task = bar.add_task("", total=None)

        def told(file: str, done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, description=escape(one_line(file)))
            if done % (total // 200 + 1) == 0 or done == total:
                bar.refresh()

        yield told
