"""Secrets: which are refused, what is sealed, and the file beside a database."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.programs import Piped, text

from rescind import ConfigurationError
from rescind.credentials.keyring import Keyring, read_or_make_secret

OLD, NEW = "an-old-secret-of-thirty-two-bytes", b"0123456789abcdefghijklmnopqrstuvwxyz"


def refusal(*secrets: str | bytes) -> str:
    with pytest.raises(ConfigurationError) as caught:
        Keyring(secrets)
    message = str(caught.value)
    assert not any(str(one) in message for one in secrets if len(one) > 3)
    return message


def test_secrets_that_are_refused() -> None:
    assert refusal().startswith("secret is empty; make one: python -c")
    assert refusal("changeme").startswith("secret has 8 bytes and needs 32; make one")
    assert refusal(OLD, "short").startswith("secret, number 2 has 5 bytes")
    assert refusal("password" * 8).startswith("secret repeats itself and is easily guessed; make one")
    assert refusal("").startswith("secret has 0 bytes")


def test_each_purpose_and_each_secret_has_a_key_of_its_own() -> None:
    ring = Keyring([NEW, OLD])
    keys = [*ring.derive("seal"), *ring.derive("refresh"), *Keyring([OLD]).derive("other")]
    assert len(set(keys)) == 5
    assert {len(key) for key in keys} == {32}
    assert ring.derive("seal")[1:] == Keyring([OLD]).derive("seal")
    assert Keyring([NEW.decode()]).derive("seal") == Keyring([NEW]).derive("seal")


@settings(deadline=None, max_examples=30)
@given(st.binary(max_size=200), st.text(max_size=20))
def test_sealed_bytes_open_again(plain: bytes, context: str) -> None:
    ring = Keyring([NEW])
    sealed = ring.seal(plain, context)
    assert ring.open(sealed, context) == plain
    assert ring.seal(plain, context) != sealed
    assert len(plain) < 8 or plain not in sealed


def test_a_list_rotates() -> None:
    sealed = Keyring([OLD]).seal(b"key", "signing_key|default|a")
    assert Keyring([NEW, OLD]).open(sealed, "signing_key|default|a") == b"key"
    with pytest.raises(ConfigurationError, match="give the former secret as the last one of the list"):
        Keyring([NEW]).open(sealed, "signing_key|default|a")
    again = Keyring([NEW, OLD]).seal(b"key", "signing_key|default|a")
    assert Keyring([NEW]).open(again, "signing_key|default|a") == b"key"


def test_what_was_moved_or_changed_does_not_open() -> None:
    ring = Keyring([NEW])
    sealed = ring.seal(b"key", "signing_key|default|a")
    for broken in (b"", sealed[:4], sealed[:20], sealed[:-1], sealed + b"x"):
        with pytest.raises(ConfigurationError, match="does not open"):
            ring.open(broken, "signing_key|default|a")
    for place in range(len(sealed)):
        flipped = bytes(byte ^ (place == number) for number, byte in enumerate(sealed))
        with pytest.raises(ConfigurationError, match="does not open"):
            ring.open(flipped, "signing_key|default|a")
    with pytest.raises(ConfigurationError, match=r"signing_key\|default\|b does not open"):
        ring.open(sealed, "signing_key|default|b")


def test_repr_shows_no_secret() -> None:
    assert repr(Keyring([NEW, OLD])) == "Keyring(2)"


def test_secret_beside_a_database_is_made_once(tmp_path: Path) -> None:
    path = tmp_path / "app.db.key"
    secret, made = read_or_make_secret(path)
    assert made
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(Keyring([secret]).derive("seal")) == 1
    assert read_or_make_secret(path) == (secret, False)
    assert [one.name for one in tmp_path.iterdir()] == ["app.db.key"]


def test_processes_that_begin_together_have_one_secret(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from rescind.credentials.keyring import read_or_make_secret;"
        "sys.stdin.readline(); print(*read_or_make_secret(Path(sys.argv[1])))"
    )
    started = [Piped(text, script, tmp_path / "app.db.key") for _ in range(3)]
    told = [one.communicate("\n").split() for one in started]
    assert len({secret for secret, _ in told}) == 1
    assert [made for _, made in told].count("True") == 1
    assert [one.name for one in tmp_path.iterdir()] == ["app.db.key"]


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_secret_that_others_can_reach_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "app.db.key"
    read_or_make_secret(path)
    path.chmod(mode)
    with pytest.raises(
        ConfigurationError, match=rf"others have access to it \(mode {mode:04o}\); chmod 600 it"
    ):
        read_or_make_secret(path)


def test_places_where_no_secret_can_be(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"cannot be made .*; set secret= or RESCIND_SECRET"):
        read_or_make_secret(tmp_path / "none" / "app.db.key")
    (tmp_path / "folder").mkdir()
    with pytest.raises(ConfigurationError, match="is no regular file"):
        read_or_make_secret(tmp_path / "folder")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(ConfigurationError, match="does not exist"):
        read_or_make_secret(tmp_path / "link")


def test_umask_does_not_open_the_secret(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        read_or_make_secret(tmp_path / "app.db.key")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "app.db.key").stat().st_mode) == 0o600
