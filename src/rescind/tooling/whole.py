"""A file written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from rescind.tooling.errors import ToolError


def write_whole(path: Path, text: str, what: str) -> None:
    """In place of what was there, with the rights that a new file has.

    Args:
        what: what it is called in the message.

    Raises:
        ToolError: it cannot be written.
    """
    part: Path | None = None
    try:
        with tempfile.NamedTemporaryFile(
            "w", dir=path.parent, suffix=".part", delete=False, encoding="utf-8"
        ) as file:
            part = Path(file.name)
            file.write(text)
        umask = os.umask(0)
        os.umask(umask)
        part.chmod(0o666 & ~umask)
        part.replace(path)
    except OSError as error:
        if part is not None:
            part.unlink(missing_ok=True)
        raise ToolError(f"{what} {path}: {error.strerror or 'cannot be written'}") from None
