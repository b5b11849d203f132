"""``rescind review``: frames at 80 columns, one object, exit codes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.cli.shell import Shell

HARM = (
    "import pickle\nfrom flask import request\n\n\ndef view():\n"
    "    # Zeilen mit 漢字 und\ttabs\n    return pickle.loads(request.data)  # rätsel" + "x" * 90 + "\n"
)


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "kept"))
    return Shell()


def test_findings_are_framed(tmp_path: Path, shell: Shell) -> None:
    (tmp_path / "app.py").write_text(HARM)
    done = shell("review", str(tmp_path))
    assert done.code == 1
    assert "RSC101 critical  app.py:7" in done.out
    assert "  > 7 │     return pickle.loads(request.data)" in done.out
    assert "      │            ^^^^^^^^^^^^^^^^^^^^^^^^^^\n" in done.out
    assert "1 finding in 1 file" in done.out
    assert max(map(len, done.out.split("\n"))) <= 80


def test_one_object(tmp_path: Path, shell: Shell) -> None:
    (tmp_path / "app.py").write_text(HARM)
    done = shell("review --json", str(tmp_path))
    assert (done.code, len(done.object["findings"])) == (1, 1)


def test_exit_codes(tmp_path: Path, shell: Shell) -> None:
    assert shell("review", str(tmp_path)).code == 4
    (tmp_path / "app.py").write_text("x = 1\n")
    assert shell("review", str(tmp_path)).code == 0
    (tmp_path / "bad.py").write_text("x = (\n")
    done = shell("review", str(tmp_path))
    assert done.code == 5 and "not read: bad.py" in done.err
    assert shell("review --select RSC999", str(tmp_path)).code == 2
    assert shell("review", str(tmp_path / "nowhere")).code == 2
    assert shell("review").code == 2


def test_what_is_left_out(tmp_path: Path, shell: Shell) -> None:
    (tmp_path / "app.py").write_text(HARM)
    assert shell("review --exclude app.py", str(tmp_path)).code == 4
    assert shell("review --ignore deser", str(tmp_path)).code == 0


def test_what_was_found_is_kept_unless_it_shall_not_be(tmp_path: Path, shell: Shell) -> None:
    (tmp_path / "app.py").write_text(HARM)
    assert shell("review --no-cache", str(tmp_path)).code == 1
    assert not (tmp_path / "kept").exists()
    first = shell("review", str(tmp_path))
    assert len(list((tmp_path / "kept" / "rescind" / "review").glob("*.json"))) == 1
    assert shell("review", str(tmp_path)) == first
    shell("review --jobs 1 --cache-dir", str(tmp_path / "mine"), str(tmp_path))
    assert len(list((tmp_path / "mine").glob("*.json"))) == 1


def test_a_bar_on_a_terminal(tmp_path: Path, shell: Shell) -> None:
    """It is gone when the findings are shown, and a name of a file is no markup."""
    (tmp_path / "[red]app.py").write_text(HARM)
    done = shell.terminal("review --no-cache", str(tmp_path), COLUMNS="80")
    assert (
        "1/1 [red]app.py" in re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", done.out)
        and "1 finding in 1 file" in done.out
    )
