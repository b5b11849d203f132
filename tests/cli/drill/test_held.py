"""``rescind drill --from-paths``: what agrees with a map, what contradicts it, a drill to begin with."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.drill.test_run import FILE
from tests.cli.shell import Shell
from tests.drill.local_server import LocalServer, Notes
from tests.paths.maps import AT_ONCE, credential, drawn, route

from rescind.drill.read import read_file

SID = credential("cookie:sid", AT_ONCE, mechanism="session_db")
MAP = drawn(
    route("/sign-in", method="POST"), route("/me", SID), route("/people/{who}", SID),
    route("/sign-out", SID, method="POST"), credentials=(SID,),
)  # fmt: skip


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Iterator[Notes]:
    monkeypatch.setenv("DRILL_PASSWORD", "plum-tractor")
    (folder / "map.json").write_text(json.dumps(MAP.to_dict("0.1.0")))
    notes = Notes()
    with LocalServer(notes) as started:
        file = FILE.replace("BASE", started.base).replace('undo = [{ post = "/undo" }]\n', "")
        (folder / "shop.toml").write_text(file.replace("trials = 2", "trials = 1"))
        yield notes


def test_what_agrees(shell: Shell, app: Notes) -> None:
    done = shell("drill shop.toml --from-paths map.json")
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[1].startswith("agrees         sign out: GET /me: predicted at once; 0 of ")
    assert lines[2] == (
        "not measured   sign out: GET /people/{who}: predicted at once; give a value in [vars] for who"
    )
    assert lines[-1] == "0 contradictions in 1 measurement, 3 not measured"
    assert done.err == "1 route, 1 trials, 200 ms at least\n"


def test_a_planted_wrong_prediction_is_a_contradiction(shell: Shell, app: Notes) -> None:
    """The map says at once, and the application goes on letting the copy in."""
    app.keeps = lambda _call, _since: True
    done = shell("drill --from-paths map.json shop.toml --json")
    assert done.code == 1
    found = done.object
    assert (found["tool"], found["contradicted"]) == ("rescind drill", True)
    by_path = {each["path"]: each for each in found["routes"]}
    assert (by_path["/me"]["agrees"], by_path["/me"]["predicted"]["class"]) == ("slower", "immediate")
    assert by_path["/me"]["measured"]["accepted_after"] > 0
    assert by_path["/people/{who}"]["measured"] is None
    assert "plum" not in done.out + done.err
    assert "CONTRADICTS    sign out: GET /me" in shell("drill shop.toml --from-paths map.json").out


def test_a_drill_to_begin_with(shell: Shell, app: Notes, folder: Path) -> None:
    done = shell("drill init new.toml --from-paths map.json")
    assert (done.code, done.out) == (0, "wrote new.toml; edit it, then `rescind drill check new.toml`\n")
    plan = read_file(folder / "new.toml")
    assert (plan.sign_in.steps[0].path, plan.probe.get, plan.end[0].steps[0].path) == (
        "/sign-in",
        "/me",
        "/sign-out",
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("drill shop.toml --from-paths nothing.json", "--from-paths nothing.json: there is no such file"),
        ("drill shop.toml --from-paths nothing:app", "there is no module nothing here"),
        ("drill shop.toml --from-paths map.json --html x.html", "--html is the picture of one probe"),
        ("drill init x.toml --from-paths map.json --recipe django", "two beginnings: give one"),
    ],
)
def test_usage(shell: Shell, app: Notes, line: str, said: str) -> None:
    done = shell(line)
    assert done.code == 2 and said in done.err


def test_nobody_can_sign_in(shell: Shell, app: Notes, folder: Path) -> None:
    text = (folder / "shop.toml").read_text()
    (folder / "shop.toml").write_text(text.replace('post = "/sign-in"', 'post = "/nothing"'))
    done = shell("drill shop.toml --from-paths map.json")
    assert done.code == 2 and "nobody could sign in: POST /nothing answered 401" in done.err
