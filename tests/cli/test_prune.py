"""``rescind prune``"""

from __future__ import annotations

import re

import pytest
from tests.cli.shell import Shell

from rescind import Rescind, Session
from rescind.cli.prune import Progress
from rescind.stores.base import PruneReport

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


def test_line_for_people(old: str, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESCIND_KEEP_ENDED", "0s")
    done = shell("prune")
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


def test_interrupted_half_way_loses_nothing(
    old: str, url: str, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C between two batches: what was removed stays removed, the rest goes at the next run."""
    monkeypatch.setenv("RESCIND_KEEP_ENDED", "0s")

    def interrupt(_progress: Progress, _batch: PruneReport) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Progress, "tell", interrupt)
        assert shell("prune --batch 2").code == 130
    assert shell("prune --json").object["sessions"] == OLD - 2
    with Rescind(url) as auth:
        assert isinstance(auth.check(old), Session)
