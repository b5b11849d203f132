"""The program: commands by section, loaded when asked for; every failure is one line and a code."""

from __future__ import annotations

import importlib
import io
import sys
import traceback
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import click

from rescind.cli.codes import ExitCode, code_of
from rescind.cli.output import Run, one_line
from rescind.errors import RescindError


class Section(NamedTuple):
    """A heading in ``--help`` and the commands under it."""

    title: str
    names: tuple[str, ...]


class Lazy(click.Group):
    """A group whose commands are modules of ``package``, each with a ``command``; bare, it shows its help."""

    def __init__(self, *, sections: Sequence[Section], package: str, **attributes: Any) -> None:
        super().__init__(no_args_is_help=False, **attributes)
        self.sections = tuple(sections)
        self.package = package

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, args or ["--help"])

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for section in self.sections for name in section.names]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"{self.package}.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for section in self.sections:
            found = [(name, self.get_command(ctx, name)) for name in section.names]
            rows = [(name, command.get_short_help_str(100)) for name, command in found if command is not None]
            with formatter.section(section.title):
                formatter.write_dl(rows)


class Program(Lazy):
    """The root: ``main()`` never shows a traceback, except with ``--debug``."""

    def __init__(self, *, sections: Sequence[Section], **attributes: Any) -> None:
        super().__init__(sections=sections, package="rescind.cli", **attributes)
        self.params.append(
            click.Option(["--version"], is_flag=True, is_eager=True, expose_value=False, callback=_version,
                         help="Show the version and exit.")
        )  # fmt: skip

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any) -> Any:  # type: ignore[override]
        """Run and exit; with ``standalone_mode=False`` as click does it."""
        bear_any_text()
        arguments = list(sys.argv[1:] if args is None else args)
        extra.setdefault("obj", Run())
        if not extra.pop("standalone_mode", True):
            return super().main(arguments, prog_name or "rescind", standalone_mode=False, **extra)
        sys.exit(self._run(arguments, prog_name or "rescind", extra))

    def _run(self, arguments: list[str], name: str, extra: dict[str, Any]) -> int:
        work = partial(super().main, arguments, name, standalone_mode=False, **extra)
        return one_line_each(extra["obj"], arguments, work)


def bear_any_text() -> None:
    """What a terminal cannot show must not turn a revocation that is done into an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def one_line_each(run: Run, arguments: Sequence[str], work: Callable[[], Any]) -> int:
    """Do the work of a command; its exit code. Whatever is raised is one line on standard error.

    Args:
        arguments: as typed; a failure is printed as an object, too, if ``--json`` is among them.
    """
    try:
        code = work()
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except (click.Abort, KeyboardInterrupt):
        return ExitCode.INTERRUPTED
    except (click.ClickException, RescindError) as error:
        return _say(run, error, as_json=run.as_json or "--json" in arguments)
    except Exception as error:  # noqa: BLE001 - the last line of a program: nobody sees a traceback unasked
        return _say(run, error, as_json=run.as_json or "--json" in arguments)
    return code if isinstance(code, int) else ExitCode.DONE


def _say(run: Run, error: Exception, *, as_json: bool) -> int:
    code = code_of(error)
    if code is ExitCode.DEFECT:
        # Its text is not ours: it may hold anything.
        message = f"unexpected {type(error).__name__}: this is a defect of rescind; --debug shows where"
    else:
        text = error.format_message() if isinstance(error, click.ClickException) else str(error)
        message = run.spelled(one_line(text))
    if run.debug:
        traceback.print_exception(error)
    click.echo(f"rescind: {message}", err=True)
    if as_json and not run.printed:
        run.print_json({"error": message, "exit_code": int(code)})
    return code


def _version(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        from rescind import __version__

        click.echo(f"rescind {__version__}")
        ctx.exit()
