"""``rescind demo``: hands over to the demo and returns its verdict."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.shell import Shell


@pytest.mark.parametrize("verdict", [0, 1, 130])
def test_returns_the_verdict(shell: Shell, monkeypatch: pytest.MonkeyPatch, verdict: int) -> None:
    called = []

    def main(once: bool, folder: Path) -> int:
        called.append((once, folder))
        return verdict

    monkeypatch.setattr("rescind.demo.run.main", main)
    assert shell("demo --once").code == verdict
    assert shell("demo --folder elsewhere").code == verdict
    assert called == [(True, Path(".demo")), (False, Path("elsewhere"))]


@pytest.mark.parametrize(
    "package", ["gunicorn", *(pytest.param(name, marks=pytest.mark.long) for name in ("fastapi", "jwt"))]
)
def test_without_its_packages_it_names_the_extra(package: str) -> None:
    code = (
        "import sys; sys.modules[sys.argv[1]] = None; from rescind.cli import main; main(['demo', '--once'])"
    )
    done = subprocess.run([sys.executable, "-c", code, package], capture_output=True, text=True)
    assert done.returncode == 2
    assert 'pip install "rescind[demo]"' in done.stderr and done.stderr.count("\n") == 1


def test_folder_that_is_a_file(folder: Path, shell: Shell) -> None:
    (folder / "file").touch()
    assert shell("demo --folder file").code == 2
