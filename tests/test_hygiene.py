"""The hygiene rules hold in the library, and each rule is shown to catch what it is for."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from tools.hygiene import RULES, check, main, python_files

ROOT = Path(__file__).parent.parent
LIBRARY = Path("src/rescind/somewhere/file.py")

PLANTED = [
    ("unpickle", "import pickle"),
    ("unpickle", "import dill"),
    ("unpickle", "from marshal import loads"),
    ("unpickle", "def f():\n    import shelve"),
    ("unpickle", "import_module('pickle')"),
    ("unpickle", "__import__('cloudpickle')"),
    ("unpickle", "import yaml\nyaml.load(data)"),
    ("unpickle", "from yaml import load"),
    ("unpickle", "from sqlalchemy import PickleType"),
    ("unpickle", "sa.Column('data', sa.PickleType)"),
    ("sql", "connection.execute(f'SELECT * FROM t WHERE id = {id}')"),
    ("sql", "connection.execute('SELECT * FROM t WHERE id = %s' % id)"),
    ("sql", "connection.execute('SELECT * FROM t WHERE id = ' + id)"),
    ("sql", "connection.execute('SELECT * FROM {}'.format(table))"),
    ("sql", "connection.execute('a = ' + ' AND '.join(parts))"),
    ("sql", "connection.execute(text(f'{column} = 1'))"),
    ("sql", "connection.exec_driver_sql(f'pragma journal_mode = {mode}')"),
    ("sql", "statement = f'delete from t where id in ({ids})'"),
    ("sql", "statement = 'INSERT INTO ' + table + ' VALUES (1)'"),
    ("sql", "def f():\n    where = f'x = {x}'\n    connection.execute(where)"),
    ("sql", "where = 'x = 1'\nwhere += f' AND y = {y}'\ncursor.executescript(where)"),
    ("compare", "if token == given: pass"),
    ("compare", "ok = given != self.session_digest"),
    ("compare", "ok = row['digest'] == digest"),
    ("compare", "ok = digest in known"),
    ("compare", "ok = given in secrets_of(user)"),
    ("compare", "ok = hmac.new(key, body, 'sha256').hexdigest() == header"),
    ("compare", "ok = sha256(x).digest() == header"),
    ("compare", "ok = (user, password) == expected"),
    ("compare", "ok = refreshToken[8:] == given"),
    ("compare", "ok = 0 < n and body_mac == mac_of(body)"),
    ("clock", "import time"),
    ("clock", "from time import monotonic"),
    ("clock", "import random"),
    ("clock", "import secrets"),
    ("clock", "import datetime\ndatetime.datetime.now()"),
    ("clock", "from datetime import datetime\ndatetime.now(UTC)"),
    ("clock", "from datetime import date\ndate.today()"),
    ("clock", "import uuid\nuuid.uuid4()"),
    ("clock", "from uuid import uuid4"),
    ("clock", "import os\nos.urandom(16)"),
    ("assert", "assert isinstance(id, str)"),
    ("assert", "async def f(x):\n    if x:\n        assert x > 1, 'no'"),
]

ALLOWED = [
    "import json\njson.loads(data)",
    "import yaml\nyaml.safe_load(data)",
    "connection.execute('SELECT * FROM t WHERE id = ?', (id,))",
    "connection.execute(select(t).where(t.c.id == id))",
    "connection.execute('SELECT a ' 'FROM t')",
    "raise Conflict(f'update {name} first: it is older than {other}')",
    "message = f'Select {n} rows'",
    "log.info('deleted %s of %s' % (a, b))",
    "if hmac.compare_digest(token, given): pass",
    "if token is None or token == '': pass",
    "if len(token) == 43 and token_type == 'bearer': pass",
    "if record.digest_size != 32 or password.id == other.id: pass",
    "if 'token' in form: pass",
    "if token[3] != '.': pass",
    "from datetime import UTC, datetime, timedelta\ndatetime.fromtimestamp(at, UTC)",
    "from uuid import UUID\nUUID(text)",
    "raise ValueError('x')",
]


def rules_of(source: str, path: Path = LIBRARY) -> set[str]:
    return {finding.rule for finding in check(textwrap.dedent(source), path)}


@pytest.mark.parametrize(("rule", "source"), PLANTED)
def test_planted_line_is_caught(rule: str, source: str) -> None:
    assert rules_of(source) == {rule}


def test_every_rule_has_a_planted_line() -> None:
    assert {rule for rule, _ in PLANTED} == set(RULES)


@pytest.mark.parametrize("source", ALLOWED)
def test_ordinary_line_is_left_alone(source: str) -> None:
    assert check(source, LIBRARY) == []


@pytest.mark.long  # `make lint` says it too
def test_library_is_clean() -> None:
    files = list(python_files([str(ROOT / "src"), str(ROOT / "tools")]))
    assert [str(f) for path in files for f in check(path.read_text(encoding="utf-8"), path)] == []


def test_line_number_is_that_of_the_planted_line() -> None:
    (finding,) = check("x = 1\n\n\nassert x\n", LIBRARY)
    assert str(finding).startswith(f"{LIBRARY}:4: [assert] ")


def test_the_two_homes_of_time_and_randomness_may_read_them() -> None:
    source = "import time, secrets, os\nos.urandom(3)"
    assert rules_of(source, Path("src/rescind/_clock.py")) == set()
    assert rules_of(source, Path("src/rescind/_tokens.py")) == set()
    assert rules_of(source, Path("src/rescind/stores/_clock.py")) == {"clock"}


@pytest.mark.parametrize("room", ["drill", "testing", "demo"])
def test_measuring_rooms_may_measure_and_no_more(room: str) -> None:
    path = Path(f"src/rescind/{room}/x.py")
    assert rules_of("import time\ntime.perf_counter()\ntime.monotonic()", path) == set()
    assert rules_of("import time\ntime.time()", path) == {"clock"}
    assert rules_of("import random", path) == {"clock"}


def test_the_conformance_kit_may_assert_and_compare() -> None:
    path = Path("src/rescind/testing/contract.py")
    assert rules_of("assert record.digest == stored.digest", path) == set()
    assert rules_of("import pickle", path) == {"unpickle"}


def test_an_excuse_needs_a_reason() -> None:
    good = "import random  # hygiene: ok clock because jitter needs no secrecy"
    assert check(good, LIBRARY) == []
    assert rules_of("import random  # hygiene: ok clock") == {"clock"}
    assert rules_of("import random  # hygiene: ok sql because of nothing") == {"clock", "sql"}


def test_an_excuse_that_excuses_nothing_is_a_finding() -> None:
    (finding,) = check("x = 1  # hygiene: ok clock because it was needed once", LIBRARY)
    assert "excuses nothing" in finding.message


def test_command_line_answers_with_exit_codes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 2
    (tmp_path / "a.py").write_text("x = 1\n")
    assert main([str(tmp_path)]) == 0
    (tmp_path / "b.py").write_text("import pickle\n")
    assert main([str(tmp_path)]) == 1
    assert "b.py:1: [unpickle]" in capsys.readouterr().out
