"""Every id has a heading, and E001 is said by whoever can."""

from __future__ import annotations

import re
from pathlib import Path

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
