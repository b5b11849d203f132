"""Signing keys from files. A private key that others can read is no secret: refused, not warned about."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from rescind.errors import ConfigurationError
from rescind.sessions.jwt.keys import KeySet, SigningKey, admit, read_keys

MAX_FILE = 65536
"""Bytes; a JWK set of a hundred keys is smaller."""

SETTING = "signing_keys"


def read_key_files(paths: Sequence[str | os.PathLike[str]], *, setting: str = SETTING) -> KeySet:
    """The keys of these files, the first of which signs.

    Raises:
        ConfigurationError: names setting, file and mend.
    """
    keys: list[SigningKey] = []
    for path in paths:
        source = f"{setting}: {os.fspath(path)}"
        text, exposed = _read(Path(path), source)
        found = read_keys(text, source=source)
        if exposed and any(key.can_sign for key in found):
            raise ConfigurationError(
                f"{source} holds a private key and {exposed}; chmod 600 it (Kubernetes: defaultMode: 0400)"
            )
        keys += found
    return admit(keys, setting=setting)


def _read(path: Path, source: str) -> tuple[bytes, str | None]:
    """The content, and who else can read it. Of the file that was opened, whatever the path says later."""
    try:
        descriptor = os.open(
            path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)
        )  # a FIFO would wait for a writer
    except FileNotFoundError:
        raise ConfigurationError(f"{source} does not exist; name the file of a signing key") from None
    except OSError as error:
        why = os.strerror(error.errno or 0)
        raise ConfigurationError(
            f"{source} cannot be opened ({why}); let this process's user own it, with mode 0600"
        ) from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise ConfigurationError(f"{source} is no regular file; name the file of a signing key")
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
