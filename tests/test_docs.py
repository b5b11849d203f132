"""The documentation is true where a machine can tell: code runs, names are there, generated pages are fresh.

The Python of README.md and docs/*.md runs block after block, each page in a namespace and folder of its own.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

import click
import pytest
from flask import Flask
from sybil import Document
from sybil.parsers.markdown import PythonCodeBlockParser
from tests.redis_server import Server
from tools.reference import pages

import rescind
from rescind import errors, flask
from rescind.cli import main as program
from rescind.cli.codes import ExitCode
from rescind.config import FROM_ENVIRONMENT, Settings
from rescind.model.revocation import Scope
from rescind.testing.flask import engine_of
from rescind.transport.problem import OUTER, STATUS

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", *DOCS.glob("*.md")])
ADR = DOCS / "adr"
SOURCE = ROOT / "src" / "rescind"
LANGUAGES = {"python", "py", "console", "text", "json", "toml", "sh", "ini", "javascript"}
NOT_ISSUED_YET = {Scope.GRANT}
INNER_METHODS = {"auth.refuse_on_loop", "passwords.verify_dummy"}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def quick_or_long(page: Path) -> Any:
    """Guides from other systems sign people in with hashes of all of them, which takes seconds."""
    return pytest.param(page, marks=[pytest.mark.long] if page.name.startswith("from-") else [])


@pytest.mark.parametrize("page", [quick_or_long(page) for page in PAGES], ids=map(name_of, PAGES))
def test_python_of_a_page_runs(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.chdir(tmp_path)
    document = Document.parse(str(page), PythonCodeBlockParser())
    document.namespace["__name__"] = "__main__"
    monkeypatch.setitem(FROM_ENVIRONMENT, "authority_timeout", "AUTHORITY_TIMEOUT")
    monkeypatch.setenv("AUTHORITY_TIMEOUT", "10s")  # a busy machine is no outage
    if page.name == "postgresql.md":
        monkeypatch.setenv("RESCIND_URL", request.getfixturevalue("postgres"))
    with Server("redis") if page.name == "redis.md" else nullcontext() as server:
        if server is not None:
            monkeypatch.setenv("RESCIND_URL", server.url)
            monkeypatch.setenv("REDIS_URL", f"{server.url}?db=1")
        for example in document.examples():
            example.evaluate()
        close_engines(document.namespace)


def close_engines(namespace: dict[str, Any]) -> None:
    """Stops the threads of what a page made, so that one page cannot disturb the next."""
    for value in list(namespace.values()):
        if isinstance(value, Flask):
            if "rescind" in value.extensions:  # a page may have the application of before
                engine_of(value).close()
        elif isinstance(value, flask.Rescind):
            pass  # a handle: its engines are those of the applications
        elif type(value).__module__.startswith("rescind.") and hasattr(value, "close"):
            value.close()


def test_broken_block_fails(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```python\nx = 1\n```\n\n```python\nx.nothing\n```\n")
    first, second = Document.parse(str(page), PythonCodeBlockParser()).examples()
    first.evaluate()
    with pytest.raises(AttributeError):
        second.evaluate()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_no_page_keeps_a_block_from_running(page: Path) -> None:
    """Python is told from plain text by its fence, and every fence of Python runs."""
    text = page.read_text(encoding="utf-8")
    assert "<!-- skip" not in text
    assert set(re.findall(r"^ *```(.+)$", text, re.MULTILINE)) <= LANGUAGES
    fences = len(re.findall(r"^```python$", text, re.MULTILINE))
    assert len(list(Document.parse(str(page), PythonCodeBlockParser()).examples())) == fences


def suites() -> Iterator[Any]:
    for page in PAGES:
        if "```py\n" in page.read_text("utf-8"):
            yield pytest.param(page, id=name_of(page))


@pytest.mark.long  # each is a run of pytest of its own
@pytest.mark.parametrize("page", list(suites()))
def test_suite_of_a_page_passes(page: Path, tmp_path: Path) -> None:
    """Blocks that begin with the name of a file are files; pytest runs what they are together."""
    blocks = re.findall(r"^```py\n# (\w+\.py)\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    for name, text in blocks:
        (tmp_path / name).write_text(text)
    command = [sys.executable, "-W", "error", "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout


def documented(page: str) -> set[str]:
    """Whatever stands in backticks on a page."""
    return set(re.findall(r"`([^`\n]+)`", (DOCS / page).read_text(encoding="utf-8")))


def words_in_code() -> set[str]:
    """Every word in backticks or in a block of code, on any page."""
    words: set[str] = set()
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        blocks = re.findall(r"^```.*?^```", text, re.MULTILINE | re.DOTALL)
        for code in [*blocks, *re.findall(r"`([^`\n]+)`", text)]:
            words.update(re.findall(r"\w+", code))
    return words


@pytest.mark.parametrize("module", ["rescind", "rescind.fastapi", "rescind.flask", "rescind.testing"])
def test_every_public_name_is_documented(module: str) -> None:
    public = set(importlib.import_module(module).__all__)
    assert public and public - words_in_code() == set()


def test_every_method_of_the_engine_is_documented() -> None:
    """Less those that are for the faces, which say so in their docstring, and the plumbing of `with`."""
    engine = rescind.Rescind("memory://")
    parts = {"auth": engine, "sessions": engine.sessions, "principals": engine.principals}
    parts |= {"accounts": engine.accounts, "passwords": engine.passwords, "aio": engine.aio}
    words = words_in_code()
    missing = {
        f"{part}.{name}"
        for part, thing in parts.items()
        for name, method in vars(type(thing)).items()
        if inspect.isfunction(method) and not name.startswith("_") and name not in words
        if not name.endswith("_async")  # what `auth.aio.passwords` is made of
        if not (method.__doc__ or "").startswith("For the ")
    }
    assert missing <= INNER_METHODS, "name them in docs/*.md, or begin their docstring with `For the faces`"


def test_every_error_and_code_is_documented() -> None:
    names = {n for n, v in vars(errors).items() if isinstance(v, type) and issubclass(v, errors.RescindError)}
    assert {"RescindError", "PasswordRejected"} <= names
    told = documented("errors.md")
    assert names | set(errors.REFUSAL_CODES) | set(STATUS) <= told
    assert set(get_args(errors.PasswordProblem)) <= told


def test_the_tree_of_errors_is_that_of_the_code() -> None:
    """The module's docstring draws it; `CommitUnknown` must stand under `StoreUnavailable`, and so on."""
    drawn: dict[str, str] = {}
    above = ["RescindError"]
    for line in (errors.__doc__ or "").splitlines():
        found = re.match(r"    ([│├└─ ]+)(\w+)  ", line)
        if found:
            depth = len(found[1]) // 4
            above[depth:] = [found[2]]
            drawn[found[2]] = above[depth - 1]
    classes = [v for v in vars(errors).values() if isinstance(v, type) and issubclass(v, errors.RescindError)]
    assert drawn == {
        c.__name__: c.__base__.__name__ for c in classes if c is not errors.RescindError and c.__base__
    }


def audit_types() -> set[str]:
    """The types of the events that the flows and stores write, read from their source."""
    types: set[str] = set()
    for path in [*(SOURCE / "flows").glob("*.py"), *(SOURCE / "stores").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
                if name in {"event", "audit_opened", "audit_refresh", "AuditEvent"}:
                    values = [*node.args, *(k.value for k in node.keywords if k.arg == "type")]
                    types.update(filter(is_event_type, map(constant, values)))
                    if any(isinstance(value, ast.JoinedStr) for value in node.args):
                        types |= {f"{scope.value}.revoked" for scope in Scope if scope not in NOT_ISSUED_YET}
    return types


def constant(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def is_event_type(text: str) -> bool:
    return re.fullmatch(r"[a-z_]+\.[a-z_]+", text) is not None


def test_every_audit_type_is_documented() -> None:
    types = audit_types()
    assert {"session.started", "log.reborn", "tenant.revoked", "sign_in.refused"} <= types
    table = set(
        re.findall(r"^\| `([a-z_.]+)` \|", (DOCS / "audit.md").read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert types == {name for name in table if "." in name}


def commands(group: click.Group, above: click.Context) -> Iterator[str]:
    """The full name of every command, those inside of others too."""
    for name in group.list_commands(above):
        command = group.get_command(above, name)
        assert command is not None
        context = click.Context(command, info_name=name, parent=above)
        yield context.command_path
        if isinstance(command, click.Group):
            yield from commands(command, context)


def test_every_command_and_exit_code_is_documented() -> None:
    page = (DOCS / "cli.md").read_text(encoding="utf-8")
    named = set(commands(program, click.Context(program, info_name="rescind")))
    assert "rescind revoke" in named and "rescind db upgrade" in named
    assert {name for name in named if f"## {name}\n" not in page} == set()
    assert {str(code.value) for code in ExitCode} <= set(re.findall(r"^\| `?(\d+)`? \|", page, re.MULTILINE))


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


def test_every_file_that_a_page_names_is_there() -> None:
    """A page that says where something is tested must not speak of a file that nobody wrote."""
    pages_and_more = [*PAGES, *ADR.glob("[0-9]*.md"), ROOT / "SECURITY.md", ROOT / "CONTRIBUTING.md"]
    named = {
        (page.name, path)
        for page in pages_and_more
        for path in re.findall(
            r"`((?:tests|tools|bench|docs|examples|src)/[\w./-]*)`", page.read_text("utf-8")
        )
    }
    assert len(named) > 20
    missing = {(page, path) for page, path in named if not (ROOT / path).exists()}
    assert missing == {("store-contract.md", "tests/test_my_store.py")} & named


@pytest.mark.long  # `make docs` builds it too, and knows nothing of foreign hosts
def test_site_builds_without_a_broken_link(tmp_path: Path) -> None:
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    shutil.copytree(DOCS, tmp_path / "docs")
    command = [str(Path(sys.executable).parent / "zensical"), "build", "--strict"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    built = list((tmp_path / "site").rglob("*.html"))
    assert len(built) >= len(list(DOCS.rglob("*.md"))) - 1
    loaded = r'(?:src=|<link [^>]*href=)"?https?://([^/" >]+)'
    foreign = {host for page in built for host in re.findall(loaded, page.read_text())}
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
