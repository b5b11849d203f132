"""What is known is not shown, what is new is, what is gone is said; and a damaged file hides nothing."""

from __future__ import annotations

import json
import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.review.test_marks import HARM, written

from rescind.review.marks import Mark
from rescind.review.output.baseline import against, read_baseline, updated, write_baseline
from rescind.review.run import Wanted
from rescind.tooling.errors import ToolError

OTHER = HARM.replace("def view", "def other").replace(".data", ".cookies['c'].encode()")


def test_known_new_and_gone(tmp_path: Path) -> None:
    app, file = tmp_path / "app", tmp_path / "known.json"
    done = written(app, {"a.py": HARM, "b.py": OTHER})
    write_baseline(file, updated(done, [], app))
    assert against(done, read_baseline(file), app).findings == ()

    done = written(app, {"a.py": "\n\n" + HARM, "b.py": "", "c.py": HARM.replace("view", "third")})
    left = against(done, read_baseline(file), app)
    assert [each.file for each in left.findings] == ["c.py"]
    assert (left.known, [each.file for each in left.gone]) == (1, ["b.py"])
    told = left.to_dict("1")["summary"]
    assert (told["known"], told["gone"][0]["rule"]) == (1, "RSC101")

    write_baseline(file, updated(done, read_baseline(file), app))
    assert {each.file for each in read_baseline(file)} == {"a.py", "c.py"}


def test_what_was_not_looked_at_is_not_gone(tmp_path: Path) -> None:
    done = written(tmp_path, {"a.py": HARM})
    known = [
        Mark("a.py", "RSC201", "x", 1),  # a rule that is not asked for
        Mark("b/other.py", "RSC101", "x", 1),  # a file that is there and is not read
    ]
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "other.py").write_text("")
    partly = replace(
        written(tmp_path / "b", {}), project=done.project, findings=done.findings, asked=frozenset({"RSC101"})
    )
    few = replace(partly, wanted=Wanted(severity="high"))
    assert against(partly, known[:1], tmp_path).gone == ()
    assert against(few, [Mark("a.py", "RSC101", "x", 1)], tmp_path).gone == ()
    assert len(updated(few, known, tmp_path)) == 3


def test_the_file_is_for_people_too(tmp_path: Path) -> None:
    file = tmp_path / "known.json"
    done = written(tmp_path, {"b.py": OTHER, "a.py": HARM})
    known = updated(done, [], tmp_path)
    write_baseline(file, known)
    text = file.read_text()
    assert len(text.splitlines()) == 4
    write_baseline(file, known[::-1])
    assert file.read_text() == text
    assert file.stat().st_mode & 0o777 == (tmp_path / "a.py").stat().st_mode & 0o777
    write_baseline(file, [])
    assert read_baseline(file) == []


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"rescind review baseline": 2, "findings": []}', "\xff", "[" * 100_000,
             '{"rescind review baseline": 1}', '{"rescind review baseline": 1, "findings": [["a"]]}'],
    ids=range(8),
)  # fmt: skip
def test_a_damaged_file_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "known.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(ToolError, match=r"baseline .*known.json.*--update-baseline"):
        read_baseline(tmp_path / "known.json")


def test_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="no such file"):
        read_baseline(tmp_path / "nowhere.json")
    with pytest.raises(ToolError, match="directory"):
        read_baseline(tmp_path)
    with pytest.raises(ToolError, match=r"no/known\.json"):
        write_baseline(tmp_path / "no" / "known.json", [])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)


@given(st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()) | JSON.map(
    lambda value: json.dumps({"rescind review baseline": 1, "findings": value}).encode()
))  # fmt: skip
def test_whatever_is_in_the_file(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "known.json"
        path.write_bytes(data)
        with suppress(ToolError):
            assert all(isinstance(each, Mark) for each in read_baseline(path))
