"""The counter file: eight bytes that every process can read without asking SQLite.

Layout, 64 bytes, native byte order (one machine, one file; another order would tear):

======  =====  =============================================================================================
offset  bytes  content
======  =====  =============================================================================================
0       8      magic
8       16     random id; the head row names the same one
24      8      ``announced``: set to k under the write lock before the entry k commits, never after
32      8      ``committed``: set to k after that COMMIT returned; a lower bound of the head
40      24     zero
======  =====  =============================================================================================

Whoever holds the write lock finds ``committed <= head <= announced``. A crash or a rollback leaves
``announced`` ahead. ``committed`` ahead is no accident of ours: the log went backwards. A file that was made
but never committed with has ``committed == 0``.

The file is never truncated and never opened for writing from its start: a process that maps it would be
killed by SIGBUS. It is made whole under another name and moved into place.
"""

from __future__ import annotations

import contextlib
import mmap
import os
from typing import Final

from rescind._tokens import new_id
from rescind.stores.sqlalchemy.sqlite import Identity

MAGIC: Final = b"rescind\x01"
SIZE: Final = 64
ANNOUNCED: Final = slice(24, 32)
COMMITTED: Final = slice(32, 40)
SUFFIX: Final = "-rescind"


class CounterFile:
    """A mapped counter file. It stays mapped for as long as somebody holds it or its ``word``.

    Attributes:
        id: random id of this file, 32 hex digits.
        identity: device and inode, to notice that another file stands at the path.
        word: ``word[0]`` is ``announced``.
    """

    __slots__ = ("_committed", "id", "identity", "word")

    def __init__(self, descriptor: int) -> None:
        found = os.fstat(descriptor)
        mapped = mmap.mmap(descriptor, SIZE)
        content = memoryview(mapped)
        if bytes(content[:8]) != MAGIC:
            raise ValueError("not a counter file")
        self.identity = Identity(found.st_dev, found.st_ino)
        self.id = bytes(content[8:24]).hex()
        self.word: memoryview[int] = content[ANNOUNCED].cast("Q")
        self._committed: memoryview[int] = content[COMMITTED].cast("Q")

    @property
    def announced(self) -> int:
        return self.word[0]

    @property
    def committed(self) -> int:
        return self._committed[0]

    def announce(self, seq: int) -> None:
        """Only under the write lock, before COMMIT."""
        self.word[0] = seq

    def commit(self, seq: int) -> None:
        """After COMMIT returned, or under the write lock with the head that was found."""
        self._committed[0] = max(self._committed[0], seq)


def open_counter(path: str) -> CounterFile | None:
    """Map the counter file at ``path``; ``None`` if there is none or it is something else.

    Raises:
        OSError: it is there and cannot be mapped.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    try:
        return CounterFile(descriptor) if os.fstat(descriptor).st_size == SIZE else None
    except ValueError:
        return None
    finally:
        os.close(descriptor)


def make_counter(path: str, *, like: os.stat_result, seq: int) -> CounterFile:
    """Make a counter file that announces ``seq``; only under the write lock.

    It gets the owner and the mode of the database (``like``), so that whoever may write one may write the
    other, also after ``sudo rescind revoke``.

    Raises:
        OSError: the folder cannot be written.
    """
    temporary = f"{path}.{new_id()}"
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
    descriptor = os.open(temporary, flags, 0o600)
    try:
        content = bytearray(SIZE)
        content[:8] = MAGIC
        content[8:24] = bytes.fromhex(new_id())
        memoryview(content)[ANNOUNCED].cast("Q")[0] = seq
        os.write(descriptor, content)
        # Not the owner: a file of the group, or of us alone, is what can be had.
        with contextlib.suppress(PermissionError):
            os.fchown(descriptor, -1, like.st_gid)
            os.fchown(descriptor, like.st_uid, like.st_gid)
        os.fchmod(descriptor, like.st_mode & 0o666)
        counter = CounterFile(descriptor)
        os.replace(temporary, path)  # noqa: PTH105 - plain paths throughout
        return counter
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)  # noqa: PTH108
        raise
    finally:
        os.close(descriptor)
