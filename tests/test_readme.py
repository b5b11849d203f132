"""The README shows the figures of the committed report and no others."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from tools.readme import BEGIN, END, README, kept_report, main, pasted

from rescind.testing.fastapi import client

REPORT: dict[str, object] = {
    "table": ["  model   lag", "  ours  0.1 ms  "],
    "ways_table": ["          sign out", "  Django     ·   "],
    "one_revoke": {"line": "final · 3 sessions"},
    "machine": "2 cores",
    "date": "2026-11-24",
}
PAGE = f"# x\n\n{BEGIN['table']}\nold\n{END}\n\nbetween\n\n{BEGIN['ways']}\nold\n{END}\n\nrest\n"


def test_readme_holds_the_committed_report() -> None:
    readme = README.read_text(encoding="utf-8")
    assert pasted(readme, kept_report()) == readme, "run `make readme` after `make demo ONCE=1`"


def test_drift_is_seen() -> None:
    fresh = pasted(PAGE, REPORT)
    assert pasted(fresh, REPORT) == fresh
    assert pasted(fresh.replace("0.1 ms", "0.2 ms"), REPORT) == fresh
    assert "ours  0.1 ms\n```\n\nMeasured 2026-11-24 on 2 cores." in fresh
    assert "  Django     ·\n```\n\nOne revoke, three frameworks: final · 3 sessions." in fresh
    assert fresh.startswith("# x\n") and "\n\nbetween\n\n" in fresh and fresh.endswith("\n\nrest\n")
    assert "old" not in fresh


def test_without_a_report_no_figure_is_shown() -> None:
    page = pasted(PAGE, None)
    assert not re.search(r"\d", page.replace("ONCE=1", ""))
    assert "old" not in page


@pytest.mark.parametrize("page", ["# x", PAGE + PAGE, PAGE.replace(END, ""), PAGE.replace(BEGIN["ways"], "")])
def test_markers_are_needed_once(page: str) -> None:
    with pytest.raises(ValueError, match=r"README.md needs"):
        pasted(page, REPORT)


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "no json",
        '{"table": ["a"], "ways_table": [], "one_revoke": {}, "machine": "m", "date": "d"}',
        '{"table": ["a"], "ways_table": ["b"]}',
    ],
)
def test_unusable_report_changes_nothing(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = README.read_text(encoding="utf-8")
    (tmp_path / "report.json").write_text(text)
    assert main([str(tmp_path / "report.json")]) == 1
    assert main([str(tmp_path / "absent.json")]) == 1
    assert "make readme:" in capsys.readouterr().err
    assert README.read_text(encoding="utf-8") == before


def test_readme_names_the_two_commands() -> None:
    readme = README.read_text(encoding="utf-8")
    assert "$ make demo" in readme and "$ make test" in readme


def test_first_screen_does_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The code of the README, driven over HTTP: who has left is refused on the next request."""
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(
        r"^```python\n(.*?)^```$", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    page: dict[str, Any] = {"__name__": "page"}
    exec(compile(code, "README.md", "exec"), page)
    with page["auth"] as auth:
        auth.principals.set("boss", roles=["admin"], reason="founder")
        nobody, ada, boss = (
            client(page["app"], issued)
            for issued in (None, auth.sessions.start("ada"), auth.sessions.start("boss"))
        )
        assert nobody.get("/me").status_code == 401
        assert ada.get("/me").json()["principal_id"] == "ada"
        assert ada.post("/people/boss/leave").status_code == 403
        assert boss.post("/people/ada/leave").json()["state"] == "final"
        assert ada.get("/me").status_code == 401
        assert boss.get("/me").status_code == 200
