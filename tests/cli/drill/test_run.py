"""``rescind drill FILE``: against a real server, with pipes and on a terminal."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.shell import INTERRUPT, PROGRAM, Shell
from tests.drill.local_server import Call, LocalServer, Notes, Reply

FILE = """
[target]
bases = ["BASE"]
rate = 300
[vars]
user = "ada-{trial}"
password = { env = "DRILL_PASSWORD" }
[sign_in]
steps = [{ post = "/sign-in", form = { user = "{user}", password = "{password}" } }]
copy = { cookies = ["sid"] }
[probe]
get = "/me"
accepted = { status = 200, json = { "/user" = "{user}" } }
refused = [{ status = 401 }]
[[end]]
name = "sign out"
steps = [{ post = "/sign-out" }]
undo = [{ post = "/undo" }]
[run]
trials = 2
watch = "200ms"
"""


class Undoing(Notes):
    """Answers `/undo`, which is asked after each trial."""

    undone = 0

    def __call__(self, call: Call) -> Reply:
        if call.path == "/undo":
            self.undone += 1
            return Reply()
        return super().__call__(call)


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> Undoing:
    monkeypatch.setenv("DRILL_PASSWORD", "plum-tractor")
    return Undoing()


@pytest.fixture
def server(app: Undoing, folder: Path) -> Iterator[LocalServer]:
    with LocalServer(app) as started:
        (folder / "shop.toml").write_text(FILE.replace("BASE", started.base))
        yield started


def test_what_holds_is_a_line_and_exit_0(shell: Shell, server: LocalServer) -> None:
    done = shell("drill shop.toml")
    first, *remarks = done.out.splitlines()
    assert first.startswith("sign out   2 trials   answered in ") and first.endswith(
        "   bound immediate   HELD"
    )
    assert "   workers not told apart   " in first
    assert any("resolution" in line for line in remarks)
    assert done.err == "2 trials, 400 ms at least\n"
    assert done.code == 0


def test_what_does_not_hold_is_exit_1(shell: Shell, server: LocalServer, app: Undoing) -> None:
    app.keeps = lambda call, since: True
    done = shell("drill run shop.toml --trials 1")
    assert done.out.splitlines()[0].endswith("   NOT HELD") and "   1 trials   " in done.out
    assert done.code == 1


def test_what_cannot_be_measured_is_exit_2_and_says_why(
    shell: Shell, server: LocalServer, app: Undoing
) -> None:
    app.instead = lambda call: Reply(403, "no plum-tractor here") if call.path == "/sign-in" else None
    done = shell("drill shop.toml")
    assert done.code == 2
    assert "not measured" in done.out
    assert "POST /sign-in answered 403, expected below 400: no *** here" in done.out


def test_json_is_the_documented_object(shell: Shell, server: LocalServer) -> None:
    done = shell("drill --json shop.toml")
    assert done.code == 0
    assert list(done.object) == ["tool", "version", "target", "ends", "held"]
    (end,) = done.object["ends"]
    assert (end["name"], end["trials"], end["accepted_after"], end["held"]) == ("sign out", 2, 0, True)
    assert end["resolution_s"]["max"] > 0
    assert "plum" not in done.out + done.err and "ada-1" not in done.out


def test_html_is_written_and_holds_no_secret(shell: Shell, server: LocalServer, folder: Path) -> None:
    done = shell("drill shop.toml --html report.html")
    page = (folder / "report.html").read_text()
    assert done.code == 0
    assert "sign out" in page and "<svg" in page and server.base in page
    assert "plum" not in page and "s-ada" not in page


def test_html_that_cannot_be_written_is_said_before_the_first_request(
    shell: Shell, server: LocalServer, app: Undoing
) -> None:
    done = shell("drill shop.toml --html none/report.html")
    assert done.code == 2
    assert "--html none/report.html cannot be written: No such file or directory" in done.err
    assert app.calls == []


def test_bases_of_the_command_line_take_the_place_of_those_of_the_file(
    shell: Shell, server: LocalServer, folder: Path
) -> None:
    (folder / "other.toml").write_text(FILE.replace("BASE", "http://127.0.0.1:1"))
    done = shell("drill other.toml --json --trials 1 --base", server.base)
    assert done.code == 0
    assert done.object["target"] == [server.base]


WRONG = {
    ("trials =", "trails ="): "shop.toml, line 20: run.trails is not known: did you mean trials?",
    ("BASE", "ftp://x"): "target.bases: 'ftp://x' is not an address",
    ("BASE", "http://203.0.113.7"): "If you may test it, add --i-may-test 203.0.113.7",
    ("DRILL_PASSWORD", "DRILL_NONE"): "vars.password: the environment variable DRILL_NONE is not set",
    ("{user}", "{usr}"): "{usr} has no value",
}


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("command", ["drill", "drill run", "drill check"])
@pytest.mark.parametrize("change", WRONG, ids=lambda change: str(change[1]))
def test_what_cannot_be_run_is_one_line_and_exit_2(
    shell: Shell, folder: Path, command: str, change: tuple[str, str]
) -> None:
    text = FILE.replace(*change).replace("BASE", "http://127.0.0.1:1")
    (folder / "shop.toml").write_text(text)
    done = shell(f"{command} shop.toml")
    assert (done.code, done.out) == (2, "")
    error = done.err.splitlines()[-1]
    assert error.startswith("rescind: ") and WRONG[change] in error


def test_a_file_that_is_not_there_is_said(shell: Shell) -> None:
    done = shell("drill none.toml")
    assert (done.code, done.out) == (2, "")
    assert done.err == "rescind: none.toml cannot be read: No such file or directory\n"


def test_on_a_terminal_there_is_a_bar_and_colour(shell: Shell, server: LocalServer) -> None:
    done = shell.terminal("drill shop.toml")
    assert "100%" in done.out and "\r" in done.out
    assert "\x1b[32m" in done.out and "HELD" in done.out


def test_ctrl_c_undoes_what_was_ended(shell: Shell, server: LocalServer, app: Undoing, folder: Path) -> None:
    (folder / "shop.toml").write_text((folder / "shop.toml").read_text().replace("200ms", "30s"))
    done = shell.terminal("drill shop.toml", answers=[("at least", INTERRUPT)])
    ended = sum(call.path == "/sign-out" for call in app.calls)
    assert done.code == 130
    assert "Traceback" not in done.out
    assert app.undone == ended


def test_terminate_undoes_what_was_ended(server: LocalServer, app: Undoing, folder: Path) -> None:
    (folder / "shop.toml").write_text((folder / "shop.toml").read_text().replace("200ms", "30s"))
    process = subprocess.Popen(
        [*PROGRAM, "drill", "shop.toml"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ
    )
    app.instead = lambda call: process.send_signal(signal.SIGTERM) if call.path == "/sign-out" else None
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, b"")
    assert b"Traceback" not in err
    assert app.undone == 1


WITHOUT_H11 = """
import sys
sys.modules["h11"] = None
from rescind.cli import main
main(sys.argv[1:])
"""


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("drill shop.toml", 2, 'rescind drill needs an extra: pip install "rescind[tools]"'),
        pytest.param(
            *("drill check shop.toml", 2, 'rescind drill needs an extra: pip install "rescind[tools]"'),
            marks=pytest.mark.long,
        ),
        pytest.param("drill run --help", 0, "Usage", marks=pytest.mark.long),
        pytest.param("drill", 0, "Usage", marks=pytest.mark.long),
        ("drill schema", 0, "$schema"),
        pytest.param("drill init", 0, "wrote drill.toml", marks=pytest.mark.long),
    ],
)
def test_without_the_extra_it_says_which_one(server: LocalServer, line: str, code: int, said: str) -> None:
    command = [sys.executable, "-c", WITHOUT_H11, *line.split()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, said in done.stdout + done.stderr) == (code, True), done


def test_names_from_the_file_cannot_move_the_cursor(shell: Shell, server: LocalServer, folder: Path) -> None:
    text = (folder / "shop.toml").read_text().replace('"sign out"', r'"sign\u001b[2Jout"')
    (folder / "shop.toml").write_text(text)
    done = shell("drill shop.toml --trials 1")
    assert "\x1b" not in done.out + done.err
    assert json.loads(shell("drill shop.toml --trials 1 --json").out)["ends"][0]["name"] == "sign\x1b[2Jout"
