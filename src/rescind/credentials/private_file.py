"""Files that hold a secret: read whole, and who else can read them is said."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from rescind.errors import ConfigurationError

MAX_FILE = 65536
"""Bytes; a JWK set of a hundred keys is smaller."""


@dataclass(frozen=True, slots=True)
class PrivateFile:
    """A file as it was opened, whatever its path says later; a link counts for nothing.

    Attributes:
        text: all of it.
        exposed: how others can reach what it says, in words; ``None``: only this process's user or root.
        replaceable: how others can change what it says, which matters for a public key too.
    """

    text: bytes = field(repr=False)
    exposed: str | None
    replaceable: str | None


def read_private_file(path: Path, *, source: str) -> PrivateFile:
    """Read a small file that holds a key.

    Args:
        source: what messages call it: the setting and the file.

    Raises:
        ConfigurationError: names ``source`` and the mend.
    """
    try:
        descriptor = os.open(
            path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)
        )  # a FIFO would wait for a writer
    except FileNotFoundError:
        raise ConfigurationError(f"{source} does not exist; name an existing file") from None
    except OSError as error:
        why = os.strerror(error.errno or 0)
        raise ConfigurationError(
            f"{source} cannot be opened ({why}); let this process's user own it, with mode 0600"
        ) from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise ConfigurationError(f"{source} is no regular file; name a file that holds the secret alone")
        text = os.read(descriptor, MAX_FILE + 1)
    finally:
        os.close(descriptor)
    if len(text) > MAX_FILE:
        raise ConfigurationError(f"{source} is larger than {MAX_FILE} bytes; that is no key file")
    return PrivateFile(text, _reached(status, 0o077), _reached(status, 0o022))


def _reached(status: os.stat_result, bits: int) -> str | None:
    if os.name != "posix":
        return None
    if status.st_uid not in (os.geteuid(), 0):
        return "belongs to another user"
    if stat.S_IMODE(status.st_mode) & bits:
        return f"others have access to it (mode {stat.S_IMODE(status.st_mode):04o})"
    return None
