"""``rescind prune``"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.cli.shell import Shell

from rescind import Rescind, Session

OLD = 6


@pytest.fixture
def old(url: str) -> str:
    """A database with some ended sessions that need not be kept, and one that lives. Its token."""
    with Rescind(url, keep_ended=0) as auth:
        for n in range(OLD):
            auth.sessions.start(f"p{n}")
            auth.revoke(principal=f"p{n}", reason="r")
        return auth.sessions.start("ada").token


def test_removes_what_nobody_needs(old: str, url: str, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shell("prune --json").object["sessions"] == 0, "ended sessions are kept for a while"
    monkeypatch.setenv("RESCIND_KEEP_ENDED", "0s")
    done = shell("prune --batch 4 --json")
    assert (done.code, done.object["sessions"]) == (0, OLD)
    assert shell("prune --json").object["sessions"] == 0
    with Rescind(url) as auth:
        assert isinstance(auth.check(old), Session)


def test_line_for_people(old: str, shell: Shell) -> None:
    done = shell.process("prune", RESCIND_KEEP_ENDED="0s")
    assert re.fullmatch(
        rf"{OLD} sessions and \d+ log entries removed in [\d.]+ s · [\d,]+ rows/s\n", done.out
    )
    assert done.err == ""


def test_progress_on_a_terminal_only(old: str, shell: Shell) -> None:
    done = shell.terminal("prune --batch 2", RESCIND_KEEP_ENDED="0s")
    assert done.code == 0
    assert re.search(r"\r[246] rows · [\d,]+ rows/s", done.out)
    assert done.out.splitlines()[-1].endswith("rows/s")


@pytest.mark.parametrize("batch", ["0", "-1", "x"])
def test_batch_that_is_no_number(old: str, shell: Shell, batch: str) -> None:
    assert shell(f"prune --batch {batch}").code == 2


def test_interrupted_half_way_loses_nothing(old: str, folder: Path, shell: Shell) -> None:
    assert shell.process("prune --batch 1", RESCIND_KEEP_ENDED="0s").code == 0
    assert shell.process("prune --batch 1", RESCIND_KEEP_ENDED="0s").out.startswith("0 sessions")
