"""What is wrong is found, with a mend; what is in order is not."""

from __future__ import annotations

import dataclasses
import os
import shutil
import socket
import sqlite3
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest
from tests.redis_server import Server

from rescind import Rescind
from rescind.cli.codes import ExitCode
from rescind.cli.diagnosis import READS_PER_LEASE, Diagnosis, examine
from rescind.cli.sources import find
from rescind.model.revocation import WorkerRow
from rescind.revocation import keeper
from rescind.sessions.jwt.credentials import NO_KEY
from rescind.stores.redis import keys
from rescind.testing.processes import in_a_child

SECRET = "0123456789abcdefghijklmnopqrstuvwxyz"


def examined(**environment: str) -> Diagnosis:
    return examine(find(url=None, app=None, realm=None, environment=os.environ | environment))


def whats(seen: Diagnosis) -> str:
    return " | ".join(f"{one.what} -> {one.mend}" for one in seen.findings)


def sql(folder: Path, text: str) -> None:
    with sqlite3.connect(folder / "app.db") as connection:
        connection.execute(text)
    connection.close()


def test_in_order(auth: Rescind[str]) -> None:
    auth.sessions.start("ada")
    seen = examined()
    assert (seen.findings, seen.notes) == ([], [])


def test_variable_that_is_no_setting(auth: Rescind[str]) -> None:
    assert "RESCIND_LEASES (did you mean RESCIND_LEASE?)" in whats(examined(RESCIND_LEASES="2s"))


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"RESCIND_LEASE": "90s"}, "lease"),
        ({"RESCIND_COOKIE": "dev", "RESCIND_PRODUCTION": "1"}, "cookie"),
        ({"RESCIND_SESSION_MODEL": "cookies"}, "session_model"),
    ],
)
def test_settings_that_cannot_work(auth: Rescind[str], environment: dict[str, str], says: str) -> None:
    seen = examined(**environment)
    assert [one.code for one in seen.findings] == [ExitCode.USAGE]
    assert says in whats(seen)


def test_restored_database_is_found_before_it_is_used(url: str, folder: Path) -> None:
    """The counter beside the file remembers what the file has forgotten."""
    with Rescind(url) as auth:
        auth.sessions.start("ada")
    shutil.copy(folder / "app.db", folder / "backup.db")
    with Rescind(url) as auth:
        auth.revoke(principal="ada", reason="r")
    shutil.copy(folder / "backup.db", folder / "app.db")
    seen = examined()
    assert "the database went backwards" in whats(seen) and "new-birth" in whats(seen)


def test_counter_of_another_database(auth: Rescind[str], url: str, folder: Path) -> None:
    other = folder / "other.db"
    with Rescind(f"sqlite:///{other}"):
        pass
    shutil.copy(folder / "other.db-rescind", folder / "app.db-rescind")
    assert "belongs to another log" in whats(examined())


def test_counter_that_is_something_else(auth: Rescind[str], folder: Path) -> None:
    (folder / "app.db-rescind").unlink()
    (folder / "app.db-rescind").write_text("x")
    assert "is something else" in whats(examined())


def test_journal_mode(url: str, folder: Path) -> None:
    with Rescind(url):
        pass
    sql(folder, "PRAGMA journal_mode = DELETE")
    assert "journal mode delete" in whats(examined())


def test_schema_that_is_older(auth: Rescind[str], folder: Path) -> None:
    sql(folder, "UPDATE rescind_meta SET schema_version = 0")
    assert "rescind db upgrade" in whats(examined())
    sql(folder, "UPDATE rescind_meta SET owner = 'django'")
    assert "manage.py migrate" in whats(examined())


def test_write_lock_that_is_taken(auth: Rescind[str], folder: Path) -> None:
    holder = sqlite3.connect(folder / "app.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        seen = examined()
    finally:
        holder.close()
    assert "somebody holds the write lock" in whats(seen)
    assert [one.code for one in seen.findings] == [ExitCode.FINDING]


def test_file_that_everybody_may_write(auth: Rescind[str], folder: Path) -> None:
    (folder / "app.db").chmod(0o666)
    assert "chmod o-w" in whats(examined())


def test_file_that_this_user_cannot_write() -> None:
    """SQLite opens it for reading and keeps quiet; a revocation would fail."""
    place = Path(tempfile.mkdtemp())
    try:
        place.chmod(0o777)
        url = f"sqlite:///{place / 'app.db'}"
        with Rescind(url):
            pass
        (place / "app.db").chmod(0o444)
        in_a_child(lambda: "cannot be written by this process" in whats(seen_by_nobody(url)))
    finally:
        shutil.rmtree(place)


def seen_by_nobody(url: str) -> Diagnosis:
    """Who administers the machine may write everything: be somebody else."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
    return examined(RESCIND_URL=url)


def registered(auth: Rescind[str], **facts: Any) -> WorkerRow:
    head = auth.core.store.head()
    row = WorkerRow("w", head.birth, 1.0, 1, head.seq, False, head.counter_id, "elsewhere", 7)
    row = dataclasses.replace(row, **({"seen_at": auth.core.clock.wall()} | facts))
    auth.core.store.register(row)
    return row


def test_states_of_workers(auth: Rescind[str]) -> None:
    auth.sessions.start("ada")
    auth.revoke(principal="ada", reason="r")
    registered(auth, id="well")
    registered(auth, id="old birth", birth="0" * 32)
    registered(auth, id="no counter", counter_id=None)
    registered(auth, id="late", counter_id=None, acked=0, seen_at=0)
    registered(auth, id="gone", host=socket.gethostname(), pid=2**22 + 1)
    registered(auth, id="retired", retired=True)
    seen = examined()
    assert sorted(one.state for one in seen.workers) == sorted(
        ["reading", "registers anew", "no counter", "late", "gone", "retired"]
    )
    assert {one.behind for one in seen.workers if one.state == "late"} == {1}
    assert len(seen.findings) == 2
    assert "1 behind for more than its term" in whats(seen)
    assert "does not watch the counter" in whats(seen)
    assert "no such process any more" in seen.notes[0].what


def test_realms_share_a_cookie_name(url: str) -> None:
    for realm in ("default", "shop"):
        with Rescind(url, realm=realm) as auth:
            auth.sessions.start("ada")
    seen = examined()
    assert seen.findings == []
    assert "2 realms" in seen.notes[0].what and "__Host-rescind" in seen.notes[0].what
    assert "rescind-dev" in examined(RESCIND_COOKIE="dev").notes[1].what


def test_realm_that_nobody_is_in(auth: Rescind[str]) -> None:
    auth.sessions.start("ada")
    assert "realm shop has no principals here -> one of default?" in whats(examined(RESCIND_REALM="shop"))


@pytest.mark.parametrize(
    ("lease", "rate"), [("1s", "4 per second"), ("250ms", "16 per second"), ("0", "one for each check")]
)
def test_reads_that_a_worker_makes(auth: Rescind[str], lease: str, rate: str) -> None:
    (fact,) = [one for one in examined(RESCIND_LEASE=lease).database if one.name.startswith("reads")]
    assert str(fact.value).startswith(rate)


def test_reads_that_are_told_are_those_that_are_made(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The keeper pauses for a random share of the lease; on average it is what ``doctor`` says."""
    shares: list[tuple[float, float]] = []

    def jitter(low: float, high: float) -> float:
        shares.append((low, high))
        return (low + high) / 2

    monkeypatch.setattr(keeper, "jitter", jitter)
    until = time.monotonic() + 30
    with Rescind(url) as auth:
        token = auth.sessions.start("ada").token
        while not shares:
            auth.check(token)
            assert time.monotonic() < until
    low, high = shares[0]
    assert 2 / (low + high) == pytest.approx(READS_PER_LEASE)


# -- keys of signed tokens -----------------------------------------------------------------------------------


def test_keys_that_cannot_be_used(auth: Rescind[str], folder: Path) -> None:
    environment = {"RESCIND_SESSION_MODEL": "jwt", "RESCIND_SIGNING_KEYS": "none.pem"}
    seen = examined(**environment, RESCIND_SECRET=SECRET)
    assert [one.code for one in seen.findings] == [ExitCode.USAGE]
    assert "none.pem does not exist" in whats(seen)
    (folder / "none.pem").write_text('{"kty": "oct", "k": "c2hvcnQ"}')
    (folder / "none.pem").chmod(0o600)
    assert "HS256 needs 32 random" in str(examined(**environment, RESCIND_SECRET=SECRET).findings)


def test_keys_are_listed_and_none_is_made(auth: Rescind[str], folder: Path) -> None:
    seen = examined(RESCIND_SESSION_MODEL="jwt")
    assert not seen.findings
    assert "is not there yet" in str(seen.notes)
    assert not (folder / "app.db.key").exists()
    seen = examined(RESCIND_SESSION_MODEL="jwt", RESCIND_SECRET=SECRET)
    (told,) = (fact.value for fact in seen.database if fact.name == "signing key")
    assert str(told).endswith("(EdDSA, private)")
    assert not any(SECRET in str(part) for part in (seen.settings, seen.database, seen.notes, seen.findings))


def test_no_key_is_left_that_could_sign(url: str) -> None:
    with Rescind(url, session_model="jwt", secret=SECRET) as auth:
        auth.revoke(signing_key=auth.jwks()["keys"][0]["kid"], reason="leaked")
    seen = examined(RESCIND_SESSION_MODEL="jwt", RESCIND_SECRET=SECRET)
    (finding,) = seen.findings
    logged = f"nobody can be signed in: {NO_KEY}"
    assert f"{finding.what}: {finding.mend}" == logged, "in the words of the application's log"


def files(folder: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in folder.iterdir()}


def test_looking_at_keys_makes_no_database(url: str, folder: Path) -> None:
    seen = examined(RESCIND_SESSION_MODEL="jwt", RESCIND_SECRET=SECRET)
    assert "does not exist" in whats(seen)
    assert files(folder) == {}


def test_looking_at_keys_makes_no_counter(url: str, folder: Path) -> None:
    with Rescind(url):
        pass
    (folder / "app.db-rescind").unlink()
    before = files(folder)
    assert "counter: missing" in whats(examined(RESCIND_SESSION_MODEL="jwt", RESCIND_SECRET=SECRET))
    assert files(folder) == before


def test_looking_at_keys_begins_no_new_log(folder: Path) -> None:
    """After a restart of Redis that lost something the next worker begins one: this is none."""
    with Server("redis") as server:
        with Rescind(server.url) as auth:
            auth.sessions.start("ada")
        server.do("SAVE")
        server.kill()
        server.start()
        before = server.do("DUMP", keys.META)
        seen = examined(RESCIND_URL=server.url, RESCIND_SESSION_MODEL="jwt", RESCIND_SECRET=SECRET)
        assert "the next worker begins a new log" in whats(seen)
        assert server.do("DUMP", keys.META) == before
