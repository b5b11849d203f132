"""``rescind doctor``: what is in force and from where; it changes nothing and tells no secret."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from tests.cli.shell import Shell
from tests.cli.worker import WorkerProcess

from rescind import Rescind
from rescind.config import FIELD_NAMES


def sections(rows: list[list[str]]) -> dict[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = {}
    for section, *cells in rows:
        found.setdefault(section, []).append(cells)
    return found


def test_every_setting_with_its_origin(auth: Rescind[str], folder: Path, shell: Shell) -> None:
    (folder / "rescind.toml").write_text('[settings]\nlease = "2s"')
    done = shell("doctor --realm shop")
    told = {name: (value, origin) for name, value, origin in sections(done.rows)["settings"]}
    assert list(told) == list(FIELD_NAMES)
    assert told["url"] == (auth.settings.url, "RESCIND_URL")
    assert told["lease"] == ("2s", "rescind.toml")
    assert told["realm"] == ("shop", "--realm")
    assert told["idle"] == ("7d", "default")


def test_healthy_database(auth: Rescind[str], folder: Path, shell: Shell) -> None:
    auth.sessions.start("ada")
    auth.revoke(principal="ada", reason="r")
    done = shell("doctor")
    assert done.code == 0, done.out
    facts = {fact[0]: fact[1] for fact in sections(done.rows[:-1])["database"]}
    assert facts["path"] == str(folder / "app.db")
    assert facts["journal mode"] == "wal"
    assert facts["log"] == "head 1, floor 0"
    assert facts["birth"] == auth.core.store.head().birth
    assert facts["counter"] == "in order, at 1"
    assert facts["realms"] == "default"
    assert facts["reads of a busy worker"] == "4 per second (lease 1s)"
    assert done.rows[-1] == ["nothing found"]


def test_workers_are_listed(url: str, shell: Shell) -> None:
    with WorkerProcess(url) as worker:
        worker.start("ada")
        (row,) = sections(shell("doctor").rows[:-1])["workers"]
        assert (row[1], row[3], row[4], row[5]) == (str(worker.pid), "0", "1s", "reading")
        assert "s ago (" in row[2]
        worker.kill()
        killed = shell("doctor --json")
    assert killed.code == 0
    (one,) = killed.object["workers"]
    assert (one["pid"], one["state"]) == (worker.pid, "gone")
    assert str(worker.pid) in killed.object["notes"][0]


def test_url_with_a_password_is_masked_everywhere(shell: Shell) -> None:
    for line in ("doctor", "doctor --json", "doctor --debug"):
        done = shell(f"{line} --url postgresql://ada:tiger@db/app")
        assert done.code == 2
        assert "ada:***@db" in done.out and "tiger" not in done.out + done.err


def test_json_is_one_object(auth: Rescind[str], shell: Shell) -> None:
    told: dict[str, Any] = shell("doctor --json").object
    assert set(told) == {"version", "settings", "database", "workers", "notes", "findings"}
    assert told["settings"]["lease"] == {"value": 1.0, "from": "default"}
    assert told["findings"] == []


def test_finding_is_exit_1_with_its_mend(auth: Rescind[str], shell: Shell, folder: Path) -> None:
    (folder / "app.db-rescind").unlink()
    done = shell("doctor")
    assert done.code == 1
    ((what, mend),) = sections(done.rows)["findings"]
    assert "counter: missing" in what and "app.db-rescind" in mend


def test_unreachable_is_exit_3(auth: Rescind[str], shell: Shell, folder: Path) -> None:
    """Somebody has the whole file: not even reading works."""
    auth.close()
    holder = sqlite3.connect(folder / "app.db", isolation_level=None)
    holder.execute("PRAGMA locking_mode = EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")
    try:
        done = shell("doctor")
    finally:
        holder.close()
    assert done.code == 3
    assert "cannot be reached" in done.out


def test_looking_changes_nothing(auth: Rescind[str], shell: Shell, folder: Path) -> None:
    auth.sessions.start("ada")
    auth.close()
    before = (folder / "app.db").read_bytes(), (folder / "app.db-rescind").read_bytes()
    assert shell("doctor").code == 0
    assert ((folder / "app.db").read_bytes(), (folder / "app.db-rescind").read_bytes()) == before


def test_on_a_terminal_it_has_headings(auth: Rescind[str], shell: Shell) -> None:
    shown = shell.terminal("doctor", NO_COLOR="1").out
    assert shown.index("settings\n") < shown.index("database\n") < shown.index("nothing found")
    assert "\t" not in shown and "\x1b" not in shown


@pytest.mark.parametrize("line", ["doctor --wat", "doctor --app nothing"])
def test_usage(shell: Shell, line: str) -> None:
    assert shell(line).code == 2
