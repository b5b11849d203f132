"""Key files: who else can read one, and what is said when it cannot be used."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from rescind import ConfigurationError
from rescind.credentials.private_file import MAX_FILE
from rescind.sessions.jwt.key_files import read_key_files
from rescind.sessions.jwt.keys import make_key

SECRET = bytes(range(1, 33))
ED = ed25519.Ed25519PrivateKey.from_private_bytes(SECRET)
PRIVATE = ED.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
PUBLIC = ED.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def written(path: Path, text: bytes = PRIVATE, mode: int = 0o600) -> Path:
    path.write_bytes(text)
    path.chmod(mode)
    return path


def refusal(*paths: Path) -> str:
    with pytest.raises(ConfigurationError) as caught:
        read_key_files(paths)
    message = str(caught.value)
    assert message.startswith("signing_keys: ")
    assert "BEGIN PRIVATE" not in message
    return message


def test_keys_from_files(tmp_path: Path) -> None:
    other = make_key("ES256", SECRET).public_jwk()
    older = written(tmp_path / "older.jwks", json.dumps({"keys": [other]}).encode(), mode=0o644)
    keys = read_key_files([written(tmp_path / "new.pem"), older])
    assert keys.signing.alg == "EdDSA"
    assert keys.signing.source == f"signing_keys: {tmp_path / 'new.pem'}"
    assert [one["kid"] for one in keys.jwks()["keys"]] == [keys.signing.kid, other["kid"]]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o602, 0o610, 0o777])
def test_private_key_that_others_can_reach_is_refused(tmp_path: Path, mode: int) -> None:
    message = refusal(written(tmp_path / "k.pem", mode=mode))
    assert (
        f"k.pem holds a private key and others have access to it (mode {mode:04o}); chmod 600 it" in message
    )


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_private_key_of_its_owner_is_fine(tmp_path: Path, mode: int) -> None:
    assert read_key_files([written(tmp_path / "k.pem", mode=mode)]).signing.can_sign


def test_mode_is_that_of_the_file_and_not_of_the_link(tmp_path: Path) -> None:
    link = tmp_path / "link.pem"
    link.symlink_to(written(tmp_path / "k.pem", mode=0o644))
    assert "others have access to it (mode 0644)" in refusal(link)


def test_public_key_may_be_read_by_anyone(tmp_path: Path) -> None:
    signing = written(tmp_path / "k.jwk", json.dumps(JWK_OF_ANOTHER).encode())
    assert read_key_files([signing, written(tmp_path / "k.pub", PUBLIC, mode=0o644)]).signing.alg == "ES256"


@pytest.mark.parametrize("mode", [0o666, 0o664, 0o646])
def test_public_key_that_others_can_replace_is_refused(tmp_path: Path, mode: int) -> None:
    signing = written(tmp_path / "k.jwk", json.dumps(JWK_OF_ANOTHER).encode())
    message = refusal(signing, written(tmp_path / "k.pub", PUBLIC, mode=mode))
    assert f"k.pub: others have access to it (mode {mode:04o}); whoever can change it decides who" in message


def test_public_key_where_a_private_one_is_needed(tmp_path: Path) -> None:
    message = refusal(written(tmp_path / "k.pub", PUBLIC, mode=0o644))
    assert "k.pub is a public key; put a private key first" in message


def test_files_that_cannot_be_used(tmp_path: Path) -> None:
    assert "none.pem does not exist; name an existing file" in refusal(tmp_path / "none.pem")
    assert "is no regular file" in refusal(tmp_path)
    os.mkfifo(tmp_path / "fifo", 0o600)
    assert "fifo is no regular file" in refusal(tmp_path / "fifo")  # and does not wait for a writer
    assert "larger than 65536 bytes" in refusal(written(tmp_path / "big", b"x" * (MAX_FILE + 1)))
    assert "neither PEM nor JWK; make one: openssl" in refusal(written(tmp_path / "empty", b""))
    with pytest.raises(ConfigurationError, match="signing_keys is empty: name at least one private key"):
        read_key_files([])


SCRIPT = """
import os, sys
from rescind import ConfigurationError
from rescind.sessions.jwt.key_files import read_key_files
os.setgid(65534); os.setuid(65534)
try:
    read_key_files([sys.argv[1]])
except ConfigurationError as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("mode", "says"),
    [
        (0o600, "cannot be opened (Permission denied); let this process's user own it, with mode 0600"),
        (0o644, "holds a private key and others have access to it (mode 0644)"),
    ],
)
def test_another_users_file(tmp_path: Path, mode: int, says: str) -> None:
    """As another user, really. Root owns what it makes, so only root can take this part."""
    if os.geteuid() != 0:
        assert read_key_files([written(tmp_path / "k.pem")]).signing.can_sign
        return
    with tempfile.TemporaryDirectory() as folder:  # pytest's own folders are closed to others
        Path(folder).chmod(0o755)
        command = [sys.executable, "-c", SCRIPT, str(written(Path(folder) / "k.pem", mode=mode))]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert says in done.stdout


def test_file_of_another_user_is_refused_by_its_owner_alone(tmp_path: Path) -> None:
    """A key that somebody else can replace; mode 0600 does not help."""
    path = written(tmp_path / "k.pem")
    if os.geteuid() == 0:
        os.chown(path, 65534, 65534)
        assert "k.pem holds a private key and belongs to another user" in refusal(path)
    else:
        assert read_key_files([path]).signing.can_sign


JWK_OF_ANOTHER = {
    "kty": "EC",
    "crv": "P-256",
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    "d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI",
}
