"""Sealed signing keys open with the secret, the realm and the kid that they were sealed with."""

from __future__ import annotations

import pytest

from rescind import ConfigurationError
from rescind.credentials.keyring import Keyring
from rescind.sessions.jwt.jose import ALGORITHMS
from rescind.sessions.jwt.keys import make_key
from rescind.sessions.jwt.sealed import open_key, seal_key

RAW = bytes(range(1, 33))
RING = Keyring(["0123456789abcdefghijklmnopqrstuvwxyz"])


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_a_key_comes_back_as_it_was(alg: str) -> None:
    key = make_key(alg, RAW, kid="2026-11")
    again = open_key(seal_key(key, RING, "default"), "2026-11", RING, "default")
    assert (again.kid, again.alg, again.can_sign) == ("2026-11", alg, True)
    assert key.verify(b"text", again.sign(b"text"))
    assert again.verify(b"text", key.sign(b"text"))


def test_a_key_of_another_place_does_not_open() -> None:
    sealed = seal_key(make_key("EdDSA", RAW, kid="a"), RING, "default")
    with pytest.raises(ConfigurationError, match="signing key b of realm default does not open"):
        open_key(sealed, "b", RING, "default")
    with pytest.raises(ConfigurationError, match="signing key a of realm other does not open"):
        open_key(sealed, "a", RING, "other")
    with pytest.raises(ConfigurationError, match="give the former secret as the last one of the list"):
        open_key(sealed, "a", Keyring(["another-secret-of-thirty-two-bytes"]), "default")


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_nothing_of_the_key_is_readable_in_it(alg: str) -> None:
    key = make_key(alg, RAW)
    sealed = seal_key(key, RING, "default")
    assert RAW not in sealed
    for part in (b"kty", key.kid.encode(), b"BEGIN", b"alg"):
        assert part not in sealed
