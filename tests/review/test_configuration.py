"""What may be written down, what goes before what, and what is refused with the nearest that there is."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rescind.review.configuration import KEYS, configuration
from rescind.tooling.errors import ToolError

PYPROJECT = "[tool.rescind.review]\n"


def test_nothing_is_written_down(tmp_path: Path) -> None:
    assert configuration(tmp_path) == {}
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n[tool.rescind]\nrealm = 'r'\n")
    assert configuration(tmp_path) == {}


def test_all_keys_and_which_file_goes_first(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        f'{PYPROJECT}paths = ["src"]\nselect = ["RSC1", "jwt"]\nignore = ["RSC102"]\n'
        'exclude = ["migrations"]\n'
        'severity = "medium"\nconfidence = "high"\nbaseline = "known.json"\njobs = 2\n'
    )
    found = configuration(tmp_path)
    assert set(found) == set(KEYS)
    assert (found["paths"], found["select"]) == ((tmp_path / "src",), ("RSC1", "jwt"))
    assert found["baseline"] == tmp_path / "known.json"
    (tmp_path / "rescind.toml").write_text('[settings]\nrealm = "r"\n[review]\nseverity = "high"\n')
    assert configuration(tmp_path) == found | {"severity": "high"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("selects = []", r"unknown key 'selects' in \[tool.rescind.review\]; did you mean select\?"),
        ("zzz = 1", "unknown key 'zzz'.*known: paths"),
        ('select = "RSC1"', r'select in .*a list of texts, such as \["RSC101"\]'),
        ("paths = [1]", "paths in .*a list of texts"),
        ('severity = "hgh"', "severity in .*one of critical, high, medium, low"),
        ("severity = []", "severity in .*one of"),
        ("jobs = 0", "jobs in .*from 1 to 64"),
        ("jobs = true", "jobs in .*from 1 to 64"),
        ("baseline = 1", "baseline in .*the name of a file"),
        ("=", "is no TOML"),
    ],
)
def test_what_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "pyproject.toml").write_text(f"{PYPROJECT}{text}\n")
    with pytest.raises(ToolError, match=f"pyproject.toml.*{said}"):
        configuration(tmp_path)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "rescind.toml").write_bytes(b"[review]\n# \xff\n")
    with pytest.raises(ToolError, match=r"rescind\.toml is no TOML"):
        configuration(tmp_path)
    (tmp_path / "rescind.toml").write_text("review = 1\n")
    with pytest.raises(ToolError, match=r"must be a table: \[review\]"):
        configuration(tmp_path)
    (tmp_path / "rescind.toml").unlink()
    (tmp_path / "rescind.toml").mkdir()
    with pytest.raises(ToolError, match="cannot be read"):
        configuration(tmp_path)


VALUES = [
    "1",
    "-1",
    '""',
    '"x"',
    '"\\u0000"',
    "[]",
    '["a"]',
    "[[1]]",
    "{}",
    "true",
    "1979-05-27",
    "nan",
    '"high"',
    "[",
]


WRITTEN = st.lists(st.tuples(st.sampled_from([*KEYS, "x"]), st.sampled_from(VALUES))).map(
    lambda pairs: "[review]\n" + "".join(f"{key} = {value}\n" for key, value in pairs)
)


@given(st.binary(max_size=80) | WRITTEN.map(str.encode))
def test_whatever_is_in_the_file(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "rescind.toml").write_bytes(data)
        try:
            found = configuration(Path(name))
        except ToolError:
            return
        assert set(found) <= set(KEYS)
