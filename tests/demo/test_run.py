"""The demo as a whole: real servers, real HTTP, the table, the last line and the exit code."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from tests.demo.test_servers import WITHIN, alive, until

from rescind.demo.rows import ROWS
from rescind.demo.run import main

SMALL = tuple(replace(row, trials=12 if row.ours else 4, watch=1.0) for row in ROWS)
CODE = """
from pathlib import Path
from rescind.demo.run import main
raise SystemExit(main(True, Path({folder!r})))
"""
ROW = re.compile(r"  (\S.*?)  +([\d,]+) of +([\d,]+) +(\S.*?) +([✔✘]) +([\d.]+) +(µs|ms)( +✔)?")


def rows_of(lines: list[str]) -> dict[str, tuple[int, int, str, str]]:
    """Label -> accepted, of, last one, mark."""
    found = [match for line in lines if (match := ROW.fullmatch(line))]
    return {
        row[1]: (int(row[2].replace(",", "")), int(row[3].replace(",", "")), row[4], row[5]) for row in found
    }


def check_output(text: str, folder: Path) -> None:
    assert "\r" not in text
    assert "\x1b" not in text
    lines = text.splitlines()
    assert len(lines) <= 24
    assert max(len(line) for line in lines if str(folder) not in line) <= 80
    assert re.fullmatch(
        r"  PROMISE HELD: 0 of [\d,]+ requests that started after the answer got in\.", lines[-1]
    )
    seen = rows_of(lines)
    assert list(seen) == [row.label for row in ROWS]
    ours, database, cached, token = seen.values()
    assert (ours[0], ours[2], ours[3]) == (0, "before", "✔")
    assert (database[0], database[3]) == (0, "✔")
    assert cached[0] > 0
    assert cached[3] == "✘"
    assert token[0] == token[1]
    assert re.fullmatch(r"14:\d\d left", token[2])
    assert f"0 of {ours[1]:,} requests" in lines[-1]
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    printed = [line.removeprefix("  ") for line in lines]
    start = printed.index(report["table"][0])
    assert printed[start : start + len(report["table"])] == report["table"]
    assert {row["trials"] + row["void"] for row in report["rows"] if not row["ours"]} <= {4, 20}
    assert all(row["workers_told_apart"] and len(row["workers"]) == 2 for row in report["rows"])
    assert (folder / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_small_demo_says_what_it_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(once=True, folder=tmp_path, rows=SMALL) == 0
    check_output(capsys.readouterr().out, tmp_path)


@pytest.mark.long
def test_the_whole_demo_stays_under_two_minutes(tmp_path: Path) -> None:
    code = CODE.format(folder=str(tmp_path))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    check_output(done.stdout, tmp_path)


def test_a_terminated_demo_stops_its_servers(tmp_path: Path) -> None:
    code = CODE.format(folder=str(tmp_path))
    demo = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    try:
        assert demo.stdout is not None
        lines = [demo.stdout.readline(), demo.stdout.readline()]
        assert "servers" in lines[1], lines
        children = [
            int(pid) for pid in Path(f"/proc/{demo.pid}/task/{demo.pid}/children").read_text().split()
        ]
        assert children
        demo.send_signal(signal.SIGTERM)
        assert demo.wait(WITHIN) == 130
        assert until(lambda: not any(alive(pid) for pid in children))
    finally:
        demo.kill()
        demo.wait()
        if demo.stdout is not None:
            demo.stdout.close()
