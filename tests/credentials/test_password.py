"""Password hashes: cost, exactness, one computation on every branch."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import HashingError, VerificationError, VerifyMismatchError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rescind.credentials.password import OWASP_ARGON2ID, Argon2Parameters, Passwords
from rescind.errors import ConfigurationError, Overloaded, PasswordRejected, UseAio

CHEAP = Argon2Parameters(memory_kib=8, time_cost=1, parallelism=1)

# From the tests of the Argon2 reference implementation (Argon2id 1.3, m = 2**16, t = 2, p = 1).
REFERENCE = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=100)


@pytest.fixture(scope="module")
def passwords() -> Iterator[Passwords]:
    made = Passwords(CHEAP, threads=1)
    yield made
    made.close()


@pytest.fixture
def computations(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What argon2-cffi computed, seen from outside: the library's own counter is not believed."""
    done: list[str] = []
    verify, hash_ = PasswordHasher.verify, PasswordHasher.hash

    def watched_verify(self: PasswordHasher, phc: str, secret: bytes) -> bool:
        try:
            matched = verify(self, phc, secret)
        except VerifyMismatchError:
            done.append("verify")
            raise
        done.append("verify")
        return matched

    def watched_hash(self: PasswordHasher, secret: bytes) -> str:
        done.append("hash")
        return hash_(self, secret)

    monkeypatch.setattr(PasswordHasher, "verify", watched_verify)
    monkeypatch.setattr(PasswordHasher, "hash", watched_hash)
    return done


def test_new_hashes_cost_what_owasp_asks_for() -> None:
    passwords = Passwords()
    phc = passwords.hash("plum-tractor-nine-lamps")
    passwords.close()
    assert phc.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    found = extract_parameters(phc)
    assert (found.salt_len, found.hash_len) == (16, 32)
    assert (OWASP_ARGON2ID.memory_kib, OWASP_ARGON2ID.time_cost, OWASP_ARGON2ID.parallelism) == (19456, 2, 1)


def test_a_hash_made_elsewhere_is_verified(passwords: Passwords) -> None:
    assert passwords.verify("password", REFERENCE) is True
    assert passwords.verify("passwort", REFERENCE) is False


def test_two_hashes_of_one_password_differ(passwords: Passwords) -> None:
    assert passwords.hash("same words twice") != passwords.hash("same words twice")


@given(password=TEXT, other=TEXT)
@settings(max_examples=100, deadline=None)
def test_only_the_exact_string_is_accepted(passwords: Passwords, password: str, other: str) -> None:
    """ASVS 6.2.8: as received, neither cut nor folded."""
    phc = passwords.hash(password)
    assert passwords.verify(password, phc) is True
    for near in (f"{password} ", f" {password}", password[:-1], password + other, password.swapcase() + "!"):
        assert passwords.verify(near, phc) is False


@pytest.mark.parametrize("case", ["Secret words here", "secret words herE"])
def test_case_decides(passwords: Passwords, case: str) -> None:
    assert passwords.verify(case, passwords.hash("secret words here")) is False


@pytest.mark.parametrize(("kept", "changed"), [("a" * 72 + "b", "a" * 72 + "c"), ("abc\0x", "abc\0y")])
def test_nothing_is_cut_at_72_bytes_or_at_a_nul(passwords: Passwords, kept: str, changed: str) -> None:
    assert passwords.verify(changed, passwords.hash(kept)) is False


def test_two_spellings_of_one_character_are_one_password(passwords: Passwords) -> None:
    phc = passwords.hash("caf\u00e9 noir")
    assert passwords.verify("cafe\u0301 noir", phc) is True
    assert passwords.verify("cafe noir", phc) is False
    assert passwords.verify("1", passwords.hash("\u2460")) is False  # NFKC would make ① a 1


def test_1024_code_points_are_accepted_and_1025_are_not(passwords: Passwords) -> None:
    longest = "\U0001f600" * 1024
    phc = passwords.hash(longest)
    assert passwords.verify(longest, phc) is True
    assert passwords.verify(longest + "x", phc) is False
    with pytest.raises(PasswordRejected, match="1024") as rejected:
        passwords.hash(longest + "x")
    assert rejected.value.problem == "too_long"


@pytest.mark.parametrize("password", ["", "half \ud83d"])
def test_what_is_no_password_is_not_hashed_and_matches_nothing(passwords: Passwords, password: str) -> None:
    with pytest.raises(PasswordRejected):
        passwords.hash(password)
    assert passwords.verify(password, passwords.hash("another one")) is False


UNUSABLE = [
    "",
    "plain text",
    "$argon2id$",
    "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW",
    "pbkdf2_sha256$1000000$salt$digest",
    "$argon2id$v=19$m=4294967295,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
    "$argon2id$v=19$m=8,t=4294967295,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
    "$argon2id$v=19$m=-8,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
    "$argon2id$v=19$m=8,t=1,p=1$!!!!$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
    "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$\u00e9",
    REFERENCE + "\0",
]


@pytest.mark.parametrize("phc", [*UNUSABLE, None])
def test_what_is_no_affordable_hash_costs_one_computation_and_matches_nothing(
    passwords: Passwords, computations: list[str], phc: str | None
) -> None:
    before = passwords.calls
    assert passwords.verify("password", phc) is False
    assert computations == ["verify"]
    assert passwords.calls - before == 1


@pytest.mark.parametrize("cost", ["m=262145,t=1,p=1", "m=8,t=17,p=1", "m=136,t=1,p=17"])
def test_a_stored_hash_beyond_the_bounds_never_reaches_the_hasher(
    passwords: Passwords, monkeypatch: pytest.MonkeyPatch, cost: str
) -> None:
    """ASVS 11.4.2: whoever can write a row must not be able to make a sign-in cost gigabytes."""
    asked: list[str] = []

    def watched(self: PasswordHasher, phc: str, secret: bytes) -> bool:
        asked.append(phc)
        raise VerifyMismatchError

    monkeypatch.setattr(PasswordHasher, "verify", watched)
    phc = f"$argon2id$v=19${cost}$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
    assert passwords.verify("password", phc) is False
    assert asked == [passwords._dummy]


@pytest.mark.parametrize("password", ["right words", "wrong words", "", "x" * 2000, "half \ud83d"])
def test_every_password_costs_one_computation(
    passwords: Passwords, computations: list[str], password: str
) -> None:
    phc = passwords.hash("right words")
    before = passwords.calls
    assert passwords.verify(password, phc) is (password == "right words")
    assert passwords.verify_dummy(password) is False
    assert computations == ["hash", "verify", "verify"]
    assert passwords.calls - before == 2


@given(
    phc=st.text(max_size=200)
    | st.from_regex(r"\$argon2(i|d|id)\$v=19\$m=\d{1,4},t=\d,p=\d\$.{8,30}\$.{8,50}")
)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_stored_text_breaks_a_verification(passwords: Passwords, phc: str) -> None:
    before = passwords.calls
    assert passwords.verify("password", phc) is False
    assert passwords.calls - before == 1


def test_the_dummy_costs_what_a_real_hash_costs(passwords: Passwords) -> None:
    assert extract_parameters(passwords._dummy) == extract_parameters(passwords.hash("words"))
    assert passwords._dummy != Passwords(CHEAP)._dummy


@pytest.mark.parametrize(
    "stored",
    [
        Argon2Parameters(memory_kib=16, time_cost=1, parallelism=1),
        Argon2Parameters(memory_kib=8, time_cost=2, parallelism=1),
        Argon2Parameters(memory_kib=16, time_cost=1, parallelism=2),
    ],
)
def test_any_other_parameters_ask_for_a_new_hash(passwords: Passwords, stored: Argon2Parameters) -> None:
    other = Passwords(stored, threads=1)
    phc = other.hash("words")
    assert passwords.needs_rehash(phc)
    assert not other.needs_rehash(phc)
    assert passwords.verify("words", phc)
    assert passwords.needs_rehash(REFERENCE)
    assert passwords.needs_rehash("no hash at all")
    other.close()


def test_renewing_a_hash_waits_for_nobody(passwords: Passwords) -> None:
    renewed = passwords.rehash("words")
    assert renewed is not None
    assert passwords.verify("words", renewed)
    busy = Passwords(CHEAP, threads=1, queue=5)
    refused: list[str | None] = []
    busy.pool.run(lambda: refused.append(busy.rehash("words")))  # asked from its only thread: none is free
    assert refused == [None]
    busy.close()


def test_a_machine_without_memory_is_an_overload(
    monkeypatch: pytest.MonkeyPatch, passwords: Passwords
) -> None:
    phc = passwords.hash("words")

    def no_memory(self: PasswordHasher, *given: object) -> bool:
        raise VerificationError("Memory allocation error")

    def no_memory_to_hash(self: PasswordHasher, secret: bytes) -> str:
        raise HashingError("Memory allocation error")

    monkeypatch.setattr(PasswordHasher, "verify", no_memory)
    monkeypatch.setattr(PasswordHasher, "hash", no_memory_to_hash)
    with pytest.raises(Overloaded, match="memory"):
        passwords.verify("words", phc)
    with pytest.raises(Overloaded, match="memory"):
        passwords.hash("words")


def test_the_async_words_give_the_same_answers(passwords: Passwords) -> None:
    async def main() -> list[object]:
        phc = await passwords.hash_async("words")
        renewed = await passwords.rehash_async("words")
        return [
            await passwords.verify_async("words", phc),
            await passwords.verify_async("words", renewed),
            await passwords.verify_async("other", phc),
            await passwords.verify_dummy_async("words"),
        ]

    assert asyncio.run(main()) == [True, True, False, False]


def test_a_thread_that_must_not_block_is_told_the_awaitable_word() -> None:
    told: list[str] = []

    def refuse(instead: str) -> None:
        told.append(instead)
        raise UseAio(instead)

    guarded = Passwords(CHEAP, threads=1, before_blocking=refuse)
    for call in (lambda: guarded.hash("words"), lambda: guarded.verify("words", REFERENCE)):
        with pytest.raises(UseAio):
            call()
    assert told == ["await auth.aio.passwords.hash(...)", "await auth.aio.passwords.verify(...)"]
    assert guarded.calls == 0
    assert asyncio.run(guarded.verify_async("words", None)) is False
    guarded.close()


def test_no_error_repeats_the_password(passwords: Passwords) -> None:
    secret = "hunter2-" * 200
    with pytest.raises(PasswordRejected) as rejected:
        passwords.hash(secret)
    with pytest.raises(TypeError) as mistyped:
        passwords.verify(b"hunter2-bytes", None)  # type: ignore[arg-type]
    assert "hunter2" not in f"{rejected.value!r} {mistyped.value!r} {passwords!r}"


@pytest.mark.parametrize(
    ("cost", "named"),
    [
        ((7, 1, 1), "memory_kib"),
        ((2**20, 1, 1), "memory_kib"),
        ((8, 0, 1), "time_cost"),
        ((8, 1, 0), "parallelism"),
    ],
)
def test_parameters_that_cannot_work_are_named(cost: tuple[int, int, int], named: str) -> None:
    with pytest.raises(ConfigurationError, match=named):
        Argon2Parameters(*cost)
