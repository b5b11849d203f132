"""The rooms and the arrows between them: what may import what, how long a file may be, where a test lives."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from importlinter.application.use_cases import lint_imports
from importlinter.configuration import configure

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "rescind"
# Data: code for the reviewer to read.
DATA = {ROOT / "tests" / "review" / "corpus", ROOT / "tests" / "review" / "fixtures"}
OURS = sorted(
    path
    for room in ("src", "tools", "bench", "examples", "formal", "tests")
    for path in (ROOT / room).rglob("*.py")
    if DATA.isdisjoint(path.parents)
)
LONGEST_FILE = 400
LONGEST_FUNCTION = 60

# What `import rescind` must not load: frameworks, drivers, servers, parsers, event loops.
HEAVY = set(
    "alembic anyio click django fastapi flask flask_login httpx2 joserfc jwt libcst psycopg pydantic redis "
    "rich sqlalchemy sqlite3 starlette uvicorn uvloop werkzeug".split()
)
FACES = {"asgi", "cli", "demo", "django", "drill", "fastapi", "flask", "sqlalchemy", "testing", "web"}

# Tests that belong to no single module of the library.
CROSS_CUTTING = {
    "test_architecture",
    "test_conftest",  # the settings of a run
    "test_docs",
    "test_extras",
    "test_hygiene",
    "test_packaging",
    "test_readme",
    "test_receipts",  # of HTTP as a whole: no answer leaves before its receipts are final
}
CROSS_CUTTING_ROOMS = {"browser", "http", "mutations", "promise", "typing"}


def loaded_after(statement: str) -> set[str]:
    """The modules of a fresh interpreter after one statement, less those that it starts with."""
    code = (
        "import sys, json; before = set(sys.modules); {}; print(json.dumps(list(set(sys.modules) - before)))"
    )
    command = [sys.executable, "-c", code.format(statement)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


def test_importing_rescind_loads_no_framework_driver_or_face() -> None:
    loaded = loaded_after("import rescind")
    assert "rescind" in loaded
    assert {name for name in loaded if name.split(".")[0] in HEAVY} == set()
    assert {
        name for name in loaded if name.startswith("rescind.") and name.split(".")[1] in FACES - {"aio"}
    } == set()


def test_our_routes_load_nothing_of_signed_tokens() -> None:
    """Most applications have none, and what signs takes 10 ms to import."""
    loaded = loaded_after("import rescind.web.surface, rescind.fastapi")
    assert "rescind.web.refresh" in loaded
    assert {
        name for name in loaded if name.startswith(("cryptography", "joserfc", "rescind.sessions.jwt"))
    } == set()


def test_the_check_above_sees_what_is_loaded() -> None:
    assert {"sqlite3", "rescind"} <= loaded_after("import sqlite3, rescind")


def test_import_contracts_are_kept(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    configure()
    kept = lint_imports(config_filename=str(ROOT / "pyproject.toml"), cache_dir=None, no_logo=True)
    assert kept, capsys.readouterr().out


@pytest.mark.parametrize(
    ("room", "line", "contract"),
    [
        ("policy/planted.py", "import rescind.flows.sign_in", "arrows"),
        ("model/planted.py", "import rescind.stores.base", "arrows"),
        ("planted_room.py", "x = 1", "arrows"),
        ("stores/planted.py", "import rescind.revocation.log", "stores"),
        ("flows/planted.py", "import rescind.stores.memory", "flows"),
        ("revocation/planted.py", "from rescind.stores.memory import Store", "flows"),
        ("stores/planted.py", "import rescind.transport", "stores"),
        ("drill/planted.py", "import rescind.model.session", "drill"),
        ("reading/planted.py", "import rescind.model.session", "reading"),
        ("review/planted.py", "import rescind.model.session", "review"),
        ("reading/planted.py", "import libcst", "frameworks"),
        ("flows/planted.py", "import sqlalchemy", "frameworks"),
        ("web/planted.py", "from fastapi import Request", "frameworks"),
    ],
)
def test_import_contracts_catch_a_planted_import(tmp_path: Path, room: str, line: str, contract: str) -> None:
    make_small_library(tmp_path)
    (tmp_path / "rescind" / room).write_text(line + "\n")
    broken = linted(tmp_path, contract)
    assert broken.returncode == 1, broken.stdout + broken.stderr
    assert "BROKEN" in broken.stdout


def test_import_contracts_are_kept_where_nothing_was_planted(tmp_path: Path) -> None:
    make_small_library(tmp_path)
    clean = linted(tmp_path, "arrows", "stores", "flows", "drill", "reading", "review", "frameworks")
    assert clean.returncode == 0, clean.stdout + clean.stderr
    assert "7 kept" in clean.stdout


def make_small_library(tmp_path: Path) -> None:
    rooms = "policy model flows stores revocation drill reading review web transport"
    for name in rooms.split():
        (tmp_path / "rescind" / name).mkdir(parents=True)
        (tmp_path / "rescind" / name / "__init__.py").touch()
    for name in ("flows/sign_in", "stores/base", "stores/memory", "revocation/log", "model/session"):
        (tmp_path / "rescind" / f"{name}.py").touch()
    (tmp_path / "rescind" / "__init__.py").touch()


def linted(tmp_path: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    """The contracts of this repository, held against the library in that folder."""
    chosen = [word for contract in contracts for word in ("--contract", contract)]
    settings = [str(ROOT / "pyproject.toml"), "--no-cache", "--no-logo", *chosen]
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", *settings]
    environment = {"PYTHONPATH": str(tmp_path), "PATH": ""}
    return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)


@pytest.mark.parametrize("path", OURS, ids=lambda path: str(path.relative_to(ROOT)))
def test_file_and_function_lengths(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= LONGEST_FILE, f"{path.name} is too long: name a second concern and move it"
    functions = [
        n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    lengths = {
        f"{path.name}:{n.lineno} {n.name}": (n.end_lineno or n.lineno) - n.lineno + 1 for n in functions
    }
    assert {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION} == {}


def has_a_stem(test: Path) -> bool:
    """Whether tests/x/test_y.py speaks of src/rescind/x/y.py (or _y.py, or the package y), or of x/y.py."""
    inside = test.parent.relative_to(ROOT / "tests")
    rooms = (SOURCE / inside, ROOT / inside)
    words = test.stem.removeprefix("test_").split("_")
    stems = ["_".join(words[:n]) for n in range(len(words), 0, -1)]
    return any(
        (room / f"{mark}{stem}{end}").exists()
        for room in rooms
        for stem in stems
        for mark in ("", "_")
        for end in (".py", "")
    )


@pytest.mark.parametrize(
    "test",
    [path for path in OURS if path.name.startswith("test_") and ROOT / "tests" in path.parents],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_a_test_has_the_stem_of_what_it_tests(test: Path) -> None:
    cross = test.stem in CROSS_CUTTING or CROSS_CUTTING_ROOMS.intersection(test.relative_to(ROOT).parts)
    assert cross or has_a_stem(test), f"{test.relative_to(ROOT)} has no counterpart of its name"


def test_no_module_is_named_for_nothing() -> None:
    assert [path for path in OURS if path.stem in {"utils", "util", "helpers", "misc", "common"}] == []
