"""Every id has a heading, and E001 is said by whoever can."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from rescind.django import checks

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "django-checks.md").read_text(encoding="utf-8")


def test_each_id_has_its_heading_and_each_heading_its_id() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in Path(checks.__file__).parent.glob("*.py"))
    known = set(re.findall(r'id="(rescind\.[EWI]\d{3})"', source)) | {"rescind.E001"}
    headings = re.findall(r"^## (.+)$", PAGE, re.MULTILINE)
    assert headings == sorted(known, key=lambda one: ("EWI".index(one[8]), one))


def test_a_missing_application_is_named_with_the_mend() -> None:
    said = checks.not_installed()
    assert 'INSTALLED_APPS has no "rescind.django"' in said
    assert "`manage.py migrate`" in said


QUICKSTART = """
INSTALLED_APPS += ["rescind.django"]
SESSION_ENGINE = "rescind.django.sessions"
MIDDLEWARE[MIDDLEWARE.index("django.contrib.sessions.middleware.SessionMiddleware")] = (
    "rescind.django.middleware.SessionMiddleware"
)
RESCIND = {}
"""


@pytest.mark.long
def test_a_project_that_follows_the_quickstart_is_told_nothing(tmp_path: Path) -> None:
    """``startproject``, the lines of the documentation, ``check --deploy``: what is said is Django's own."""

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments], cwd=tmp_path, capture_output=True, text=True, check=True
        )
        return done.stdout + done.stderr

    run("-m", "django", "startproject", "shop", ".")
    with (tmp_path / "shop" / "settings.py").open("a") as settings:
        settings.write(QUICKSTART)
    said = run("manage.py", "check", "--deploy")
    assert "security.W012" in said or "security.W010" in said, "Django's own are there"
    assert "rescind." not in said
    assert "rescind.W002" in run("manage.py", "check", "--database", "default")
    assert "W002" not in run("manage.py", "migrate")
    assert "rescind." not in run("manage.py", "check", "--deploy", "--database", "default")
    assert "No changes detected" in run("manage.py", "makemigrations", "--check")
