"""``rescind db new-birth``: after a restore nothing that was issued before is believed."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.cli.shell import Shell
from tests.cli.worker import WorkerProcess

from rescind import Rescind, Session
from rescind.cli.initiator import initiator


def test_every_session_of_every_realm_is_refused(url: str, shell: Shell) -> None:
    with Rescind(url, realm="shop") as shop, WorkerProcess(url) as worker:
        token = shop.sessions.start("bob").token
        assert isinstance(shop.check(token), Session)
        _, other = worker.start("ada")
        done = shell.process("db new-birth --yes --reason restored --json")
        assert done.code == 0
        assert (done.object["ended"], done.object["realms"]) == (2, ["default", "shop"])
        assert worker.check(other) == "superseded"
        assert not isinstance(shop.check(token), Session)
        _, new = worker.start("ada")
        assert worker.check(new) == "accepted"


def test_belongs_to_a_restore(url: str, folder: Path, shell: Shell) -> None:
    """Without it the backup, which knows of no revocation, lets the session in again (asks A8)."""
    with Rescind(url) as auth:
        token = auth.sessions.start("ada").token
    shutil.copy(folder / "app.db", folder / "backup.db")
    with Rescind(url) as auth:
        assert auth.revoke(principal="ada", reason="r").state == "final"
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    shutil.copy(folder / "backup.db", elsewhere / "app.db")
    with Rescind(f"sqlite:///{elsewhere / 'app.db'}") as auth:
        assert isinstance(auth.check(token), Session), "another machine cannot know"
        assert shell(f"db new-birth --yes --reason restored --url {auth.settings.url}").code == 0
        assert not isinstance(auth.check(token), Session)


def test_asks_and_says_what_it_ends(auth: Rescind[str], shell: Shell) -> None:
    token = auth.sessions.start("ada").token
    birth = auth.core.store.head().birth
    assert shell("db new-birth --reason r").code == 2
    done = shell.terminal("db new-birth --reason r", answers=[("[y/N]", "n\n")])
    assert done.code == 2
    assert "1 live session in 1 realm (default)" in done.out
    assert auth.core.store.head().birth == birth
    assert isinstance(auth.check(token), Session)
    assert shell.terminal("db new-birth --reason r", answers=[("[y/N]", "y\n")]).code == 0
    assert auth.core.store.head().birth != birth


def test_reason_is_required_and_kept(auth: Rescind[str], shell: Shell) -> None:
    assert shell("db new-birth --yes").code == 2
    assert shell("db new-birth --yes --reason", " ").code == 2
    shell("db new-birth --yes --reason", "restored from Monday")
    event = auth.core.store.audit_events("")[0]
    assert (event.type, event.actor, event.reason) == ("log.reborn", initiator(), "restored from Monday")
