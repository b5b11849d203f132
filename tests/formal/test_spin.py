"""The runner: what a checker says is understood, and what did not come to its end counts for nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from formal.__main__ import as_it_must_be, row
from formal.spin import Found, Incomplete, explore, program, understood
from formal.table import ACCEPTED, Mistake, Run

from formal import spin

HELD = "State-vector 76 byte, depth reached 169, errors: 0\n    47164 states, stored\n"
WRONG = (
    "pan:1: assertion violated  !((g_end>s_evidence)) (at depth 36)\npan: wrote revocation.pml.trail\n"
    "State-vector 76 byte, depth reached 171, errors: 1\n    16495 states, stored\n"
)


def test_what_a_checker_says_is_understood() -> None:
    assert understood(HELD, 0.5) == Found(None, 47164, 169, 0.5)
    assert understood(WRONG, 0.1) == Found(f"assertion violated  {ACCEPTED}", 16495, 171, 0.1)


@pytest.mark.parametrize(
    "cut",
    [
        "error: max search depth too small\n",
        "pan: reached -DMEMLIM bound\n",
        "pan: out of memory\n",
        "Warning: Search not completed\n",
    ],
)
def test_an_exploration_that_was_cut_short_says_nothing(cut: str) -> None:
    with pytest.raises(Incomplete):
        understood(cut + HELD, 1.0)
    assert understood(cut + WRONG, 1.0).wrong is not None


def test_a_report_of_another_form_is_an_error() -> None:
    for said in (
        "",
        "errors: 0",
        HELD.replace("errors: 0", "errors: 1"),
        WRONG.replace("errors: 1", "errors: 0"),
    ):
        with pytest.raises(RuntimeError, match="not understood"):
            understood(said, 1.0)


def test_only_what_was_expected_counts() -> None:
    held, wrong, other = Found(None, 1, 1, 0.0), Found(f"assertion violated  {ACCEPTED}", 1, 1, 0.0), "stuck"
    assert as_it_must_be(Run("a"), held)
    assert not as_it_must_be(Run("a"), wrong)
    assert as_it_must_be(Mistake("a"), wrong)
    assert not as_it_must_be(Mistake("a"), held)
    assert not as_it_must_be(Mistake("a"), Found(other, 1, 1, 0.0))
    assert "WRONG" in row(Run("a"), wrong)
    assert "NOT EXPLORED" in row(Run("a"), None)


def test_a_path_that_is_too_long_is_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spin, "DEPTH", 20)
    with pytest.raises(Incomplete):
        explore(Run("one revocation", "REVOKERS=1"))


def test_a_model_that_is_not_well_formed_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="spin"):
        explore(Run("an event that is not there", "SEEK=NOTHING_LIKE_IT"))


def test_a_missing_program_is_named_with_what_installs_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    program.cache_clear()
    with pytest.raises(RuntimeError, match="apt-get install -y spin"):
        program("spin")
    program.cache_clear()
