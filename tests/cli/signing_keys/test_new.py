"""``rescind signing-keys new``: a private file, never over another one."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from tests.cli.shell import Shell

from rescind.cli.signing_keys import new
from rescind.sessions.jwt.key_files import read_key_files


@pytest.mark.parametrize("algorithm", ["EdDSA", "ES256", "HS256"])
def test_what_it_makes_is_admitted(folder: Path, shell: Shell, algorithm: str) -> None:
    done = shell(f"signing-keys new a.jwk --algorithm {algorithm} --json")
    assert done.code == 0, done.err
    file = folder / "a.jwk"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    keys = read_key_files([file])
    assert (keys.signing.kid, keys.signing.alg) == (done.object["kid"], algorithm)
    members = json.loads(file.read_text())
    for secret in (members.get("d"), members.get("k")):
        assert secret is None or secret not in done.out + done.err


def test_bytes_that_look_like_another_key_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter([b"{" + bytes(range(31)), bytes(range(1, 33))])
    monkeypatch.setattr(new, "random_bytes", lambda _: next(drawn))
    _, text = new.make("HS256")
    assert json.loads(text)["k"] == "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA"


def test_an_existing_file_is_left_alone(folder: Path, shell: Shell) -> None:
    (folder / "a.jwk").write_text("mine")
    done = shell("signing-keys new a.jwk")
    assert done.code == 2
    assert "a.jwk exists" in done.err
    assert (folder / "a.jwk").read_text() == "mine"
    assert shell("signing-keys new nowhere/a.jwk").code == 2
