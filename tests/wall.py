"""A wall clock of a server that can be set while it runs: PostgreSQL's ``now()``, Redis' ``TIME``.

``wall.c`` is compiled once per process and preloaded. faketime, which does the same and more, does not work
with Debian's Redis: the allocator asks for the time before the real function is known.
"""

from __future__ import annotations

import atexit
import mmap
import os
import shutil
import subprocess
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import Self

SOURCE = Path(__file__).with_suffix(".c")
INSTALL = "apt-get install -y gcc libc6-dev"
NOTICED = 0.005
"""Seconds until a server has noticed: Valkey 9 counts on from its last look at the clock for up to one
thousandth."""


@cache
def library() -> Path:
    """The compiled library, readable for everybody.

    Raises:
        RuntimeError: there is no compiler; the message has the line that installs it.
    """
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        raise RuntimeError(f"no C compiler is installed, and a server's clock is set with one: {INSTALL}")
    folder = Path(tempfile.mkdtemp(prefix="rescind-wall-"))
    atexit.register(_remove, folder, os.getpid())
    folder.chmod(0o755)
    made = folder / "wall.so"
    warnings = ("-Wall", "-Wextra", "-Werror")
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", *warnings, "-o", made, SOURCE], check=True)
    return made


def _remove(folder: Path, maker: int) -> None:
    """At the end of who made it; a child that was forked ends sooner."""
    if os.getpid() == maker:
        shutil.rmtree(folder, ignore_errors=True)


class Wall:
    """One clock.

    Attributes:
        environment: for the process that is to have it.
    """

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="rescind-wall-"))
        self._folder.chmod(0o755)
        path = self._folder / "ahead"
        path.write_bytes(bytes(8))
        path.chmod(0o644)
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), 8)
        self.environment = os.environ | {"LD_PRELOAD": str(library()), "RESCIND_TEST_WALL": str(path)}

    def set(self, seconds: float) -> None:
        """Ahead of the true time by so much from now on; behind it, if negative."""
        self._map[:] = round(seconds * 1e9).to_bytes(8, "little", signed=True)
        time.sleep(NOTICED)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
