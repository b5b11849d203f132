"""One table: every error has its code, and the page shows the same table."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from rescind import errors
from rescind.cli.codes import ExitCode, Failed, code_of

PAGE = Path(__file__).parents[2] / "docs" / "cli.md"
EXPECTED = {
    errors.RescindError: 1,
    errors.ConfigurationError: 2,
    errors.MissingExtra: 2,
    errors.NoAccounts: 2,
    errors.SchemaMissing: 2,
    errors.SchemaTooNew: 2,
    errors.UseAio: 2,
    errors.StoreUnavailable: 3,
    errors.CommitUnknown: 3,
    errors.StoreBusy: 3,
    errors.StoreUnwatched: 3,
    errors.NoSigningKey: 3,
    errors.RevocationUnknown: 5,
    errors.UnknownEntry: 1,
    errors.NotFound: 4,
    errors.Conflict: 1,
    errors.Refused: 1,
    errors.Overloaded: 1,
    errors.PasswordRejected: 1,
}


def made(kind: type[errors.RescindError]) -> errors.RescindError:
    """An instance without calling its constructor: only its type matters here."""
    return kind.__new__(kind)


@pytest.mark.parametrize("kind", EXPECTED, ids=lambda kind: kind.__name__)
def test_code_of_each_error(kind: type[errors.RescindError]) -> None:
    assert code_of(made(kind)) == EXPECTED[kind]


def test_no_error_was_forgotten() -> None:
    named = {one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, Exception)}
    assert named <= set(EXPECTED)


def test_what_is_not_ours_is_a_defect() -> None:
    assert code_of(KeyError("x")) is ExitCode.DEFECT
    assert code_of(click.UsageError("x")) is ExitCode.USAGE
    assert code_of(Failed(ExitCode.NOTHING, "x")) is ExitCode.NOTHING


def test_page_has_the_same_table() -> None:
    told = re.findall(r"^\| (\d+) \| ", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert [int(code) for code in told] == [int(code) for code in ExitCode]
