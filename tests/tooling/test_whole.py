"""A file is there whole, or as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from rescind.tooling.errors import ToolError
from rescind.tooling.whole import write_whole


def test_it_takes_the_place_of_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    write_whole(tmp_path / "a", "neu ü", "baseline")
    assert (tmp_path / "a").read_text(encoding="utf-8") == "neu ü"
    assert [each.name for each in tmp_path.iterdir()] == ["a"]


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "inside").touch()
    with pytest.raises(ToolError, match=r"baseline .*folder"):
        write_whole(tmp_path / "folder", "x", "baseline")
    assert [each.name for each in tmp_path.iterdir()] == ["folder"]
