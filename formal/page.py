"""Writes what was explored into docs/formal.md: ``python -m formal --page``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from tests.mutations.table import MUTATIONS, NOT_HERE

from formal.spin import Found
from formal.table import ALL, HOLDS, MISTAKES, NOT_MODELLED, POSSIBLE, PROTOCOL, Run

PAGE = Path(__file__).parent.parent / "docs" / "formal.md"
BEGIN, END = "<!-- written by `python -m formal --page`: do not edit -->", "<!-- end of written -->"


def explored_table(runs: tuple[Run, ...], states: Mapping[str, str]) -> str:
    """One row per exploration.

    Args:
        states: by the first two columns, what the page says of how many there were: what was explored with
            other switches was something else.
    """
    rows = [f"| {_explored(run)} | {states.get(_explored(run), 'not yet')} |" for run in runs]
    return "\n".join(["| what | model and switches | states |", "|---|---|---|", *rows])


def _explored(run: Run) -> str:
    return f"{run.name} | `{f'{run.model}.pml {run.switches}'.strip()}`"


def breaks_table() -> str:
    """What breaks the protocol: as its own page lists it, and whether code and model are tried on it."""
    in_code = {one.name: f"`{one.test.partition('::')[2]}`" for one in MUTATIONS}
    in_model = {one.name: _switch(one) for one in MISTAKES}
    rows = [
        f"| {name} | {in_code.get(name) or NOT_HERE[name]} | {in_model.get(name) or NOT_MODELLED[name]} |"
        for name in PROTOCOL
    ]
    return "\n".join(["| what breaks it | the test that sees it | in the model |", "|---|---|---|", *rows])


def _switch(run: Run) -> str:
    switch = next(name for name in run.switches.split() if name.startswith("MUT_"))
    return f"`{switch}`" if run.model == "revocation" else f"`{switch}` of `{run.model}.pml`"


def written(page: str, found: Mapping[str, Found]) -> str:
    """The page with all tables anew; figures of what was not explored now stay as they are."""
    states = dict(re.findall(r"^\| ([^|]+ \| `[^|]+`) \| ([\d,]+) \|$", page, re.MULTILINE))
    states |= {_explored(run): f"{found[run.name].states:,}" for run in ALL if run.name in found}
    tables = iter([*(explored_table(runs, states) for runs in (HOLDS, POSSIBLE, MISTAKES)), breaks_table()])
    block = re.compile(f"{re.escape(BEGIN)}\n.*?{re.escape(END)}", re.DOTALL)
    return block.sub(lambda _: f"{BEGIN}\n\n{next(tables)}\n\n{END}", page)
