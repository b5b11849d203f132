"""Files that hold a secret: read whole, and who else can read them is said."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from rescind.errors import ConfigurationError

MAX_FILE = 65536
"""Bytes; a JWK set of a hundred keys is smaller."""


def read_private_file(path: Path, *, source: str) -> tuple[bytes, str | None]:
    """The content, and what exposes it to others; ``None``: only its owner, this process's user or root.

    Both are of the file that was opened, whatever the path says later; a link counts for nothing.

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
    return text, _exposure(status)


def _exposure(status: os.stat_result) -> str | None:
    if os.name != "posix":
        return None
    if status.st_uid not in (os.geteuid(), 0):
        return "belongs to another user"
    if stat.S_IMODE(status.st_mode) & 0o077:
        return f"others have access to it (mode {stat.S_IMODE(status.st_mode):04o})"
    return None
