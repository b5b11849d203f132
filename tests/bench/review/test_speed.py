"""What is measured of speed: enough lines, and the processor time of whole processes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from bench.gate import BenchFailed

from bench.review import speed


def test_lines_until_there_are_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed, "LINES", 500)
    lines = speed.copied(tmp_path)
    files = list(tmp_path.rglob("*.py"))
    assert 500 <= lines == sum(path.read_bytes().count(b"\n") for path in files)
    monkeypatch.setattr(speed, "SOURCE", "no_such_package")
    with pytest.raises(BenchFailed, match="not installed"):
        speed.copied(tmp_path)


def test_processor_time_of_a_command() -> None:
    spin = "import time\nwhile time.process_time() < 0.3: pass"
    assert speed.spent([sys.executable, "-c", spin]) >= 0.2
    with pytest.raises(BenchFailed, match="ended with 3"):
        speed.spent([sys.executable, "-c", "raise SystemExit(3)"])
