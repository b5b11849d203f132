"""The rooms and the arrows between them: what may import what, how long a file may be, where a test lives."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from itertools import pairwise
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
    "test_scratch",  # the files of a run
    "test_receipts",  # of HTTP as a whole: no answer leaves before its receipts are final
}
CROSS_CUTTING_ROOMS = {"adoption", "browser", "http", "mutations", "promise", "typing"}


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


PLANTED = [
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
    ("paths/planted.py", "import rescind.model.session", "paths"),
    ("tooling/planted.py", "import rescind.model.session", "tooling"),
    ("predicted/planted.py", "import rescind.model.session", "predicted"),
    ("reading/planted.py", "import libcst", "frameworks"),
    ("flows/planted.py", "import sqlalchemy", "frameworks"),
    ("web/planted.py", "from fastapi import Request", "frameworks"),
]


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """By contract, what is said of the library with everything planted."""
    library = tmp_path_factory.mktemp("planted")
    make_small_library(library)
    for room, line, _ in PLANTED:
        with (library / "rescind" / room).open("a") as file:
            file.write(line + "\n")
    said = linted(library, *{contract for _, _, contract in PLANTED})
    assert said.returncode == 1, said.stdout + said.stderr
    _, _, details = said.stdout.partition("Broken contracts")
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    names = {contract["name"]: contract["id"] for contract in contracts}
    parts = re.split(f"^({'|'.join(map(re.escape, names))})$", details, flags=re.MULTILINE)
    return {names[name]: text for name, text in pairwise(parts) if name in names}


@pytest.mark.parametrize(("room", "line", "contract"), PLANTED)
def test_import_contracts_catch_a_planted_import(
    broken: dict[str, str], room: str, line: str, contract: str
) -> None:
    module = "rescind." + room.removesuffix(".py").replace("/", ".")
    imported = "" if "import" not in line else f" -> {line.split()[1]} "
    assert re.search(rf"- +{re.escape(module + imported)}", broken[contract])


def test_import_contracts_are_kept_where_nothing_was_planted(tmp_path: Path) -> None:
    make_small_library(tmp_path)
    clean = linted(
        tmp_path,
        "arrows",
        "stores",
        "flows",
        "drill",
        "reading",
        "tooling",
        "paths",
        "predicted",
        "review",
        "frameworks",
    )
    assert clean.returncode == 0, clean.stdout + clean.stderr
    assert "10 kept" in clean.stdout


def make_small_library(tmp_path: Path) -> None:
    rooms = "policy model flows stores revocation drill paths predicted reading review tooling web transport"
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
    environment = {"PYTHONPATH": str(tmp_path), "PATH": "", "COLUMNS": "200"}
    return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)


def test_file_lengths() -> None:
    lengths = {str(path.relative_to(ROOT)): path.read_bytes().count(b"\n") for path in OURS}
    too_long = {name: length for name, length in lengths.items() if length > LONGEST_FILE}
    assert too_long == {}, "name a second concern and move it"


@pytest.mark.long  # to parse everything takes seconds; `make lint` runs it
def test_function_lengths() -> None:
    functions = {}
    for path in OURS:
        for one in functions_of(ast.parse(path.read_text(encoding="utf-8"))):
            where = f"{path.relative_to(ROOT)}:{one.lineno} {one.name}"
            functions[where] = (one.end_lineno or one.lineno) - one.lineno + 1
    assert {name: length for name, length in functions.items() if length > LONGEST_FUNCTION} == {}


def functions_of(node: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function; expressions, which are most of a tree and hold none, are not looked into."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield child
        if not isinstance(child, ast.expr | ast.expr_context):
            yield from functions_of(child)


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


def test_a_test_has_the_stem_of_what_it_tests() -> None:
    alone = []
    for test in OURS:
        if test.name.startswith("test_") and ROOT / "tests" in test.parents:
            room = CROSS_CUTTING_ROOMS.intersection(test.relative_to(ROOT).parts)
            if test.stem not in CROSS_CUTTING and not room and not has_a_stem(test):
                alone.append(str(test.relative_to(ROOT)))
    assert alone == [], "no counterpart of its name"


def test_no_module_is_named_for_nothing() -> None:
    assert [path for path in OURS if path.stem in {"utils", "util", "helpers", "misc", "common"}] == []
