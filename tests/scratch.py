"""Where a run of the tests puts its files: in memory, where there is room, so that no write waits for a disk.

Nothing that is tested here depends on a disk: what a killed process has written the kernel has.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MEMORY = Path("/dev/shm")
ROOM = 4 << 30
"""Bytes that must be free. A run takes a sixth of it; a container often has 64 MiB."""
NAME = "rescind-tests-"


def in_memory(place: Path = MEMORY) -> bool:
    """Whether files may be put there: room for them, and what is compiled may be run."""
    try:
        found = os.statvfs(place)
    except OSError:
        return False
    return (
        found.f_bavail * found.f_frsize >= ROOM
        and not found.f_flag & (os.ST_NOEXEC | os.ST_RDONLY)
        and os.access(place, os.W_OK | os.X_OK)
    )


@contextmanager
def scratch(place: Path = MEMORY) -> Iterator[None]:
    """Temporary files of this process and of those that it starts are in memory, and gone afterwards.

    Unless ``TMPDIR`` says where they should be, or there is no room: then nothing changes.
    """
    if "TMPDIR" in os.environ or not in_memory(place):
        yield
        return
    clear(place)
    folder = place / f"{NAME}{os.getpid()}"
    folder.mkdir()
    folder.chmod(0o711)  # a server of PostgreSQL is not run as root
    os.environ["TMPDIR"], tempfile.tempdir = str(folder), None
    try:
        yield
    finally:
        del os.environ["TMPDIR"]
        tempfile.tempdir = None
        shutil.rmtree(folder, ignore_errors=True)


def clear(place: Path) -> None:
    """Remove what runs have left that were killed: memory, not a disk, is full of it."""
    for left in place.glob(f"{NAME}*"):
        if not Path("/proc", left.name.removeprefix(NAME)).exists():
            with suppress(OSError):
                shutil.rmtree(left)
