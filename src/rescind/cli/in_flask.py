"""``flask rescind``: the commands that end access and look after the database, on an application's engine.

The entry point group ``flask.commands`` names this module. The application is loaded when a command asks for
its settings, so ``--help`` works without one.
"""

from __future__ import annotations

import os
from typing import Any, Protocol

import click
from flask import Flask
from flask.cli import NoAppException, ScriptInfo

from rescind.cli import EPILOG
from rescind.cli.codes import ExitCode, Failed
from rescind.cli.output import Run
from rescind.cli.program import Lazy, Section, bear_any_text, one_line_each
from rescind.cli.sources import DEFAULTS, Found, read_environment
from rescind.config import FIELD_NAMES
from rescind.errors import RescindError

ARGUMENTS = "rescind.arguments"
NAME = "flask rescind"


class Loads(Protocol):
    """What Flask's command line keeps in its context."""

    def load_app(self) -> Flask: ...


class InFlask(Lazy):
    """The group inside ``flask``. Its failures are one line and a code, as those of ``rescind`` itself."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta[ARGUMENTS] = list(args)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run one command and end with its code."""
        bear_any_text()
        info: Loads = ctx.ensure_object(ScriptInfo)
        run = ctx.obj = Run(NAME, lambda: found_in(ctx, info))
        ctx.exit(one_line_each(run, ctx.meta[ARGUMENTS], lambda: super(InFlask, self).invoke(ctx)))


def found_in(ctx: click.Context, info: Loads) -> Found:
    """The settings of the application, and its engine.

    Args:
        ctx: that the application's context is open for.

    Raises:
        ConfigurationError: the application has no rescind, or settings of it cannot work.
        Failed: it cannot be loaded; code 2.
    """
    from rescind.flask.installed import installed_in

    app = _load(info)
    engine = installed_in(app).engine
    ctx.with_resource(app.app_context())
    values = {name: getattr(engine.settings, name) for name in FIELD_NAMES}
    origins = {name: _origin(app, name, value) for name, value in values.items()}
    strays = read_environment(os.environ)[1]
    return Found(values, {name: origin for name, origin in origins.items() if origin}, engine, strays)


def _load(info: Loads) -> Flask:
    try:
        return info.load_app()
    except NoAppException as error:  # with the traceback of an import in its further lines
        raise Failed(ExitCode.USAGE, str(error.message).partition("\n")[0]) from error
    except (click.ClickException, RescindError):
        raise
    except Exception as error:
        # Its text is not ours: it may hold anything.
        message = f"the application raised {type(error).__name__} while it was loaded; --debug shows where"
        raise Failed(ExitCode.USAGE, message) from error


def _origin(app: Flask, name: str, value: Any) -> str | None:
    key = f"RESCIND_{name.upper()}"
    if key in app.config:
        return f"app.config[{key!r}]"
    return None if value == DEFAULTS[name] else "Rescind(...), or the environment"


command = InFlask(
    name="rescind",
    help="Take access back before the next request, in this application.",
    epilog=EPILOG,
    sections=(
        Section("Access", ("revoke", "sessions", "sign-out", "principals")),
        Section("Set up", ("db", "signing-keys", "doctor", "prune")),
    ),
    package="rescind.cli",
)
