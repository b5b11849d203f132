"""The commands where Redis holds the sessions and a SQL database the log."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.shell import Shell
from tests.redis_server import Server

from rescind import Refused, Rescind, Session


@pytest.fixture
def server() -> Iterator[Server]:
    with Server("redis") as made:
        yield made


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: Server) -> Shell:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RESCIND_URL", "sqlite:///app.db")
    monkeypatch.setenv("RESCIND_REDIS", server.url)
    return Shell()


def test_doctor_looks_at_both(shell: Shell, server: Server) -> None:
    with Rescind() as auth:
        auth.sessions.start("ada")
        auth.core.worker.renew(register=True)
        found = shell("doctor --json")
    assert (found.code, found.object["findings"]) == (0, [])
    assert [worker["state"] for worker in found.object["workers"]] == ["reading"]
    database = found.object["database"]
    assert database["sessions at"].startswith("Redis ")
    assert (database["sessions"], database["log"]) == (1, "head 0, floor 0")
    assert "what was ended stays ended" in " ".join(found.object["notes"])
    server.do("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    broken = shell("doctor --json")
    assert broken.code == 2
    assert "sessions can be thrown away" in broken.object["findings"][0]["what"]
    assert broken.object["findings"][0]["mend"] == "set maxmemory-policy noeviction"


def test_doctor_shows_no_password_and_looks_at_the_log_when_redis_is_away(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Rescind() as auth:
        auth.sessions.start("ada")
    monkeypatch.setenv("RESCIND_REDIS", "redis://:hunter2@127.0.0.1:1/0")
    for text in ("doctor", "doctor --json"):
        found = shell(text)
        assert found.code == 3
        assert "hunter2" not in found.out + found.err
        assert "head 0, floor 0" in found.out


def test_the_daily_work(shell: Shell) -> None:
    with Rescind() as auth:
        issued = auth.sessions.start("ada")
        assert isinstance(auth.check(issued.token), Session)
        assert "ada" in shell("sessions --all").out
        done = shell("revoke --principal ada --json --yes --reason left")
        assert (done.code, done.object["ended"]) == (0, {"session": 1})
        assert isinstance(auth.check(issued.token), Refused)
        assert shell("prune --json").code == 0
        assert shell("db check").code == 0
        assert shell("db new-birth --yes --reason restored").code == 0
        assert isinstance(auth.check(auth.sessions.start("ada").token), Session)


def test_break_glass_needs_the_database_alone(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    with Rescind() as auth:
        issued = auth.sessions.start("ada")
        assert isinstance(auth.check(issued.token), Session)
        monkeypatch.delenv("RESCIND_REDIS")
        done = shell("revoke --everything --confirm default --json --yes --reason broken")
        assert done.code in (0, 4), done.err
        assert done.object["state"] == "final"
        assert isinstance(auth.check(issued.token), Refused)
