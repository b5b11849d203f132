"""The model of the protocol: what must hold, holds; what must be possible, is; each mistake is found.

Here a handful, in seconds. ``test_table_small.py``, ``_big`` and ``_pruned`` have the rest.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from formal.table import ALL, HOLDS, MISTAKES, POSSIBLE, Run
from tests.formal.explored import check

FORMAL = Path(__file__).parents[2] / "formal"
MODELS = {path.stem: path.read_text(encoding="utf-8") for path in FORMAL.glob("*.pml")}
QUICK = (
    "one revocation",
    "every barrier ends, whoever dies",
    "a check from memory is let in after a change that is final",
    "issued_seq read at the insert",
)


@pytest.mark.parametrize("run", [run for run in ALL if run.name in QUICK], ids=lambda run: run.name)
def test_a_handful(run: Run) -> None:
    check(run)


def test_names_are_said_once() -> None:
    assert [name for name, times in Counter(run.name for run in ALL).items() if times > 1] == []
    assert set(QUICK) <= {run.name for run in ALL}


def asked_for(prefix: str) -> set[str]:
    """The names of a kind that the models ask for."""
    return {name for text in MODELS.values() for name in re.findall(rf"\b{prefix}[A-Z_]+\b", text)}


def test_each_mistake_that_a_model_can_make_is_made() -> None:
    made = {name for run in MISTAKES for name in run.switches.split() if name.startswith("MUT_")}
    assert made == asked_for("MUT_")


def test_each_event_that_a_model_names_is_sought() -> None:
    named = {name for text in MODELS.values() for name in re.findall(r"\bseek\(([A-Z_]+),", text)}
    sought = {run.switches.split()[0].removeprefix("SEEK=") for run in POSSIBLE}
    assert sought == named


def test_no_switch_is_unknown_to_its_model() -> None:
    """A mistyped switch would turn nothing on, and what must hold would hold."""
    for run in ALL:
        text = MODELS[run.model] + (MODELS["worker"] if run.model == "revocation" else "")
        names = [switch.partition("=")[0] for switch in run.switches.split()]
        unknown = [
            name for name in names if not re.search(rf"\b(ifdef|ifndef|if|defined\()\s*{name}\b", text)
        ]
        assert unknown in ([], ["SEEK"]), run.name


def test_what_must_hold_makes_no_mistake() -> None:
    assert [run.name for run in HOLDS if "MUT_" in run.switches or "SEEK" in run.switches] == []
