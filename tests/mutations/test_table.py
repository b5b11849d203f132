"""Every mutation makes its named test fail, and the page of decisions shows the same table."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.mutations.__main__ import patched
from tests.mutations.mutation import Mutation
from tests.mutations.table import MUTATIONS, NOT_HERE, QUICK

ROOT = Path(__file__).parents[2]
PAGE = next((ROOT / "docs" / "adr").glob("*-lines-of-defence.md"))
FAILED = 1
"""What pytest ends with when a test failed: no error in collecting, no usage error, nothing interrupted."""


def source_of(module: str) -> str:
    spec = importlib.util.find_spec(module)
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).read_text(encoding="utf-8")


def run(which: str, *tests: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.mutations", which, *tests]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)


def caught(mutation: Mutation) -> bool:
    done = run(str(MUTATIONS.index(mutation)))
    assert done.returncode in (0, FAILED), done.stdout + done.stderr
    return done.returncode == FAILED


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda one: one.name)
def test_it_still_applies(mutation: Mutation) -> None:
    """Each text is there exactly once, what it becomes is Python, and the named test exists."""
    texts: dict[str, str] = {}
    for patch in mutation.patches:
        texts[patch.module] = patched(texts.get(patch.module) or source_of(patch.module), patch)
    for module, text in texts.items():
        compile(text, module, "exec")
    path, _, name = mutation.test.partition("::")
    assert f"def {name.partition('[')[0]}(" in (ROOT / path).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", QUICK)
def test_a_handful_is_caught(name: str) -> None:
    mutation = next(one for one in MUTATIONS if one.name == name)
    assert caught(mutation), f"{mutation.test} passes although: {mutation.name}"


@pytest.mark.long
@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda one: one.name)
def test_each_is_caught(mutation: Mutation) -> None:
    assert caught(mutation), f"{mutation.test} passes although: {mutation.name}"


@pytest.mark.long
def test_without_a_mutation_all_of_them_pass() -> None:
    done = run("none", *(mutation.test for mutation in MUTATIONS))
    assert done.returncode == 0, done.stdout


def test_a_text_that_is_not_there_once_is_an_error() -> None:
    patch = MUTATIONS[0].patches[0]
    for text in ("", patch.old * 2):
        with pytest.raises(LookupError, match="drifted"):
            patched(text, patch)


def rows_of(page: str) -> list[str]:
    """The rows of all tables of the page, without their heads."""
    return [
        line for line in page.splitlines() if line.startswith("| ") and not re.match(r"\| (broken|not)", line)
    ]


def test_the_page_shows_this_table() -> None:
    shown = rows_of(PAGE.read_text(encoding="utf-8"))
    caught_by = [
        f"| {one.name} | {', '.join(sorted({f'`{p.module}`' for p in one.patches}))} | `{one.test}` |"
        for one in MUTATIONS
    ]
    absent = [f"| {name} | {why} |" for name, why in NOT_HERE.items()]
    assert shown == caught_by + absent


def test_names_are_said_once() -> None:
    names = [one.name for one in MUTATIONS] + list(NOT_HERE)
    assert len(set(names)) == len(names)
    assert set(QUICK) <= set(names)
