"""What ``manage.py rescind`` runs: the commands on the engine that Django's settings make."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from typing import Any

from rescind.cli import EPILOG
from rescind.cli.output import Run
from rescind.cli.program import Lazy, Section, bear_any_text, one_line_each
from rescind.cli.sources import DEFAULTS, Found, read_environment
from rescind.config import FIELD_NAMES

SECTIONS = (
    Section("Access", ("revoke", "sessions", "sign-out", "principals")),
    Section("Set up", ("doctor", "prune")),
)
"""Tables are made by ``manage.py migrate``."""


def run(arguments: Sequence[str], *, name: str) -> int:
    """Run one command; its exit code."""
    bear_any_text()
    state = Run(name, found)
    program = Lazy(
        name="rescind",
        help="Take access back before the next request, in this project.",
        epilog=EPILOG,
        sections=SECTIONS,
        package="rescind.cli",
    )
    work: Any = partial(program.main, list(arguments), name, standalone_mode=False, obj=state)
    return one_line_each(state, arguments, work)


def found() -> Found:
    """The settings of the project, and its engine.

    Raises:
        ConfigurationError: settings that cannot work.
    """
    from rescind.django.making import made

    current = made()
    values = {name: getattr(current.engine.settings, name) for name in FIELD_NAMES}
    origins = {name: "settings.py" for name, value in values.items() if value != DEFAULTS[name]}
    return Found(values, origins, current.engine, read_environment(os.environ)[1])
