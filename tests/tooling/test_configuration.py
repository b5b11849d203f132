"""A table of a TOML file; the reviewer's and the map's own keys are tested with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from rescind.tooling.configuration import refuse_unknown, table
from rescind.tooling.errors import ToolError


def test_a_table_that_is_there_and_those_that_are_not(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("[tool.x]\ny = 1\n")
    assert table(tmp_path / "a.toml", ("tool", "x")) == {"y": 1}
    assert table(tmp_path / "a.toml", ("tool", "z")) == {}
    assert table(tmp_path / "b.toml", ("tool", "x")) == {}


def test_the_nearest_is_named() -> None:
    refuse_unknown({"reason": 1}, ("reason", "path"), "a.toml: [x]")
    with pytest.raises(ToolError, match=r"a.toml: unknown key 'reasn' in \[x\]; did you mean reason\?"):
        refuse_unknown({"reasn": 1}, ("reason", "path"), "a.toml: [x]")
    with pytest.raises(ToolError, match="known: reason, path"):
        refuse_unknown({"zzz": 1}, ("reason", "path"), "a.toml: [x]")
