"""A map that was written down is the same when it is read; what is no map is named."""

from __future__ import annotations

import json
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.paths.maps import AT_ONCE, HOUR, UNKNOWN, credential, drawn, route
from tests.review.output.test_baseline import JSON

from rescind.paths.comparing import compare
from rescind.paths.errors import PathsError
from rescind.paths.model import Map
from rescind.paths.saved import read_map, write_map

SID, BEARER = credential("cookie:sid", AT_ONCE), credential("bearer", HOUR, life=None, privilege=UNKNOWN)
MADE = drawn(
    route("/me", SID, BEARER, protected="conditional"), route("/", method="ANY"),
    route("/odd", protected=None, worst=UNKNOWN, notes=("not read",)), credentials=(SID, BEARER),
)  # fmt: skip


def test_the_object_of_json(tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text(json.dumps(MADE.to_dict("0.1.0")))
    found, version = read_map(tmp_path / "old.json", "--diff")
    assert version == "0.1.0"
    difference = compare(MADE, found)
    assert (difference.routes, difference.credentials) == ((), ())
    assert found.routes[0].line == 12 and found.routes[0].worst_revocation.why == HOUR.why


def test_a_baseline_has_a_line_for_each_route_and_nothing_that_moves(tmp_path: Path) -> None:
    file = tmp_path / "paths.json"
    write_map(file, MADE, "0.1.0")
    text = file.read_text()
    assert len(text.splitlines()) == 1 + 2 + 1 + 3 + 1
    assert "shop/views.py" not in text and "looked up" not in text and "evidence" not in text
    found, _ = read_map(file, "baseline")
    assert compare(MADE, found).routes == () == compare(found, MADE).credentials
    write_map(file, Map(MADE.target, MADE.framework, MADE.credentials, MADE.routes[::-1]), "0.1.0")
    assert file.read_text() == text
    write_map(file, drawn(), "0.1.0")
    assert read_map(file, "baseline")[0].routes == ()


def old(**changes: object) -> str:
    return json.dumps(MADE.to_dict("0.1.0") | changes)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no map that this version reads"),
        ("[]", "no map that this version reads"),
        ("\xff", "no map"),
        ("[" * 100_000, "no map"),
        (old(tool="rescind review"), "Invalid enum value 'rescind review'"),
        (json.dumps({"tool": "rescind paths", "version": "0"}), "missing required field"),
        (old(routes=[{"method": "GET"}]), r"missing required field.*\$.routes\[0\]"),
        (old(credentials={}), "/me accepts cookie:sid, which is not among its credentials"),
        (old().replace('"immediate"', '"instant"'), "Invalid enum value 'instant'"),
    ],
)
def test_what_is_no_map(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "old.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(PathsError, match=rf"--diff .*old\.json.*{said}.*rescind paths TARGET --json"):
        read_map(tmp_path / "old.json", "--diff")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(PathsError, match="there is no such file"):
        read_map(tmp_path / "old.json", "--diff")
    with pytest.raises(PathsError, match="directory"):
        read_map(tmp_path, "--diff")


@settings(max_examples=30)
@given(st.binary(max_size=60) | JSON.map(lambda value: old(routes=value).encode()))
def test_whatever_is_in_the_file(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "old.json").write_bytes(data)
        with suppress(PathsError):
            assert isinstance(read_map(Path(name) / "old.json", "--diff")[0], Map)
