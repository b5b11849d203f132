"""``rescind drill check``: what a drill would do, and nothing is ended."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.drill.test_run import FILE, Undoing, app, server
from tests.cli.shell import Shell
from tests.drill.local_server import LocalServer, Reply

__all__ = ["app", "server"]


def test_a_drill_that_works(shell: Shell, server: LocalServer, app: Undoing) -> None:
    done = shell("drill check shop.toml")
    assert done.code == 0
    said = [" ".join(line.split()) for line in done.out.splitlines()]
    assert said[0].startswith("ok sign in: the copy is sid, sha256 ")
    assert said[1:] == [
        "ok without the copy: refused (401)",
        "ok with the copy: accepted (200)",
        "would end sign out: POST /sign-out, undone by POST /undo, bound immediate",
        "would run 2 trials, 400 ms at least, 300 probes a second",
    ]
    assert [call.path for call in app.calls] == ["/sign-in", "/me", "/me"]
    assert app.undone == 0
    assert "plum" not in done.out and "s-ada" not in done.out


def test_it_says_why_an_answer_is_not_what_a_drill_needs(
    shell: Shell, server: LocalServer, app: Undoing
) -> None:
    app.instead = lambda call: Reply(200, {"user": "eve"}) if call.path == "/me" else None
    done = shell("drill check shop.toml --json")
    assert done.code == 2
    assert not done.object["good"]
    assert [(one["what"], one["good"], one["says"]) for one in done.object["found"][1:]] == [
        (
            "without the copy",
            False,
            "undecided (200), but a drill needs it refused: status 200 is not 401",
        ),
        (
            "with the copy",
            False,
            "undecided (200), but a drill needs it accepted: the body is not JSON with '/user' = 'ada-0'",
        ),
    ]


def test_a_sign_in_that_fails_ends_it(shell: Shell, server: LocalServer, app: Undoing) -> None:
    app.instead = lambda call: Reply(403, "wrong: plum-tractor") if call.path == "/sign-in" else None
    done = shell("drill check shop.toml")
    assert done.code == 2
    assert done.out.startswith(
        "NOT OK     sign in: POST /sign-in answered 403, expected below 400: wrong: ***\nwould end  "
    )


def test_a_help_of_the_group_names_the_short_form(shell: Shell) -> None:
    assert "`rescind drill FILE`" in shell("drill").out


@pytest.mark.parametrize("name", ["check", "run", "init", "schema"])
def test_a_file_may_have_the_name_of_a_command(shell: Shell, server: LocalServer, name: str) -> None:
    Path(name).write_text(FILE.replace("BASE", server.base))
    assert shell(f"drill run {name} --trials 1").code == 0


def test_a_host_of_others_is_asked_once_it_is_named(shell: Shell, server: LocalServer, folder: Path) -> None:
    text = (folder / "shop.toml").read_text().replace("rate = 300", 'timeout = "100ms"')
    (folder / "shop.toml").write_text(text)
    unnamed = shell("drill check shop.toml --base http://203.0.113.7 --i-may-test 203.0.113.8")
    named = shell("drill check shop.toml --base http://203.0.113.7 --i-may-test 203.0.113.7")
    assert (unnamed.code, unnamed.out) == (2, "") and "--i-may-test 203.0.113.7" in unnamed.err
    assert named.code == 2 and named.out.startswith("NOT OK     sign in: POST /sign-in")
