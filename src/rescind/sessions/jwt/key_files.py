"""Signing keys from files. A private key that others can read is no secret: refused, not warned about."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from rescind.credentials.private_file import read_private_file
from rescind.errors import ConfigurationError
from rescind.sessions.jwt.keys import KeySet, SigningKey, admit, read_keys

SETTING = "signing_keys"


def read_key_files(paths: Sequence[str | os.PathLike[str]], *, setting: str = SETTING) -> KeySet:
    """The keys of these files, the first of which signs.

    Raises:
        ConfigurationError: names setting, file and mend.
    """
    keys: list[SigningKey] = []
    for path in paths:
        source = f"{setting}: {os.fspath(path)}"
        file = read_private_file(Path(path), source=source)
        found = read_keys(file.text, source=source)
        if file.exposed and any(key.can_sign for key in found):
            raise ConfigurationError(
                f"{source} holds a private key and {file.exposed}; chmod 600 it "
                "(Kubernetes: defaultMode: 0400)"
            )
        if file.replaceable:
            raise ConfigurationError(
                f"{source}: {file.replaceable}; whoever can change it decides who signs: chmod 644 it"
            )
        keys += found
    return admit(keys, setting=setting)
