"""What was found before, kept by content, so that a review of what did not change takes no looking.

Data are followed through the whole project, and a caller or a setting anywhere may decide about a line, so an
answer is kept for the project as it is: all of its files, the rules and the reader as they are, and the
Python that they run on. Whatever of these differs makes another key; nothing is ever found too old.

Invariant: a review with a cache gives what it would give without one. What is kept are the findings before
any is excused or left out, in JSON with a digest; what does not fit is as if it were not there.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import msgspec

import rescind.reading
from rescind.reading import Project, Unread
from rescind.review.finding import Finding
from rescind.review.room import own_limit
from rescind.review.rule import Rule

FORM = 1  # of what is kept
MOST = 64  # reviews in one folder; those that were not used for the longest go first


class Kept(NamedTuple):
    """What looking at every module of a project gave; ``failed``: where a rule could not look to the end."""

    findings: tuple[Finding, ...]
    unread: tuple[Unread, ...]
    failed: tuple[Unread, ...] = ()


def usual_folder() -> Path | None:
    """Where the user's programs keep what they can make anew; None: the user has no such place.

    It is never inside of what is reviewed: who wrote the code could put an answer there.
    """
    given = os.environ.get("XDG_CACHE_HOME", "")
    try:
        base = Path(given) if Path(given).is_absolute() else Path.home() / ".cache"
    except RuntimeError:  # nobody knows where home is
        return None
    return base / "rescind" / "review"


def key_of(project: Project, asked: Iterable[Rule]) -> str:
    """Of all that the findings depend on; empty: that cannot be told, so nothing may be kept."""
    code = of_code()
    modules = project.modules
    # Of files outside of the root, the folders around them count too, and these are not known.
    if not code or not all(each.digest and each.path.is_relative_to(project.root) for each in modules):
        return ""
    parts = [
        FORM,
        code,
        [sys.version, sys.implementation.name, own_limit()],
        [rule.number for rule in asked],
        [[name, file, os.path.relpath(folder, project.root)] for name, file, folder in project.shape],
        [each.digest for each in modules],
    ]
    return sha256(json.dumps(parts).encode()).hexdigest()


@cache
def of_code() -> str:
    """A digest of the rules, of what they stand on, and of the reader; empty where there is no source."""
    whole = sha256()
    for package in (rescind.review, rescind.reading):
        for folder in package.__path__:
            files = sorted(Path(folder).rglob("*.py"))
            if not files:
                return ""
            for file in files:
                whole.update(
                    f"{file.relative_to(folder)}\0{sha256(file.read_bytes()).hexdigest()}\n".encode()
                )
    try:
        whole.update(metadata.version("libcst").encode())  # reads what is newer than Python
    except metadata.PackageNotFoundError:
        whole.update(b"-")
    return whole.hexdigest()


class Cache:
    """One folder of kept answers. Several runs may use it at a time; a folder that cannot be written to keeps
    nothing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def load(self, key: str) -> Kept | None:
        """What was kept; None: nothing, or nothing that is whole."""
        path = self.folder / f"{key}.json"
        try:
            digest, _, text = path.read_bytes().partition(b"\n")
            if not key or digest.decode() != said(key, text):
                return None
            kept = msgspec.convert(json.loads(text), Kept)
        except (OSError, ValueError, RecursionError, msgspec.ValidationError):
            return None
        with suppress(OSError):
            os.utime(path)
        return kept

    def store(self, key: str, kept: Kept) -> None:
        """Keep it, whole or not at all."""
        # How deep is too deep depends on who asks, and a rule that failed may not fail again.
        if not key or kept.failed or any("nested too deeply" in each.why for each in kept.unread):
            return
        text = json.dumps(msgspec.to_builtins(kept)).encode()
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.make_room()
            with tempfile.NamedTemporaryFile(dir=self.folder, suffix=".part", delete=False) as file:
                try:
                    file.write(f"{said(key, text)}\n".encode() + text)
                    file.close()
                    Path(file.name).replace(self.folder / f"{key}.json")
                except BaseException:
                    Path(file.name).unlink(missing_ok=True)
                    raise

    def make_room(self) -> None:
        """Another run may do the same at the same time."""
        dated: list[tuple[float, Path]] = []
        for path in self.folder.glob("*.json"):
            with suppress(OSError):
                dated.append((path.stat().st_mtime, path))
        for _, path in sorted(dated, reverse=True)[MOST - 1 :]:
            with suppress(OSError):
                path.unlink()


def said(key: str, text: bytes) -> str:
    """The first line of a file."""
    return sha256(key.encode() + text).hexdigest()
