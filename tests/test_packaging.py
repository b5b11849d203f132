"""What pyproject.toml says about extras holds, and nothing in the repository points at one machine."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
SETTINGS: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS: dict[str, list[str]] = SETTINGS["project"]["optional-dependencies"]
NAMED = {
    "fastapi",
    "flask",
    "django",
    "postgres",
    "redis",
    "jwt",
    "tools",
    "otel",
    "all",
    "demo",
    "recipes",
    "test",
    "dev",
    "bench",
    "reviewers",
}


def spelled_out(requirements: list[str]) -> set[str]:
    """The requirements with ``rescind[a,b]`` replaced by what those extras name."""
    found: set[str] = set()
    for requirement in requirements:
        own = re.fullmatch(r"rescind\[(.+)]", requirement)
        found |= (
            {r for name in own[1].split(",") for r in spelled_out(EXTRAS[name])} if own else {requirement}
        )
    return found


def test_the_documented_extras_exist() -> None:
    assert set(EXTRAS) == NAMED


@pytest.mark.parametrize("name", ["dev", "bench"])
def test_group_is_the_extra_written_out(name: str) -> None:
    assert set(SETTINGS["dependency-groups"][name]) == spelled_out(EXTRAS[name])


def test_all_is_every_extra_for_users() -> None:
    for name in NAMED - {"all", "demo", "recipes", "test", "dev", "bench", "reviewers"}:
        assert spelled_out(EXTRAS[name]) <= spelled_out(EXTRAS["all"]), name


def test_each_framework_brings_what_the_stores_need() -> None:
    """Statements are compiled by SQLAlchemy whoever makes the tables (docs/adr/0020)."""
    for name in ("fastapi", "flask", "django"):
        assert {"sqlalchemy>=2.1,<2.2", "alembic>=1.16"} <= set(EXTRAS[name]), name


def test_versions_page_tells_which_extras_have_code() -> None:
    page = (ROOT / "docs" / "versions.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `\[(\w+)\]`", page, re.MULTILINE)) == NAMED


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def test_no_file_names_a_path_of_one_machine() -> None:
    homes = re.compile(r"(?<![\w.])/(?:home|root|Users|work)/\w")
    texts = {
        path: path.read_text(encoding="utf-8", errors="replace")
        for path in tracked()
        if path != Path(__file__)
    }
    assert [str(path.relative_to(ROOT)) for path, text in texts.items() if homes.search(text)] == []


def test_scripts_are_executable() -> None:
    for script in ("tools/venv.sh", "tools/servers.sh", ".ci/run"):
        assert (ROOT / script).stat().st_mode & 0o111, script


def without_python(folder: Path, *programs: str) -> subprocess.CompletedProcess[str]:
    """Runs tools/venv.sh where no Python can be found, with only these further programs."""
    for name in ("date", *programs):
        found = shutil.which(name)
        assert found is not None, name
        (folder / name).symlink_to(found)
    command = ["/bin/sh", str(ROOT / "tools" / "venv.sh"), "demo"]
    return subprocess.run(command, cwd=folder, env={"PATH": str(folder)}, capture_output=True, text=True)


def test_without_python_the_one_line_to_install_it_is_printed(tmp_path: Path) -> None:
    done = without_python(tmp_path)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "Python 3.11 or newer" in done.stderr and "sudo apt install python3 python3-venv" in done.stderr
    assert not (tmp_path / ".venv").exists()


def test_without_the_right_to_install_the_one_line_to_do_it_is_printed(tmp_path: Path) -> None:
    """As a person who is not root and has no sudo without a password, where nothing is installed."""
    for name, code in (("id", "echo 1000"), ("sudo", "exit 1"), ("apt-get", "echo called >&2")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{code}\n")
        (tmp_path / name).chmod(0o755)
    for name in ("date", "ls"):
        (tmp_path / name).symlink_to(shutil.which(name) or name)
    script = (ROOT / "tools" / "servers.sh").read_text(encoding="utf-8")
    assert script.count("PATH=$PATH:/usr/sbin:/sbin\n") == 1
    script = script.replace("PATH=$PATH:/usr/sbin:/sbin\n", "").replace("/usr/lib/postgresql", "/nowhere")
    done = subprocess.run(
        ["/bin/sh", "-c", script], env={"PATH": str(tmp_path)}, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].strip() == (
        "sudo apt-get install -y postgresql pgbouncer redis-server spin gcc libc6-dev"
    )
    assert "called" not in done.stderr
