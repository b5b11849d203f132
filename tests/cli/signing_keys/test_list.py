"""``rescind signing-keys list``: which key signs, what rests on each, which has ended."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.shell import Shell

from rescind import Rescind

SECRETS = "0123456789abcdefghijklmnopqrstuvwxyz another-secret-of-thirty-six-letters"


@pytest.fixture
def signed(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESCIND_SESSION_MODEL", "jwt")
    monkeypatch.setenv("RESCIND_SECRET", SECRETS)
    with Rescind(url, session_model="jwt", secret=SECRETS) as auth:
        auth.sessions.start("ada")
        auth.sessions.start("bob")


@pytest.mark.usefixtures("signed")
def test_the_way_of_a_key(shell: Shell) -> None:
    first, second = shell("signing-keys list --json").object["signing_keys"]
    assert [(key["role"], key["access_tokens"], key["ended"]) for key in (first, second)] == [
        ("signs", 2, None),
        ("next", 0, None),
    ]
    assert (first["alg"], second["alg"]) == ("EdDSA", "EdDSA")
    done = shell(f"revoke --signing-key={first['kid']} --reason leaked --yes --json")
    assert done.code == 0, done.err
    assert done.object["ended"] == {"access_token": 2}
    assert [row[2:5] for row in shell("signing-keys list").rows] == [
        ["ended", "2", "leaked"],
        ["signs", "0", "-"],
    ]
    assert shell("revoke --signing-key=unknown --reason r --yes").code == 4
    assert not any(word in shell("signing-keys list").out for word in SECRETS.split())


@pytest.mark.usefixtures("signed")
def test_the_count_is_shown_before_it_is_asked(shell: Shell) -> None:
    kid = shell("signing-keys list --json").object["signing_keys"][0]["kid"]
    done = shell.terminal(f"revoke --signing-key={kid} --reason leaked", answers=[("?", "n\n")])
    assert f"signing key {kid}: 2 live access tokens, 2 stored. End them?" in done.out


def test_without_signed_tokens_there_are_none(url: str, shell: Shell) -> None:
    with Rescind(url):
        pass
    done = shell("signing-keys list")
    assert (done.code, "RESCIND_SESSION_MODEL" in done.err) == (2, True)


def test_nothing_is_made_by_looking(
    url: str, folder: Path, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Rescind(url):
        pass
    monkeypatch.setenv("RESCIND_SESSION_MODEL", "jwt")
    done = shell("signing-keys list")
    assert (done.code, "is not there yet" in done.err) == (2, True)
    assert not (folder / "app.db.key").exists()


def test_access_is_ended_without_any_key(
    url: str, folder: Path, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Break-glass: whoever may not read the keys may end access all the same."""
    with Rescind(url, session_model="jwt") as auth:
        auth.sessions.start("ada")
    monkeypatch.setenv("RESCIND_SESSION_MODEL", "jwt")
    monkeypatch.setenv("RESCIND_SIGNING_KEYS", "none.pem")
    (folder / "app.db.key").unlink()
    assert shell("revoke --principal ada --reason r --yes").code == 0
    assert not (folder / "app.db.key").exists()
