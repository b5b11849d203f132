"""Which files there are to read below some paths, in an order that is always the same."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

from rescind.reading.errors import ReadingError
from rescind.reading.unread import Unread

# Folders of tools, of environments and of what was built. A path that is asked for by name is read all the
# same.
NOT_READ = frozenset(
    [
        ".bzr",
        ".direnv",
        ".eggs",
        ".git",
        ".hg",
        ".ipynb_checkpoints",
        ".mypy_cache",
        ".nox",
        ".pants.d",
        ".pyenv",
        ".pytest_cache",
        ".pytype",
        ".ruff_cache",
        ".svn",
        ".tox",
        ".venv",
        ".vscode",
        "__pycache__",
        "__pypackages__",
        "_build",
        "buck-out",
        "build",
        "dist",
        "node_modules",
        "site-packages",
        "venv",
    ]
)
ENDINGS = (".py", ".pyw")
LARGEST = 2_000_000


class Found(NamedTuple):
    """The files to read, and what of the rest would have been read if it could be."""

    files: tuple[Path, ...]
    unread: tuple[Unread, ...]


def discover(
    paths: Iterable[Path],
    *,
    root: Path,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    largest: int = LARGEST,
) -> Found:
    """The Python files below the paths, each once.

    Args:
        paths: files and folders. A file that is named is read whatever its ending.
        root: what patterns and shown names are relative to.
        include: patterns (``shop/*.py``, ``api``) of which a file must match one; none: all files.
        exclude: patterns of files and folders that are left out, besides `NOT_READ`.
        largest: in bytes; what is larger is named as unread.

    Raises:
        ReadingError: a path is not there.
    """
    seen: set[tuple[int, int]] = set()
    files: list[Path] = []
    unread: list[Unread] = []
    for path in paths:
        if not path.exists():
            raise ReadingError(f"{path}: there is no such file or folder")
        for each in [path] if path.is_file() else below(path, root, exclude, unread):
            name = shown(each, root)
            if each != path and include and not matches(name, include):
                continue
            why = kept_out(each, seen, largest)
            if why is None:
                files.append(each)
            elif why:
                unread.append(Unread(name, why))
    return Found(tuple(files), tuple(unread))


def kept_out(path: Path, seen: set[tuple[int, int]], largest: int) -> str | None:
    """Why a file is not read; an empty text where that needs no word: it was read under another name."""
    if path.suffix == ".ipynb":
        return "a notebook: only its export to Python can be read"
    try:
        found = path.stat()
    except OSError as error:
        return error.strerror or "cannot be opened"
    if not stat.S_ISREG(found.st_mode):
        return "not a regular file"
    if (found.st_dev, found.st_ino) in seen:
        return ""
    seen.add((found.st_dev, found.st_ino))
    if found.st_size > largest:
        return f"{found.st_size:,} bytes, more than {largest:,}"
    return None


def below(folder: Path, root: Path, exclude: Sequence[str], unread: list[Unread]) -> Iterator[Path]:
    """The Python files and notebooks below a folder; a folder that is met again, by whatever link, is not
    entered."""
    entered: set[tuple[int, int]] = set()
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        try:
            found = here.stat()
            if (found.st_dev, found.st_ino) in entered:
                continue
            entered.add((found.st_dev, found.st_ino))
            entries = sorted(os.scandir(here), key=lambda entry: entry.name)
        except OSError as error:
            unread.append(Unread(shown(here, root), error.strerror or "cannot be opened"))
            continue
        folders = []
        for entry in entries:
            path = here / entry.name
            if matches(shown(path, root), exclude):
                continue
            if is_folder(entry):
                if entry.name not in NOT_READ and not (path / "pyvenv.cfg").exists():
                    folders.append(path)
            elif path.suffix in {*ENDINGS, ".ipynb"}:
                yield path
        waiting += reversed(folders)


def is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself
        return False


def matches(name: str, patterns: Sequence[str]) -> bool:
    """Whether a shown name, a folder above it or its last part fits one of the patterns."""
    parts = name.split("/")
    wholes = {"/".join(parts[:n]) for n in range(1, len(parts) + 1)}
    return any(fnmatch(each, pattern.rstrip("/")) for pattern in patterns for each in (*wholes, parts[-1]))


def shown(path: Path, root: Path) -> str:
    """The name that people see: below the root relative to it, with ``/``."""
    try:
        return path.relative_to(root).as_posix()
    except ValueError:
        return path.as_posix()
