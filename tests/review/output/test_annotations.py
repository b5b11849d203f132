"""Annotations: one line for each finding, and nothing from elsewhere ends a line or a field."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.review.test_marks import HARM, written

from rescind.review.output.annotations import workflow_commands


def test_a_finding_and_what_was_not_read(tmp_path: Path) -> None:
    done = written(tmp_path, {"a,b:c/app.py": HARM, "n.ipynb": ""})
    finding, unread = workflow_commands(done, tmp_path)
    assert finding.startswith("::error file=a%2Cb%3Ac/app.py,line=5,endLine=5,col=12,title=RSC101::")
    assert "%0A" in finding and "\n" not in finding  # the fix is on a line of its own
    assert unread.startswith("::warning file=n.ipynb,line=1,title=not read::a notebook")


def test_nothing_from_elsewhere_becomes_a_command(tmp_path: Path) -> None:
    done = written(tmp_path, {"app.py": HARM})
    evil = replace(done.findings[0], message="100%\r\n::set-output name=x::y")
    (line,) = workflow_commands(replace(done, findings=(evil,)), tmp_path)
    assert line.endswith(f"::100%25%0D%0A::set-output name=x::y%0A{evil.fix}") and "\n" not in line
