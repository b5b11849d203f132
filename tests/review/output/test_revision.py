"""``--diff``: what a branch introduced, wherever in the code it shows; the repository is not touched."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.review.test_marks import HARM, written

from rescind.review import Review, review
from rescind.review.output.revision import introduced
from rescind.review.run import ReviewError

SINK = "import pickle\n\ndef load(data):\n    return pickle.loads(data)\n"
VIEW = "from flask import request\nfrom store import load\n\ndef cart():\n    return load(request.data)\n"


def git(folder: Path, *words: str) -> str:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    written(
        folder,
        {"src/store.py": SINK, "src/views.py": VIEW.replace("request.data", "b''"), "src/old.py": HARM},
    )
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "first")
    git(folder, "checkout", "-qb", "branch")
    return folder


def new(folder: Path, base: str = "main", paths: Sequence[str] = ("src",)) -> list[tuple[str, int]]:
    whole = [folder / each for each in paths]
    done = introduced(review(*whole, root=folder), whole, base, again)
    return [(each.file, each.line) for each in done.findings]


def again(paths: Sequence[Path], root: Path) -> Review:
    return review(*paths, root=root)


def test_what_was_there_is_not_shown_wherever_it_moved(repository: Path) -> None:
    assert new(repository) == []
    git(repository, "mv", "src/old.py", "src/moved.py")
    (repository / "src" / "moved.py").write_text(f"# moved\n\n{HARM}\n")
    assert new(repository) == []


def test_a_finding_in_a_file_that_did_not_change(repository: Path) -> None:
    """What the diff says is in the view; the defect that it makes is in the store."""
    (repository / "src" / "views.py").write_text(VIEW)
    assert new(repository) == [("src/store.py", 4)]
    git(repository, "commit", "-qam", "second")
    assert new(repository) == [("src/store.py", 4)]


def test_files_that_git_does_not_know_yet_and_main_that_went_on(repository: Path) -> None:
    (repository / "src" / "new.py").write_text(HARM.replace("view", "fresh"))
    git(repository, "checkout", "-q", "main")
    (repository / "src" / "old.py").write_text("")  # mended on main, after the branch began
    git(repository, "commit", "-qam", "mended")
    git(repository, "checkout", "-q", "branch")
    assert new(repository) == [("src/new.py", 5)]
    assert new(repository, paths=["src/new.py"]) == [("src/new.py", 5)]


def test_the_repository_is_not_touched(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repository / "src" / "staged.py").write_text("x = 1\n")
    git(repository, "add", ".")
    (repository / ".gitattributes").write_text("*.py export-ignore\n")
    monkeypatch.setenv("GIT_INDEX_FILE", str(repository / "of-a-hook"))
    before = sorted(path.name for path in repository.iterdir())
    assert new(repository) == []
    monkeypatch.delenv("GIT_INDEX_FILE")
    assert git(repository, "status", "--porcelain").splitlines() == ["A  src/staged.py", "?? .gitattributes"]
    assert sorted(path.name for path in repository.iterdir()) == before


@pytest.mark.parametrize("base", ["nowhere", "--help", "", "main:src", "HEAD~9"])
def test_a_base_that_is_no_commit(repository: Path, base: str) -> None:
    with pytest.raises(ReviewError, match=f"--diff {base}: no commit"):
        new(repository, base)


def test_no_common_commit_no_repository_no_git(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(repository, "checkout", "-q", "--orphan", "other")
    git(repository, "commit", "-qm", "other")
    with pytest.raises(ReviewError, match="no commit that this branch began from"):
        new(repository)
    outside = repository.parent / "outside"
    written(outside, {"src/app.py": HARM})
    with pytest.raises(ReviewError, match="not a git repository"):
        new(outside)
    monkeypatch.setenv("PATH", str(outside))
    with pytest.raises(ReviewError, match="needs git"):
        new(repository)


def test_paths_of_another_repository(repository: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    done = written(repository / "src", {})
    with pytest.raises(ReviewError, match="not in the repository"):
        introduced(done, [other], "main", again)
