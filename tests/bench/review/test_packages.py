"""Fetching a release with pip: the real pip, an index that is a folder, and one that does not answer."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest
from bench.gate import BenchFailed
from bench.review.packages import Unreachable, fetch

from bench.review import packages

pytestmark = pytest.mark.long  # each starts pip, which takes a second to tell that there is nothing


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(packages, "FOLDER", tmp_path / "packages")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    return tmp_path


@pytest.fixture
def index(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    info = "toy-1.0.dist-info"
    with zipfile.ZipFile(folder / "toy-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("toy.py", "x = 1\n")
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: toy\nVersion: 1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    return folder


def test_a_wheel_is_unpacked_once(index: Path) -> None:
    place = fetch("toy", "1.0")
    assert (place / "toy.py").read_text() == "x = 1\n"
    (index / "toy-1.0-py3-none-any.whl").unlink()
    assert fetch("toy", "1.0") == place
    assert [path.name for path in place.parent.iterdir()] == ["toy-1.0"]


def test_a_release_that_is_not_there_is_no_outage(index: Path) -> None:
    with pytest.raises(BenchFailed, match=r"toy==2\.0 has no wheel") as caught:
        fetch("toy", "2.0")
    assert not isinstance(caught.value, Unreachable)


def test_an_index_that_does_not_answer_is_an_outage(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")
    with pytest.raises(Unreachable, match=r"toy==1\.0"):
        fetch("toy", "1.0")
    assert list((folder / "packages").iterdir()) == []
