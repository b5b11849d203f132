"""A PostgreSQL server of the tests' own: private port and folder, started once, stopped by its pid.

The server refuses to run as root: then it is started as ``postgres`` or ``nobody``.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import psycopg
from tests.wall import Wall

from rescind.stores.sqlalchemy.migrations import upgrade

INSTALL = "apt-get install -y postgresql pgbouncer"
PATIENCE = 30.0
SETTLED = import_module("rescind.stores.sqlalchemy.migrations.versions.v0002_servers").SETTLED
HBA = """local all all trust
host all secret 127.0.0.1/32 scram-sha-256
hostssl all tls 127.0.0.1/32 trust
hostnossl all tls 127.0.0.1/32 reject
host all all 127.0.0.1/32 trust
local replication all trust
host replication all 127.0.0.1/32 trust
"""
SETTINGS = """
fsync = off
max_connections = 200
shared_buffers = 32MB
max_wal_size = 256MB
wal_level = replica
logging_collector = off
log_min_messages = warning
timezone = UTC
"""
EMPTIED = [
    *("rescind_principal", "rescind_account", "rescind_password", "rescind_session", "rescind_session_data"),
    *("rescind_refresh_family", "rescind_ended_key", "rescind_revocation", "rescind_worker"),
    "rescind_audit_event",
]
GROWN = 64 * 1024  # bytes


@cache
def binary(name: str) -> str:
    """The path of a program of the server.

    Raises:
        RuntimeError: it is not installed; the message has the line that installs it.
    """
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if found is None:
        with suppress(OSError, subprocess.CalledProcessError):
            folder = subprocess.check_output(["pg_config", "--bindir"], text=True).strip()
            found = shutil.which(name, path=folder)
    for folder in sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True):
        found = found or shutil.which(name, path=folder)
    if found is None:
        raise RuntimeError(f"{name} is not installed, and these tests run against the real one: {INSTALL}")
    return found


def account() -> pwd.struct_passwd | None:
    """Whom the server runs as; ``None`` for ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise RuntimeError("PostgreSQL does not run as root, and there is neither postgres nor nobody")


def run_as(who: pwd.struct_passwd | None) -> dict[str, Any]:
    """For ``subprocess``."""
    return {} if who is None else {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(wall: Wall | None = None) -> Iterator[PostgresServer]:
    """A server with ``rescind_empty``, a database with the tables, to be copied; gone afterwards."""
    server = PostgresServer(wall)
    try:
        server.init()
        server.start()
        server.make_template()
        yield server
    finally:
        server.close()


class PostgresServer:
    """One server. ``stop`` and ``start`` may be repeated; ``close`` removes everything.

    Args:
        wall: its clock, if a test is to set it.
    """

    def __init__(self, wall: Wall | None = None) -> None:
        self.environment = None if wall is None else wall.environment
        self.who = account()
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="rescind-pg-"))
        self.data = self.folder / "data"
        self.log = self.folder / "log"
        self._databases = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._give_away(self.folder)

    def _give_away(self, path: Path) -> None:
        path.chmod(0o755)
        if self.who is not None:
            os.chown(path, self.who.pw_uid, self.who.pw_gid)

    def init(self) -> None:
        arguments = ["-D", self.data, "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8"]
        self.run("initdb", *arguments, "--locale=C.UTF-8")
        (self.data / "pg_hba.conf").write_text(HBA)
        with (self.data / "postgresql.conf").open("a") as file:
            file.write(SETTINGS)

    def run(self, name: str, *arguments: object) -> None:
        """Run a program of the server as its user.

        Raises:
            RuntimeError: it failed; with what it said.
        """
        done = subprocess.run(
            [binary(name), *map(str, arguments)],
            capture_output=True,
            text=True,
            cwd=self.folder,
            **run_as(self.who),
        )
        if done.returncode != 0:
            raise RuntimeError(f"{name} failed: {done.stdout}{done.stderr}")

    def start(self, *more: str) -> None:
        """Start and wait until it answers."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *(binary("postgres"), "-D", str(self.data), "-p", str(self.port)),
                    *("-k", str(self.folder), "-h", "127.0.0.1", *more),
                ],
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env=self.environment,
                start_new_session=True,
                **run_as(self.who),
            )
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                psycopg.connect(self.conninfo("postgres")).close()
                return
            except psycopg.OperationalError as error:
                if time.monotonic() > deadline or self._process.poll() is not None:
                    raise RuntimeError(f"no server: {self.log.read_text()[-2000:]}") from error
                time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT: fast, as after a shutdown; SIGQUIT: as after a crash."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(how)
            process.wait(timeout=PATIENCE)

    def restart(self, how: signal.Signals = signal.SIGINT) -> None:
        self.stop(how)
        self.start()

    def kill(self, pid: int) -> None:
        """SIGKILL for one process of the server, which then ends all others and recovers."""
        os.kill(pid, signal.SIGKILL)

    def freeze(self) -> None:
        """Every process of the server stops where it is: it accepts connections and answers nothing."""
        self._signal_all(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal_all(signal.SIGCONT)

    def _signal_all(self, number: signal.Signals) -> None:
        if self._process is not None:
            children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text()
            for pid in (self._process.pid, *map(int, children.split())):
                with suppress(ProcessLookupError):
                    os.kill(pid, number)

    def close(self) -> None:
        self.thaw()
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def standby(self) -> PostgresServer:
        """A replica that streams from this server, caught up and running."""
        other = PostgresServer()
        source = ["-h", "127.0.0.1", "-p", self.port, "-U", "postgres"]
        other.run("pg_basebackup", "-D", other.data, "-R", "--checkpoint=fast", "--no-sync", *source)
        other.start()
        return other

    def promote(self) -> None:
        """A standby becomes a primary of its own, on a timeline of its own."""
        with self.admin() as admin:
            assert admin.execute("SELECT pg_promote(true, 30)").fetchall() == [(True,)]

    # -- databases ---------------------------------------------------------------------------------------

    def conninfo(self, database: str, user: str = "postgres") -> str:
        return psycopg.conninfo.make_conninfo(
            host="127.0.0.1", port=self.port, user=user, dbname=database, connect_timeout=10
        )

    def url(self, database: str, user: str = "postgres") -> str:
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def admin(self, database: str = "postgres") -> psycopg.Connection[Any]:
        """A connection for whatever a test wants to see or to break."""
        return psycopg.connect(self.conninfo(database), autocommit=True)

    def create(self, template: str = "template1") -> str:
        """A new database, a copy of ``template``; returns its name."""
        self._databases += 1
        name = f"t{self._databases}"
        with self.admin() as admin:
            identifier = psycopg.sql.Identifier
            admin.execute(
                psycopg.sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                    identifier(name), identifier(template)
                )
            )
        if template == "rescind_empty":
            with self.admin(name) as admin:
                admin.execute(SETTLED)
        return name

    def reset(self, name: str) -> None:
        """Everybody out, tables empty, a new log: what ``create`` would give, in a tenth of the time.

        New files for all tables and indexes cost more than most tests, so rows are deleted. What is dead
        stays, and a table that has grown by it gets its new file after all. The lock waits for who is being
        thrown out and may be committing.
        """
        with self.admin(name) as admin:
            with admin.transaction():
                admin.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
                admin.execute(f"LOCK TABLE {', '.join(EMPTIED)} IN ACCESS EXCLUSIVE MODE")
                sizes = admin.execute("SELECT t, pg_relation_size(t) FROM unnest(%s::text[]) t", [EMPTIED])
                ways = [("TRUNCATE" if size > GROWN else "DELETE FROM", table) for table, size in sizes]
                admin.execute("; ".join(f"{way} {table}" for way, table in ways))
            admin.execute("SELECT setval('rescind_audit_event_n_seq', 1, false)")
            admin.execute(
                "UPDATE rescind_meta SET birth = md5(random()::text), seq = 0, floor = 0, min_reader = 1, "
                "incarnation = NULL"
            )
            admin.execute(SETTLED)

    def make_template(self) -> None:
        """``rescind_empty``, which ``create`` copies."""
        with self.admin() as admin:
            admin.execute("CREATE DATABASE rescind_empty")
        upgrade(self.url("rescind_empty"))

    def drop(self, name: str) -> None:
        with self.admin() as admin:
            admin.execute(
                psycopg.sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(
                    psycopg.sql.Identifier(name)
                )
            )


class PgBouncer:
    """A pooler in transaction mode in front of a server."""

    def __init__(self, server: PostgresServer) -> None:
        self.port = free_port()
        self._server = server
        folder = server.folder / f"bouncer-{self.port}"
        folder.mkdir()
        server._give_away(folder)
        (folder / "users.txt").write_text('"postgres" ""\n')
        (folder / "bouncer.ini").write_text(
            f"[databases]\n* = host=127.0.0.1 port={server.port}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
            f"listen_port = {self.port}\nunix_socket_dir =\nauth_type = trust\n"
            f"auth_file = {folder}/users.txt\npool_mode = transaction\n"
            f"default_pool_size = 3\nserver_idle_timeout = 5\nlogfile = {folder}/log\n"
            "admin_users = postgres\n"
        )
        self._process = subprocess.Popen(
            [binary("pgbouncer"), "-q", str(folder / "bouncer.ini")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            **run_as(server.who),
        )

    def url(self, database: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def wait(self, database: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while True:
            with suppress(psycopg.OperationalError):
                psycopg.connect(self.url(database)).close()
                return
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise RuntimeError("pgbouncer does not answer")
            time.sleep(0.02)

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=PATIENCE)
