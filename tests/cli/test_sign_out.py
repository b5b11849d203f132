"""``rescind sign-out``: ``revoke --principal`` under the name that people look for."""

from __future__ import annotations

from tests.cli.shell import Shell
from tests.cli.worker import WorkerProcess

from rescind import Rescind, Session


def test_signs_out_everywhere_and_nobody_else(url: str, shell: Shell) -> None:
    with WorkerProcess(url) as worker:
        (_, one), (_, two), (_, other) = worker.start("ada"), worker.start("ada"), worker.start("bob")
        done = shell.process("sign-out ada --yes")
        assert (worker.check(one), worker.check(two), worker.check(other)) == (
            "revoked",
            "revoked",
            "accepted",
        )
    assert done.code == 0
    assert "ended 2 sessions" in done.out


def test_keeps_one(auth: Rescind[str], shell: Shell) -> None:
    kept = auth.sessions.start("ada")
    auth.sessions.start("ada")
    done = shell("sign-out ada --yes --json --keep", kept.session.id)
    assert (done.code, done.object["ended"]) == (0, {"session": 1})
    assert isinstance(auth.check(kept.token), Session)


def test_reason_is_kept(auth: Rescind[str], shell: Shell) -> None:
    auth.sessions.start("ada")
    shell("sign-out ada --yes --reason", "asked by phone")
    assert auth.core.store.audit_events("default")[0].reason == "asked by phone"


def test_nobody_is_exit_4_and_without_yes_exit_2(auth: Rescind[str], shell: Shell) -> None:
    token = auth.sessions.start("ada").token
    assert shell("sign-out bob --yes").code == 4
    assert shell("sign-out ada").code == 2
    assert isinstance(auth.check(token), Session)
