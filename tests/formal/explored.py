"""One exploration of the table, as a test."""

from __future__ import annotations

from formal.__main__ import as_it_must_be
from formal.spin import explore
from formal.table import Run


def check(run: Run) -> None:
    found = explore(run)
    assert as_it_must_be(run, found), f"{run.name}: wanted {run.wrong or 'nothing wrong'}, {found}"
