"""Files of a run are in memory where there is room, and gone afterwards, those of a killed run, too."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests import scratch

HERE = f"{scratch.NAME}{os.getpid()}"


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """What is said of every place."""
    found = SimpleNamespace(f_bavail=scratch.ROOM // 4096, f_frsize=4096, f_flag=0)
    monkeypatch.setattr(os, "statvfs", lambda _: found)
    monkeypatch.delenv("TMPDIR", raising=False)
    monkeypatch.setattr(tempfile, "tempdir", tempfile.tempdir)
    return found


@pytest.mark.usefixtures("room")
def test_files_are_there_and_gone_afterwards(tmp_path: Path) -> None:
    with scratch.scratch(tmp_path):
        made = Path(tempfile.mkdtemp())
        assert made.parent == tmp_path / HERE == Path(os.environ["TMPDIR"])
    assert list(tmp_path.iterdir()) == []
    assert "TMPDIR" not in os.environ
    assert Path(tempfile.gettempdir()) != tmp_path / HERE


@pytest.mark.usefixtures("room")
def test_who_says_where_is_obeyed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", "/elsewhere")
    with scratch.scratch(tmp_path):
        assert os.environ["TMPDIR"] == "/elsewhere"
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "lacking", [{"f_bavail": 16384}, {"f_flag": os.ST_NOEXEC}, {"f_flag": os.ST_RDONLY}], ids=str
)
def test_without_room_nothing_changes(tmp_path: Path, room: SimpleNamespace, lacking: dict[str, int]) -> None:
    vars(room).update(lacking)
    with scratch.scratch(tmp_path):
        assert "TMPDIR" not in os.environ
        assert list(tmp_path.iterdir()) == []


def test_there_is_no_such_place(tmp_path: Path) -> None:
    assert not scratch.in_memory(tmp_path / "none")


@pytest.mark.usefixtures("room")
def test_what_a_killed_run_left_is_removed_and_what_another_run_uses_is_not(tmp_path: Path) -> None:
    dead, alive = tmp_path / f"{scratch.NAME}{2**22 + 1}", tmp_path / f"{scratch.NAME}{os.getppid()}"
    for folder in (dead, alive):
        (folder / "of-a-test").mkdir(parents=True)
    with scratch.scratch(tmp_path):
        assert not dead.exists()
        assert (alive / "of-a-test").exists()
