"""The one table of exit codes, and which error means which."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

import click

from rescind.errors import (
    ConfigurationError,
    Conflict,
    NotFound,
    RescindError,
    RevocationUnknown,
    StoreUnavailable,
    UseAio,
)


class ExitCode(IntEnum):
    """What every command returns.

    ``DEFECT`` and ``INTERRUPTED`` are no outcomes: sysexits' EX_SOFTWARE, and 128 + SIGINT as shells say it.
    """

    DONE = 0
    FINDING = 1
    """A bound was missed, a policy refused, or something is wrong."""
    USAGE = 2
    """Arguments or configuration cannot work, or the answer was not yes. Nothing was changed."""
    UNREACHABLE = 3
    """The store cannot be reached. Nothing was changed."""
    NOTHING = 4
    """Nothing matched."""
    UNCONFIRMED = 5
    """It may be committed, but not every worker is known to have it: run it again with the same ``--id``."""
    DEFECT = 70
    INTERRUPTED = 130


class Failed(click.ClickException):
    """A command ends here, with one line for the person and a code for the script."""

    def __init__(self, code: ExitCode, message: str) -> None:
        super().__init__(message)
        self.code = code


@contextmanager
def as_usage() -> Iterator[None]:
    """Around calls that do nothing but check arguments.

    Raises:
        Failed: code 2, in place of ``TypeError`` and ``ValueError``.
    """
    try:
        yield
    except (TypeError, ValueError) as error:
        raise Failed(ExitCode.USAGE, str(error)) from error


_BY_ERROR: tuple[tuple[type[RescindError], ExitCode], ...] = (
    (ConfigurationError, ExitCode.USAGE),
    (UseAio, ExitCode.USAGE),
    (RevocationUnknown, ExitCode.UNCONFIRMED),
    (StoreUnavailable, ExitCode.UNREACHABLE),
    (NotFound, ExitCode.NOTHING),
    (Conflict, ExitCode.FINDING),
)


def code_of(error: BaseException) -> ExitCode:
    """The exit code of an error. What rescind refused for any other reason is a policy."""
    if isinstance(error, click.ClickException):
        return error.code if isinstance(error, Failed) else ExitCode.USAGE
    if not isinstance(error, RescindError):
        return ExitCode.DEFECT
    return next((code for kind, code in _BY_ERROR if isinstance(error, kind)), ExitCode.FINDING)
