"""``rescind revoke`` with a person: it asks, it waits, its last word is true however it is interrupted."""

from __future__ import annotations

import json
import re
import signal
import subprocess

import pytest
from tests.cli.shell import PROGRAM, Shell
from tests.cli.worker import WorkerProcess
from tests.world import code

from rescind import Rescind, RevocationUnknown
from rescind.model.revocation import WorkerRow


def test_without_a_terminal_and_yes_nothing_is_ended(auth: Rescind[str], shell: Shell) -> None:
    token = auth.sessions.start("ada").token
    done = shell.process("revoke --principal ada --reason r", stdin="y\n")
    assert done.code == 2
    assert "--yes" in done.err and "1 live session" in done.err
    assert code(auth.check(token)) == "live"


@pytest.mark.parametrize(("typed", "exit_code", "answer"), [("n", 2, "live"), ("y", 0, "revoked")])
def test_on_a_terminal_it_shows_the_count_and_asks(
    auth: Rescind[str], shell: Shell, typed: str, exit_code: int, answer: str
) -> None:
    token = auth.sessions.start("ada").token
    auth.sessions.start("ada")
    done = shell.terminal("revoke --principal ada --reason r", answers=[("[y/N]", f"{typed}\n")])
    assert "principal ada: 2 live sessions, 2 stored. End them? [y/N]" in done.out
    assert done.code == exit_code
    assert code(auth.check(token)) == answer


def test_enter_is_no(auth: Rescind[str], shell: Shell) -> None:
    token = auth.sessions.start("ada").token
    done = shell.terminal("revoke --principal ada --reason r", answers=[("[y/N]", "\n")])
    assert done.code == 2
    assert "nothing was done" in done.out
    assert code(auth.check(token)) == "live"


def test_interrupted_at_the_question(auth: Rescind[str], shell: Shell) -> None:
    token = auth.sessions.start("ada").token
    done = shell.terminal("revoke --principal ada --reason r", answers=[("[y/N]", "\x04")])
    assert done.code == 130
    assert code(auth.check(token)) == "live"


def test_no_wait_returns_committed_and_how_to_wait(auth: Rescind[str], shell: Shell) -> None:
    auth.sessions.start("ada")
    done = shell("revoke --yes --reason r --principal ada --no-wait --id later")
    assert done.code == 0
    assert done.out.startswith("committed · seq")
    assert "--id later" in done.err
    assert shell("revoke --yes --reason r --principal ada --id later").out.startswith("final · seq")


def test_worker_killed_holding_a_lease_is_not_waited_for_in_vain(url: str, shell: Shell) -> None:
    """It watched the counter, so it could not have accepted anything; the receipt is final all the same."""
    with WorkerProcess(url) as worker:
        worker.start("ada")
        worker.kill()
        done = shell("revoke --yes --reason r --principal ada --json")
    assert done.code == 0
    assert done.object["state"] == "final"
    assert done.object["ended"] == {"session": 1}


def test_interrupted_while_it_waits_is_exit_5(auth: Rescind[str], shell: Shell) -> None:
    """Somewhere a worker does not answer. What was committed must not read as if nothing had been ended."""
    token = auth.sessions.start("ada").token
    silent_worker(auth)
    line = "revoke --yes --principal ada --reason r --id five --json"
    child = subprocess.Popen([*PROGRAM, *line.split()], stdout=-1, stderr=-1, text=True)
    while auth.core.store.find_entry("five") is None:
        assert child.poll() is None
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=60)
    assert child.returncode == 5
    assert "may be committed" in err and "--id five" in err and err.count("\n") <= 2
    assert json.loads(out)["exit_code"] == 5
    assert code(auth.check(token)) == "revoked"
    auth.core.store.deregister("silent")
    again = shell(line)
    assert (again.code, again.object["state"], again.object["seq"]) == (0, "final", 1)


def silent_worker(auth: Rescind[str]) -> None:
    """A process of another machine that took the longest lease and went quiet."""
    head = auth.core.store.head()
    auth.core.store.register(
        WorkerRow("silent", head.birth, term=30.0, protocol=1, acked=0, host="elsewhere", pid=7)
    )


def test_unknown_outcome_is_exit_5_with_the_id(
    auth: Rescind[str], shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    auth.sessions.start("ada")

    def unknown(engine: Rescind[str], order: object, connection: object = None) -> None:
        raise RevocationUnknown(order.id)  # type: ignore[attr-defined]

    monkeypatch.setattr(Rescind, "commit", unknown)
    done = shell("revoke --yes --reason r --principal ada --json")
    assert done.code == 5
    assert re.search(r"--id [0-9a-f]{32}", done.err)
    assert done.object["exit_code"] == 5


def test_terminal_that_cannot_show_the_answer_is_no_error(auth: Rescind[str], shell: Shell) -> None:
    """It is done by then: it must not read as a failure."""
    token = auth.sessions.start("Жанна").token
    done = shell.started("revoke --yes --reason r --principal Жанна", PYTHONIOENCODING="iso8859-5")
    assert done.code == 0, done.err
    assert done.out.startswith("final ? seq 1 ? ended 1 session")
    assert code(auth.check(token)) == "revoked"
    assert shell.started("principals show Жанна", PYTHONIOENCODING="latin-1").rows[0][0] == "?????"
