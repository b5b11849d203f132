"""Which files are found, which are left out, and which are named because they cannot be read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rescind.reading import ReadingError, read
from rescind.reading.files import discover


def found(root: Path, *paths: str, **options: object) -> list[str]:
    files = discover([root / path for path in paths] or [root], root=root, **options)  # type: ignore[arg-type]
    return [path.relative_to(root).as_posix() for path in files.files]


def make(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("x = 1\n")


def test_files_in_order_and_folders_of_tools_left_out(tmp_path: Path) -> None:
    make(
        tmp_path,
        "b.py",
        "a/z.py",
        "a/b/c.py",
        ".git/x.py",
        "env/lib/x.py",
        "env/pyvenv.cfg",
        "a/__pycache__/y.py",
    )
    make(tmp_path, "node_modules/n.py", "readme.md", "script", "a/build/gen.py")
    assert found(tmp_path) == ["b.py", "a/z.py", "a/b/c.py"]
    assert found(tmp_path, "script", "a/build") == ["script", "a/build/gen.py"]
    assert found(tmp_path, "a", "a/z.py", "b.py") == ["a/z.py", "a/b/c.py", "b.py"]


def test_patterns(tmp_path: Path) -> None:
    make(tmp_path, "shop/a.py", "shop/migrations/0001.py", "tests/test_a.py", "conftest.py")
    assert found(tmp_path, exclude=["tests", "migrations", "conf*.py"]) == ["shop/a.py"]
    assert found(tmp_path, include=["shop/*.py"], exclude=["shop/migrations/"]) == ["shop/a.py"]


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    make(tmp_path, "a.py", "large.py", "note.ipynb")
    (tmp_path / "large.py").write_text("x = 1\n" * 100)
    (tmp_path / "latin.py").write_bytes(b"'\xe9'")
    (tmp_path / "gone.py").symlink_to(tmp_path / "nothing.py")
    os.mkfifo(tmp_path / "pipe.py")
    made = read(tmp_path, largest=500)
    assert [module.name for module in made.modules] == ["a", "latin"]
    assert {each.file: each.why for each in made.unread} == {
        "gone.py": "No such file or directory",
        "large.py": "600 bytes, more than 500",
        "latin.py": "not utf-8",
        "note.ipynb": "a notebook: only its export to Python can be read",
        "pipe.py": "not a regular file",
    }


def test_links_in_circles_are_entered_once(tmp_path: Path) -> None:
    make(tmp_path, "a/x.py")
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "a" / "self").symlink_to(tmp_path / "a" / "self")
    (tmp_path / "again.py").symlink_to(tmp_path / "a" / "x.py")
    assert len(found(tmp_path)) == 1


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ReadingError, match="nothing: there is no such file or folder"):
        read(tmp_path / "nothing")


def test_an_empty_folder_is_an_empty_project(tmp_path: Path) -> None:
    made = read(tmp_path)
    assert (made.modules, made.unread) == ([], [])
