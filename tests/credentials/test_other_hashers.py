"""Hashes of other systems: verified, replaced, and every question costs the same."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import bcrypt
import pytest
from pwdlib.hashers.bcrypt import BcryptHasher
from werkzeug.security import check_password_hash, generate_password_hash

from rescind import Refused, Rescind
from rescind.credentials.password import Argon2Parameters, Passwords
from rescind.errors import ConfigurationError

CHEAP = Argon2Parameters(memory_kib=8, time_cost=1, parallelism=1)


class Counting:
    """A hasher of another system, and how often it was asked to compute."""

    computed = 0

    def identify(self, hash: str) -> bool:
        raise NotImplementedError

    def compute(self, password: str, hash: str) -> bool:
        raise NotImplementedError

    def verify(self, password: str, hash: str) -> bool:
        self.computed += 1
        return self.compute(password, hash)


class Bcrypt(Counting):
    def __init__(self) -> None:
        self._theirs = BcryptHasher(rounds=4)

    def identify(self, hash: str) -> bool:
        return self._theirs.identify(hash)

    def hash(self, password: str) -> str:
        return self._theirs.hash(password)

    def compute(self, password: str, hash: str) -> bool:
        return self._theirs.verify(password, hash)


class Werkzeug(Counting):
    def identify(self, hash: str) -> bool:
        return hash.startswith("pbkdf2:")

    def hash(self, password: str) -> str:
        return generate_password_hash(password, "pbkdf2:sha256:10")

    def compute(self, password: str, hash: str) -> bool:
        return check_password_hash(hash, password)


BCRYPT, WERKZEUG = Bcrypt().hash("right"), Werkzeug().hash("right")


@pytest.fixture
def both() -> tuple[Bcrypt, Werkzeug]:
    return Bcrypt(), Werkzeug()


@pytest.fixture
def passwords(both: tuple[Bcrypt, Werkzeug]) -> Iterator[Passwords]:
    made = Passwords(CHEAP, threads=1)
    made.accept(*both)
    yield made
    made.close()


def test_old_hashes_are_verified_and_to_be_replaced(passwords: Passwords) -> None:
    for stored in (BCRYPT, WERKZEUG, passwords.hash("right")):
        assert passwords.verify("right", stored)
        assert not passwords.verify("wrong", stored)
        assert passwords.needs_rehash(stored) is not stored.startswith("$argon2")
    assert not Passwords(CHEAP).verify("right", BCRYPT), "only where they are accepted"


@pytest.mark.parametrize(
    ("password", "stored"),
    [
        ("right", BCRYPT),
        ("wrong", BCRYPT),
        ("right", WERKZEUG),
        ("right", None),
        ("right", "no hash"),
        ("x" * 2000, BCRYPT),
        ("\udcff", WERKZEUG),
        ("", None),
        ("right", "$2b$04$damaged"),
    ],
    ids=[
        "right bcrypt",
        "wrong bcrypt",
        "right werkzeug",
        "nobody",
        "no hash",
        "long",
        "surrogate",
        "empty",
        "damaged",
    ],
)
def test_every_question_costs_one_computation_of_each_kind(
    both: tuple[Bcrypt, Werkzeug], passwords: Passwords, password: str, stored: str | None
) -> None:
    """Mutation: skip the dummies; an unknown name is quicker than an old account."""
    passwords.verify(password, stored)
    assert [one.computed for one in both] == [1, 1]
    assert passwords.calls == 3


def test_nobody_has_the_password_of_the_dummy(both: tuple[Bcrypt, Werkzeug], passwords: Passwords) -> None:
    class Nodding(Bcrypt):
        def compute(self, password: str, hash: str) -> bool:
            return True

    passwords.accept(Nodding())
    assert not passwords.verify("anything", None)
    assert not passwords.verify("anything", WERKZEUG)


def test_what_it_cannot_verify_is_wrong_and_tells_nothing(
    passwords: Passwords, caplog: pytest.LogCaptureFixture
) -> None:
    """bcrypt refuses a password above 72 bytes instead of cutting it."""
    secret = "long-" * 20
    with pytest.raises(ValueError, match="72 bytes"):
        bcrypt.checkpw(secret.encode(), BCRYPT.encode())
    with caplog.at_level(logging.WARNING):
        assert not passwords.verify(secret, BCRYPT)
    assert "Bcrypt could not verify a hash: ValueError" in caplog.text
    assert secret not in caplog.text and BCRYPT not in caplog.text


@pytest.mark.parametrize("wrong", [object(), BcryptHasher, None, "bcrypt"])
def test_what_is_no_hasher_is_refused(wrong: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"passwords\.accept: .* such as a hasher of pwdlib"):
        Passwords(CHEAP).accept(wrong)


def test_an_engine_accepts_them_too() -> None:
    with Rescind("memory://") as auth:
        auth.passwords.accept(BcryptHasher(rounds=4))
        assert auth.passwords.verify("right", BCRYPT)
        auth.accounts.create(login="ada", password="plum-tractor-nine-lamps")
        assert not isinstance(auth.sign_in("ada", "plum-tractor-nine-lamps"), Refused)
