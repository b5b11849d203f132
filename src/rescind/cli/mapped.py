"""How ``rescind paths`` shows a map, what changed in it, and what a policy says of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rescind._clock import SystemClock
from rescind.cli.output import Run, coloured, counted, note, on_terminal, one_line, styled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rescind.paths.comparing import Changed, Difference
    from rescind.paths.model import Map
    from rescind.paths.policy.configuration import Policy
    from rescind.paths.policy.gate import Failure, Verdict

FORMATS = ("text", "json", "sarif", "github")
STYLES: dict[str, dict[str, Any]] = {
    "worse": {"fg": "red", "bold": True},
    "better": {"fg": "green"},
    "other": {"dim": True},
}


@dataclass(frozen=True)
class Shown:
    """A map with what is asked of it; None: that was not asked."""

    drawn: Map
    difference: Difference | None = None
    verdict: Verdict | None = None
    old: str = ""

    def since(self, file: Path) -> Shown:
        """With what changed since a map that was written down."""
        from rescind import __version__
        from rescind.paths.comparing import compare
        from rescind.paths.saved import read_map

        before, version = read_map(file, "--diff")
        if version != __version__:
            note(f"{file} was drawn by rescind {version}: what is seen now may have been there before")
        return replace(self, difference=compare(before, self.drawn), old=str(file))

    def against(self, policy: Policy) -> Shown:
        """With what a policy says of it."""
        from rescind.paths.policy.gate import judge
        from rescind.paths.saved import read_map

        baseline = None if policy.baseline is None else read_map(policy.baseline, "baseline")[0]
        return replace(self, verdict=judge(self.drawn, policy, baseline, now().date()))

    @property
    def failed(self) -> bool:
        worse = self.difference is not None and self.difference.worse
        return worse or (self.verdict is not None and bool(self.verdict.failures))

    def failures(self) -> list[Failure]:
        """Of the policy and of what changed, each once."""
        from rescind.paths.policy.gate import got_worse

        found = [] if self.verdict is None else [*self.verdict.failures, *self.verdict.excused]
        return found + ([] if self.difference is None else list(got_worse(self.difference, f"in {self.old}")))

    def to_dict(self) -> dict[str, Any]:
        from rescind import __version__

        found = self.drawn.to_dict(__version__)
        if self.difference is not None:
            found["diff"] = self.difference.to_dict()
        if self.verdict is not None:
            found["gate"] = self.verdict.to_dict()
        return found


def now() -> datetime:
    return datetime.fromtimestamp(SystemClock().wall() / 1e6, UTC)


def write_page(file: Path, shown: Shown) -> None:
    """The map as HTML, with what a policy says of it."""
    from rescind import __version__
    from rescind.paths.page import page
    from rescind.tooling.whole import write_whole

    when = f"{now():%Y-%m-%d %H:%M} UTC"
    made = page(
        shown.drawn,
        version=__version__,
        when=when,
        verdict=shown.verdict,
        difference=shown.difference,
        old=shown.old,
    )
    write_whole(file, made, "--html")


def show(run: Run, shown: Shown, form: str) -> None:
    """In one of `FORMATS`.

    Raises:
        UsageError: a map by itself has nothing to say in a format for findings.
    """
    if form == "json":
        run.print_json(shown.to_dict())
        return
    if form in {"sarif", "github"} and shown.verdict is None and shown.difference is None:
        raise click.UsageError(f"--format {form} tells findings: give --policy FILE or --diff OLD.json")
    for each in shown.drawn.notes:
        if form != "text" or not on_terminal() or shown.verdict or shown.difference:
            note(each)
    if form == "sarif":
        from rescind import __version__
        from rescind.paths.sarif import sarif

        click.echo(json.dumps(sarif(shown.failures(), __version__, Path.cwd())))
    elif form == "github":
        from rescind.paths.annotations import workflow_commands

        for line in workflow_commands(shown.failures(), Path.cwd()):
            click.echo(line.encode("utf-8", "surrogateescape"))
        click.echo("\n".join(summaries(shown)))
    else:
        say(run, shown)


def say(run: Run, shown: Shown) -> None:
    if shown.difference is not None:
        for line in changes(shown.difference):
            run.say(line)
    if shown.verdict is not None:
        for each in shown.verdict.failures:
            run.say("\n".join([*block(each), ""]))
        for remark in shown.verdict.remarks:
            note(remark)
    for line in summaries(shown):
        run.say(line)
    if shown.difference is None and shown.verdict is None:
        say_map(run, shown.drawn)


def summaries(shown: Shown) -> Iterator[str]:
    count = counted(len(shown.drawn.routes), "route")
    if shown.difference is not None:
        worse = sum(bool(each.worse) for each in shown.difference.routes)
        changed = counted(len(shown.difference.routes), "route")
        yield f"{changed} changed since {one_line(shown.old)}, {worse:,} of them for the worse"
    if shown.verdict is not None:
        excused = f", {len(shown.verdict.excused):,} excused" if shown.verdict.excused else ""
        failed = counted(len(shown.verdict.failures), "failure")
        yield f"{failed} in {count}{excused} ({one_line(shown.verdict.policy.file)})"


def block(failure: Failure) -> Iterator[str]:
    """One failure in six lines."""
    route = failure.route
    head = styled(failure.kind, fg="red", bold=True)
    yield f"{head}  {route.method} {one_line(route.path)}  {one_line(failure.where)}"
    rows = (("wanted", failure.wanted), ("is", failure.found), ("why", failure.why), ("mend", failure.mend))
    for name, text in rows:
        if text:
            yield f"  {styled(f'{name:<6}', dim=True)}  {one_line(text)}"


def changes(difference: Difference) -> Iterator[str]:
    from rescind.paths.words import place

    for each in difference.credentials:
        yield from one(each, f"credential {one_line(each.here.name)}", each.here.mechanism)
    for route in difference.routes:
        here = route.here
        yield from one(route, f"{here.method} {one_line(here.path)}", place(here))


def one(each: Changed[Any], name: str, where: str) -> Iterator[str]:
    """What changed of one route or credential: how it was, how it is."""
    from rescind.paths.words import ENDED

    yield f"{each.sort:<7}  {styled(name, bold=True)}  {where}{is_now(each)}"
    for change in each.changes:
        words = (
            f"{ENDED.get(change.what, change.what)}: {one_line(change.before)} -> {one_line(change.after)}"
        )
        why = f"  {one_line(change.why)}" if change.direction == "worse" and change.why else ""
        yield f"  {styled(f'{change.direction:<6}', **STYLES[change.direction])}  {words}{why}"


def is_now(each: Changed[Any]) -> str:
    """Of a new route, how it behaves."""
    from rescind.paths.words import PROTECTED, spoken

    if each.sort != "added" or not hasattr(each.here, "protected"):
        return ""
    return f"  {PROTECTED[each.here.protected]}, signed out: {spoken(each.here.worst_revocation)}"


def say_map(run: Run, drawn: Map) -> None:
    if on_terminal():
        from rich.console import Console

        from rescind.paths.table import show as show_table

        show_table(drawn, Console(no_color=not coloured()))
        return
    run.table(
        (),
        [
            (
                r.method, r.path, r.worst_revocation.kind, r.worst_revocation.seconds, r.audience, r.accepts,
                r.file, r.line,
            )
            for r in drawn.routes
        ],
    )  # fmt: skip
