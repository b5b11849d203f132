"""Options that several commands share, so that a word means the same everywhere."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

from rescind.cli.codes import ExitCode, Failed
from rescind.cli.output import Run
from rescind.cli.sources import find

F = TypeVar("F", bound=Callable[..., Any])


def with_run(command: F) -> F:
    """``--json`` and ``--debug``; the command gets ``run``."""

    def set_json(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
        if ctx.obj is not None and value:
            ctx.obj.as_json = True

    return with_debug(_eager_flag("--json", set_json, "Print one JSON object.")(command))


def with_debug(command: F) -> F:
    """``--debug`` alone; the command gets ``run``."""

    def set_debug(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
        if ctx.obj is not None and value:
            ctx.obj.debug = True

    made: Any = _eager_flag("--debug", set_debug, "Show tracebacks.")(click.pass_obj(command))
    return made  # type: ignore[no-any-return]


def _eager_flag(name: str, callback: Callable[..., None], text: str) -> Callable[[F], F]:
    """A flag that is looked at before every other option and argument."""
    return click.option(name, is_flag=True, is_eager=True, expose_value=False, callback=callback, help=text)


class Where(click.Option):
    """An option that is not there where the program runs inside of another, which has the settings."""

    def add_to_parser(self, parser: Any, ctx: click.Context) -> None:
        if not _has_settings(ctx):
            super().add_to_parser(parser, ctx)

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        return None if _has_settings(ctx) else super().get_help_record(ctx)


def _has_settings(ctx: click.Context) -> bool:
    return isinstance(ctx.obj, Run) and ctx.obj.find is not None


def with_settings(command: F) -> F:
    """``--url``, ``--app`` and ``--realm``, where nobody else has the settings; the command gets them as
    ``found``."""

    def wrapped(run: Run, url: str | None, app: str | None, realm: str | None, **rest: Any) -> Any:
        found = find(url=url, app=app, realm=realm) if run.find is None else run.find()
        return command(run, found, **rest)

    wrapped.__name__, wrapped.__doc__ = command.__name__, command.__doc__
    made: Any = with_run(wrapped)
    for option in (
        click.option("--realm", cls=Where, metavar="REALM", help="The realm to act in."),
        click.option(
            "--app", cls=Where, metavar="MODULE:NAME", help="Take the settings of this engine object."
        ),
        click.option("--url", cls=Where, metavar="URL", help="The database, such as sqlite:///app.db."),
    ):
        made = option(made)
    return made  # type: ignore[no-any-return]


def with_yes(command: F) -> F:
    """``--yes``."""
    return click.option("--yes", "-y", is_flag=True, help="Do not ask; needed without a terminal.")(command)


def confirm(question: str, *, yes: bool) -> None:
    """Ask on a terminal. The default answer is no.

    Raises:
        Failed: no, or nobody can be asked; code 2, nothing was done.
    """
    if yes:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        mend = "There is no terminal to ask on: pass --yes. Nothing was done"
        raise Failed(ExitCode.USAGE, f"{question} {mend}")
    if not click.confirm(question, err=True):
        raise Failed(ExitCode.USAGE, "not confirmed: nothing was done")
