"""The documentation is true where a machine can tell: code runs, names are there, generated pages are fresh.

The Python of README.md and docs/*.md runs block after block, each page in a namespace and folder of its own.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from sybil import Document
from sybil.parsers.markdown import PythonCodeBlockParser, SkipParser
from tools.reference import pages

from rescind import errors
from rescind.config import Settings
from rescind.transport.problem import OUTER, STATUS

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", *DOCS.glob("*.md")])
ADR = DOCS / "adr"


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_python_of_a_page_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    document = Document.parse(str(page), PythonCodeBlockParser(), SkipParser())
    for example in document.examples():
        example.evaluate()
    close_engines(document.namespace)


def close_engines(namespace: dict[str, Any]) -> None:
    """Stops the threads of what a page made, so that one page cannot disturb the next."""
    for value in list(namespace.values()):
        if type(value).__module__.startswith("rescind.") and hasattr(value, "close"):
            value.close()


def test_broken_block_fails(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```python\nx = 1\n```\n\n```python\nx.nothing\n```\n")
    first, second = Document.parse(str(page), PythonCodeBlockParser()).examples()
    first.evaluate()
    with pytest.raises(AttributeError):
        second.evaluate()


def documented(page: str) -> set[str]:
    """Whatever stands in backticks on a page."""
    return set(re.findall(r"`([^`\n]+)`", (DOCS / page).read_text(encoding="utf-8")))


def test_every_error_and_code_is_documented() -> None:
    names = {n for n, v in vars(errors).items() if isinstance(v, type) and issubclass(v, errors.RescindError)}
    assert names | set(errors.REFUSAL_CODES) | set(STATUS) <= documented("errors.md")


def test_refusal_table_is_that_of_the_code() -> None:
    page = (DOCS / "errors.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d{3}) \| `(\w+)` \| ([^|]+) \|", page, re.MULTILINE)
    told = {
        inner: (outer, int(status))
        for status, outer, codes in rows
        for inner in re.findall(r"`(\w+)`", codes)
    }
    assert told == {inner: (outer, STATUS[outer]) for inner, outer in OUTER.items()}


def test_every_setting_is_documented() -> None:
    assert {field.name for field in fields(Settings)} <= documented("settings.md")


@pytest.mark.parametrize("path", list(pages()), ids=name_of)
def test_generated_page_is_fresh(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == pages()[path], "run `make reference`"


def test_links_of_the_readme_lead_somewhere() -> None:
    files = ["README.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md"]
    links = [link for name in files for link in re.findall(r"]\(([^)#:]+)[^)]*\)", (ROOT / name).read_text())]
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_site_builds_without_a_broken_link(tmp_path: Path) -> None:
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    shutil.copytree(DOCS, tmp_path / "docs")
    command = [str(Path(sys.executable).parent / "zensical"), "build", "--strict"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    built = list((tmp_path / "site").rglob("*.html"))
    assert len(built) >= len(list(DOCS.rglob("*.md"))) - 1
    foreign = {
        host for page in built for host in re.findall(r'(?:src|href)="https?://([^/"]+)', page.read_text())
    }
    assert foreign <= {"zensical.org"}, "the site must load nothing from elsewhere"


def test_decisions_are_numbered_listed_and_in_form() -> None:
    records = sorted(path.name for path in ADR.glob("[0-9]*.md"))
    assert [name[:4] for name in records] == [f"{n:04}" for n in range(1, len(records) + 1)]
    listed = re.findall(r"\]\((\d{4}-[a-z0-9-]+\.md)\)", (ADR / "README.md").read_text(encoding="utf-8"))
    assert listed == records
    form = re.findall(r"^## .+", (ADR / "template.md").read_text(encoding="utf-8"), re.MULTILINE)
    for name in records:
        text = (ADR / name).read_text(encoding="utf-8")
        assert re.findall(r"^## .+", text, re.MULTILINE) == form, name
        assert re.match(
            rf"# {name[:4]}\. .+\n\nDate: \d{{4}}-\d\d-\d\d\. State: (accepted|replaced by \d{{4}})\.", text
        ), name


def test_every_page_has_its_place_in_the_navigation() -> None:
    named = set(
        re.findall(r"\s([a-z-]+\.md)$", (ROOT / "mkdocs.yml").read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert {path.name for path in DOCS.glob("*.md")} == named
