"""What pyproject.toml says about extras holds, and nothing in the repository points at one machine."""

from __future__ import annotations

import re
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
    "dev",
    "bench",
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
    for name in NAMED - {"all", "demo", "dev", "bench"}:
        assert spelled_out(EXTRAS[name]) <= spelled_out(EXTRAS["all"]), name


def test_django_site_installs_no_sqlalchemy() -> None:
    assert not any("sqlalchemy" in requirement.lower() for requirement in EXTRAS["django"])


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
    for script in ("tools/venv.sh", ".ci/run"):
        assert (ROOT / script).stat().st_mode & 0o111, script
