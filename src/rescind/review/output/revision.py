"""``--diff BASE``: the findings that are there now and were not where the branch began.

The files of that revision are written into a folder of their own and reviewed like those of now, so a check
that was taken out of one file is seen in another that did not change.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from rescind.review.marks import compared, marks, named
from rescind.review.run import Review, ReviewError

# Reviews paths with a root, as was done with those of now.
Again = Callable[[Sequence[Path], Path], Review]


def introduced(done: Review, paths: Sequence[Path], base: str, again: Again) -> Review:
    """The review without what the revision has where HEAD left it.

    Args:
        base: any name of a commit; what HEAD and it have in common counts, as in ``git diff BASE...``.

    Raises:
        ReviewError: there is no git, no repository, or no such commit.
    """
    root = done.project.root.resolve()
    top = Path(asked_git(root, "rev-parse", "--show-toplevel"))
    commit = common(root, base)
    with written(top, commit) as folder:
        there = [folder / inside(path, top) for path in paths]
        there = [each for each in there if each.exists()]
        if not there:
            return done
        before = again(there, folder / inside(root, top))
        was = marks(before.findings, before.project, folder)
    now = marks(done.findings, done.project, top)
    new, _ = compared(now, was, {named(module, top) for module in done.project.modules})
    left = tuple(each for each, is_new in zip(done.findings, new, strict=True) if is_new)
    return replace(done, findings=left, known=done.known + len(done.findings) - len(left))


def inside(path: Path, top: Path) -> Path:
    whole = path.absolute().resolve()
    if not whole.is_relative_to(top):
        raise ReviewError(f"--diff: {path} is not in the repository {top}: review it by itself")
    return whole.relative_to(top)


def common(folder: Path, base: str) -> str:
    try:
        commit = asked_git(folder, "rev-parse", "--verify", "--end-of-options", f"{base}^{{commit}}")
        return asked_git(folder, "merge-base", commit, "HEAD")
    except ReviewError as error:
        mend = "fetch it, with its history: a shallow clone has none"
        raise ReviewError(f"--diff {base}: no commit that this branch began from: {mend}") from error


@contextmanager
def written(top: Path, commit: str) -> Iterator[Path]:
    """A folder with the files of a commit. Index and files of the repository are not touched."""
    with tempfile.TemporaryDirectory(prefix="rescind-review-") as name:
        folder = Path(name).resolve() / "files"
        folder.mkdir()
        index = {"GIT_INDEX_FILE": str(Path(name) / "index")}
        asked_git(top, "read-tree", commit, **index)
        asked_git(top, "checkout-index", "--all", f"--prefix={folder}/", **index)
        yield folder


def asked_git(folder: Path, *words: str, **environment: str) -> str:
    """What git prints.

    Raises:
        ReviewError: it is not there, or it refuses.
    """
    # A hook of git runs with its own; what is asked here is asked of the folder.
    kept = {name: value for name, value in os.environ.items() if name not in {"GIT_DIR", "GIT_INDEX_FILE"}}
    try:
        done = subprocess.run(  # noqa: S603  # no shell, and no word of another's making without its place
            ["git", "-C", str(folder), *words],  # noqa: S607
            env=kept | environment,
            capture_output=True,
            check=False,
        )
    except OSError as error:
        raise ReviewError("--diff needs git, which is not there") from error
    if done.returncode:
        said = os.fsdecode(done.stderr).strip().partition("\n")[0]
        raise ReviewError(f"--diff: git {words[0]}: {said or 'failed'}")
    return os.fsdecode(done.stdout).removesuffix("\n")
