"""A finding is known again when lines move, and a new one is never taken for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from rescind.review import Review, review
from rescind.review.marks import Mark, compared, marks

HARM = "import pickle\nfrom flask import request\n\ndef view():\n    return pickle.loads(request.data)"


def written(folder: Path, files: dict[str, str]) -> Review:
    """A review of files that are written first."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return review(folder)


def known(folder: Path, text: str) -> list[Mark]:
    done = written(folder, {"app.py": text})
    return marks(done.findings, done.project, folder)


@pytest.mark.parametrize(
    ("changed", "same"),
    [
        (f"# a line\n\n\n{HARM}\n", True),
        (HARM.replace("(request.data)", "(\n        request.data\n    )"), True),
        (HARM.replace("def view():", "def view():\n    x = 1"), True),
        (HARM.replace("def view", "def other"), False),
        (HARM.replace("request.data", "request.get_data()"), False),
    ],
)
def test_what_a_finding_is_known_by(tmp_path: Path, changed: str, same: bool) -> None:
    (before,), (after,) = known(tmp_path, HARM), known(tmp_path, changed)
    assert (before.fingerprint == after.fingerprint) is same


def test_the_same_line_twice_is_two(tmp_path: Path) -> None:
    twice = HARM + "\n" + HARM.rpartition("\n")[2].replace("return", "return") + "\n"
    found = known(tmp_path, twice)
    assert [each.nth for each in found] == [1, 2]
    new, gone = compared(found, found[:1], ["app.py"])
    assert (new, gone) == ([False, True], [])
    new, gone = compared(found[:1], found, ["app.py"])
    assert (new, gone) == ([False], [found[1]])


def test_a_file_that_was_moved() -> None:
    before = Mark("old.py", "RSC101", "x", 1)
    assert compared([before._replace(file="new.py")], [before], ["new.py"]) == ([False], [])
    # Both are there: somebody has copied it, and that is new.
    assert compared([before._replace(file="new.py")], [before], ["new.py", "old.py"]) == ([True], [before])
