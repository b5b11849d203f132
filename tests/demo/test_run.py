"""The demo as a whole: real servers, real HTTP, the table, the last line and the exit code."""

from __future__ import annotations

import json
import re
import shlex
import signal
import subprocess
import sys
from http.client import HTTPConnection
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from tests.demo.test_servers import WITHIN, alive, until

from rescind.demo.kinds import KINDS
from rescind.demo.rows import ROWS
from rescind.demo.ways import NONE

SMALL = "[replace(row, trials=12 if row.ours else 4, together=6, watch=1.0) for row in ROWS]"
CODE = """
from dataclasses import replace
from pathlib import Path
from rescind.demo.rows import ROWS
from rescind.demo.run import main
raise SystemExit(main({once}, Path({folder!r}), {rows}))
"""
ROW = re.compile(r"  (\S.*?)  +([\d,]+) of +([\d,]+) +(\S.*?) +([✔✘]) +([\d.]+) +(µs|ms)( +✔)?")
LIVES_ON = re.compile(r"[\d.]+ s \+|14:\d\d left|30 d left")
SCREEN = 24  # lines


def rows_of(lines: list[str]) -> dict[str, tuple[int, int, str, str]]:
    """Label -> accepted, of, last one, mark."""
    found = [match for line in lines if (match := ROW.fullmatch(line))]
    return {
        row[1]: (int(row[2].replace(",", "")), int(row[3].replace(",", "")), row[4], row[5]) for row in found
    }


def check_output(text: str, folder: Path) -> None:
    """What stands in the tables and in the last line, and that the files say the same."""
    assert "\r" not in text
    assert "\x1b" not in text
    lines = text.splitlines()
    first, second, last = (
        next(number for number, line in enumerate(lines) if words in line)
        for words in ("Somebody copies", "Every way", "PROMISE")
    )
    assert second - first < SCREEN
    assert last - second < SCREEN
    assert max(len(line) for line in lines if str(folder) not in line) <= 80
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    printed = [line.removeprefix("  ") for line in lines]
    for name in ("table", "ways_table"):
        start = printed.index(report[name][0])
        assert printed[start : start + len(report[name])] == report[name]
    check_rows(rows_of(lines))
    check_ways(report)
    assert report["one_revoke"]["line"] in printed
    every = [*report["rows"], *(way for kind in report["ways"] for way in kind["ways"].values())]
    assert all(row["workers_told_apart"] and len(row["workers"]) == 2 for row in every)
    measured = {id(row): row for row in report["rows"] if row["ours"]}
    asked = sum(row["probes_after"] for row in measured.values()) + report["one_revoke"]["probes_after"]
    asked += sum(
        way["probes_after"]
        for kind in report["ways"]
        for name, way in kind["ways"].items()
        if kind["ours"] and not (kind["key"].startswith("fastapi") and name == "sign out")
    )
    assert lines[last] == f"  PROMISE HELD: 0 of {asked:,} requests that started after the answer got in."
    assert (folder / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def check_rows(seen: dict[str, tuple[int, int, str, str]]) -> None:
    """The first table."""
    assert list(seen) == [row.label for row in ROWS]
    *ours, database, cached, token = seen.values()
    assert all((row[0], row[2], row[3]) == (0, "before", "✔") for row in ours)
    assert (database[0], database[3]) == (0, "✔")
    assert cached[0] > 0
    assert cached[3] == "✘"
    assert token[0] == token[1]
    assert re.fullmatch(r"14:\d\d left", token[2])


def check_ways(report: dict[str, Any]) -> None:
    """The second, and the one revoke: ours hold, and of the others what is known of them is seen."""
    assert [kind["key"] for kind in report["ways"]] == [kind.key for kind in KINDS]
    lives_on = set()
    for kind in report["ways"]:
        for name, way in kind["ways"].items():
            assert way["text"] == NONE or LIVES_ON.fullmatch(way["text"]), way
            if way["text"] != NONE:
                lives_on.add((kind["key"], name))
    assert lives_on == {
        ("stock-local", "sign out"), ("flask-login", "sign out"), ("flask-login", "password"),
        ("fastapi-users", "sign out"), ("fastapi-users", "password"),
    }  # fmt: skip
    one = report["one_revoke"]
    assert (one["state"], one["sessions"], one["applications"], one["workers"]) == ("final", 3, 3, 6)
    assert (one["accepted_after"], one["probes_after"]) == (0, 72)


def start(folder: Path, once: bool, rows: str) -> subprocess.Popen[str]:
    code = CODE.format(folder=str(folder), once=once, rows=rows)
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def read_until(demo: subprocess.Popen[str], words: str) -> str:
    assert demo.stdout is not None
    text = ""
    for line in demo.stdout:
        text += line
        if words in line:
            break
    return text


def end(demo: subprocess.Popen[str]) -> None:
    demo.kill()
    demo.wait()
    if demo.stdout is not None:
        demo.stdout.close()


def sign_in(port: int, password: str) -> str:
    """Alice's cookie, by the form of the page."""
    connection = HTTPConnection("localhost", port, timeout=10)
    body = urlencode({"login": "alice", "password": password, "next": "/"})
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
    connection.request("POST", "/auth/sign-in", body, headers | {"Accept": "text/html"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert (answer.status, answer.headers["location"]) == (303, "/")
    return answer.headers["set-cookie"].partition(";")[0]


def ask(port: int, path: str, cookie: str) -> tuple[int, str]:
    connection = HTTPConnection("localhost", port, timeout=10)
    connection.request("GET", path, headers={"Cookie": cookie})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


@pytest.mark.long
def test_a_small_demo_measures_then_serves_and_what_it_prints_can_be_pasted(tmp_path: Path) -> None:
    demo = start(tmp_path, once=False, rows=SMALL)
    try:
        text = read_until(demo, "--principal 7")
        check_output(text, tmp_path)
        printed = re.search(
            r"alice / (\S+)\n((?:  +\w+ +http://localhost:\d+\n){3})  2  (.*) \\\n +(--principal.*)\n", text
        )
        assert printed is not None, text
        ports = [int(port) for port in re.findall(r"localhost:(\d+)", printed[2])]
        cookies = [sign_in(ports[0], printed[1]) for _ in range(2)]
        for port, cookie in product(ports, cookies):
            assert ask(port, "/rescind/note", cookie)[0] == 200
            assert "Signed in as person <b>7</b>" in ask(port, "/", cookie)[1]
        command = shlex.split(f"{printed[3]} {printed[4]} --yes")
        command[0] = str(Path(sys.prefix).parent / command[0])
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        assert "ended 2 sessions" in done.stdout
        for port, cookie in product(ports, cookies):
            assert ask(port, "/rescind/note", cookie)[0] == 401
            assert "Sign in</button>" in ask(port, "/", cookie)[1]
        demo.send_signal(signal.SIGINT)
        assert demo.wait(WITHIN) == 0
        with pytest.raises(OSError, match="refused"):
            ask(ports[0], "/ready", "")
    finally:
        end(demo)


@pytest.mark.long
def test_the_whole_demo_stays_under_two_minutes(tmp_path: Path) -> None:
    demo = start(tmp_path, once=True, rows="ROWS")
    try:
        text, _ = demo.communicate(timeout=120)
        assert demo.returncode == 0, text
        check_output(text, tmp_path)
        report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
        assert [row["trials"] + row["void"] for row in report["rows"]] == [row.trials for row in ROWS]
    finally:
        end(demo)


@pytest.mark.long
def test_a_terminated_demo_stops_its_servers(tmp_path: Path) -> None:
    demo = start(tmp_path, once=True, rows="ROWS")
    try:
        assert "servers" in read_until(demo, "2 workers each")
        children = [
            int(pid) for pid in Path(f"/proc/{demo.pid}/task/{demo.pid}/children").read_text().split()
        ]
        assert len(children) == 6, "two of FastAPI, three that fork, and the Valkey server"
        workers = [pid for child in children for pid in children_of(child)]
        assert len(workers) == 7, "two of each that forks, and Valkey itself"
        demo.send_signal(signal.SIGTERM)
        assert demo.wait(WITHIN) == 130
        assert until(lambda: not any(alive(pid) for pid in children + workers))
    finally:
        end(demo)
