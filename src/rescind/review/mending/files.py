"""Files that are changed: which may be, how that looks, and that it is done whole or not at all."""

from __future__ import annotations

import difflib
import os
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple


class Change(NamedTuple):
    """What becomes of one file. ``mended``: how many findings."""

    file: str
    path: Path
    before: bytes
    after: bytes
    mended: int

    def diff(self) -> str:
        """As ``git diff`` shows it; what is no UTF-8 with a mark in its place."""
        old, new = (
            text.decode("utf-8", "replace").splitlines(keepends=True) for text in (self.before, self.after)
        )
        lines = difflib.unified_diff(old, new, f"a/{self.file}", f"b/{self.file}")
        return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)

    def write(self) -> bool:
        """Replace the file, with the permissions that it has; False: it is another one by now.

        Raises:
            OSError: it cannot be written.
        """
        mode = self.path.stat().st_mode
        with tempfile.NamedTemporaryFile(dir=self.path.parent, suffix=".part", delete=False) as made:
            try:
                made.write(self.after)
                made.flush()
                os.fsync(made.fileno())
                made.close()
                Path(made.name).chmod(mode & 0o7777)
                if self.path.read_bytes() != self.before:
                    Path(made.name).unlink()
                    return False
                Path(made.name).replace(self.path)
            except BaseException:
                Path(made.name).unlink(missing_ok=True)
                raise
        return True


def ignored(paths: Iterable[Path], folder: Path) -> frozenset[Path]:
    """Those that git does not keep; none where there is no git."""
    given = list(paths)
    if not given:
        return frozenset()
    try:
        done = subprocess.run(  # noqa: S603  # no shell; paths are read from standard input
            ["git", "-C", str(folder), "check-ignore", "-z", "--stdin"],  # noqa: S607
            input=b"\0".join(os.fsencode(each) for each in given),
            capture_output=True,
            check=False,
        )
    except OSError:
        return frozenset()
    return frozenset(Path(os.fsdecode(each)) for each in done.stdout.split(b"\0") if each)
