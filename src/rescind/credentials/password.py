"""Password hashes: Argon2id, in PHC strings, computed in a pool of their own.

Sources: OWASP Password Storage Cheat Sheet (Argon2id, m = 19 MiB, t = 2, p = 1), RFC 9106, ASVS 11.4.2 (a
weaker stored hash is replaced at sign-in, the cost of a verification is bounded), NIST SP 800-63B-4 3.1.1.2.

Whatever is verified costs exactly one computation: also against no account, against a stored text that is no
hash, and with a password that nobody can have. Where time is the same, time tells nothing (asks of users of
five other libraries, among them CVE-2025-13473 and CVE-2024-39329 in Django).
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from argon2 import PasswordHasher, Type, extract_parameters
from argon2.exceptions import HashingError, InvalidHashError, VerificationError, VerifyMismatchError

from rescind._tokens import digest_of, new_id
from rescind.credentials.hash_pool import HashPool
from rescind.credentials.other_hashers import Accepted, OtherHasher
from rescind.errors import ConfigurationError, Overloaded, PasswordRejected
from rescind.policy.password_rules import PasswordRules, normalise_password

MAX_MEMORY_KIB = 256 * 1024
MAX_TIME_COST = 16
MAX_PARALLELISM = 16
SALT_LENGTH = 16
HASH_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Argon2Parameters:
    """What one computation costs.

    Attributes:
        memory_kib: memory in KiB.
        time_cost: passes over it.
        parallelism: lanes; more than one starts threads of its own and is refused by nobody, but gains
            nothing where the pool already uses every core.
    """

    memory_kib: int
    time_cost: int
    parallelism: int

    def __post_init__(self) -> None:
        if not 1 <= self.parallelism <= MAX_PARALLELISM:
            raise ConfigurationError(f"parallelism={self.parallelism}: 1 to {MAX_PARALLELISM}")
        if not 1 <= self.time_cost <= MAX_TIME_COST:
            raise ConfigurationError(f"time_cost={self.time_cost}: 1 to {MAX_TIME_COST}")
        low = 8 * self.parallelism  # RFC 9106 3.1
        if not low <= self.memory_kib <= MAX_MEMORY_KIB:
            raise ConfigurationError(f"memory_kib={self.memory_kib}: {low} to {MAX_MEMORY_KIB} KiB")


OWASP_ARGON2ID = Argon2Parameters(memory_kib=19456, time_cost=2, parallelism=1)
"""OWASP Password Storage Cheat Sheet, second of its equivalent settings; about 20 ms on a 2020s core.
argon2-cffi's own default (64 MiB, p = 4) is six times slower for whoever signs in and needs 1.9 GB for 32 of
them at a time."""

ENTRY_RULES = PasswordRules(min_length=1)
"""What ``hash`` accepts: anything but nothing. How long a *new* password must be is the flow's rule."""


class Passwords:
    """Hashes and verifies passwords; every computation runs in one bounded pool.

    Args:
        parameters: the cost of new hashes.
        threads: computations at a time; ``None`` for the number of cores.
        queue: how many may wait (``Settings.hash_queue``).
        deadline: seconds that one may wait (``Settings.hash_deadline``).
        before_blocking: called by the plain methods with the name of their awaitable twin; raises where this
            thread must not block (``UseAio``).

    The plain methods block the calling thread and are for threads without an event loop; the ``_async`` ones
    never block the loop. Safe from any thread, any loop, and after a fork. ``close()`` ends the threads; a
    later call starts them again.
    """

    def __init__(
        self,
        parameters: Argon2Parameters = OWASP_ARGON2ID,
        *,
        threads: int | None = None,
        queue: int = 64,
        deadline: float = 5.0,
        before_blocking: Callable[[str], None] | None = None,
    ) -> None:
        self.parameters = parameters
        self._before_blocking = before_blocking or _may_block
        self.pool = HashPool(threads=threads, queue=queue, deadline=deadline)
        self._hasher = PasswordHasher(
            time_cost=parameters.time_cost,
            memory_cost=parameters.memory_kib,
            parallelism=parameters.parallelism,
            hash_len=HASH_LENGTH,
            salt_len=SALT_LENGTH,
            type=Type.ID,
        )
        self._dummy = _unmatched_phc(parameters)
        self._accepted: tuple[Accepted, ...] = ()

    def accept(self, *hashers: OtherHasher) -> None:
        """Also verify hashes that another system made, until each is replaced at a sign-in.

        From then on ``verify`` makes one computation of every kind, whatever is asked: where an unknown name
        cost one of them and an old account another, time would tell them apart. Leave it out again when
        the last old hash is replaced.

        Args:
            hashers: each with ``identify(hash)``, ``hash(password)`` and ``verify(password, hash)``, as the
                hashers of ``pwdlib`` have them.

        Raises:
            ConfigurationError: one that lacks a verb.
        """
        self._accepted += tuple(map(Accepted, hashers))

    @property
    def calls(self) -> int:
        """Computations so far: one per ``hash``, one per ``verify`` and one more for each kind that
        ``accept`` was given, whatever the input (for tests)."""
        return self.pool.counted

    def hash(self, password: str) -> str:
        """A PHC string (``$argon2id$v=19$m=19456,t=2,p=1$...``) to store; salted, so never the same twice.

        Raises:
            PasswordRejected: empty, longer than 1024 code points, or not text.
            Overloaded: no thread was free in time.
        """
        self._before_blocking("await auth.aio.passwords.hash(...)")
        return self.pool.run(partial(self._hash, _hashable(password)))

    async def hash_async(self, password: str) -> str:
        """``hash`` without blocking the event loop."""
        return await self.pool.run_async(partial(self._hash, _hashable(password)))

    def verify(self, password: str, phc: str | None) -> bool:
        """Is this the password of that hash?

        Args:
            password: as received; ``False`` for one that cannot be (too long, not text).
            phc: a stored hash, ``None`` when there is none. Any Argon2 variant, up to 256 MiB, 16 passes and
                16 lanes, and what ``accept`` was given; ``False`` for anything else.

        Raises:
            Overloaded: no thread was free in time, or the machine has no memory for a computation.
        """
        self._before_blocking("await auth.aio.passwords.verify(...)")
        return self.pool.run(partial(self._verify, password, _candidate(password), phc))

    async def verify_async(self, password: str, phc: str | None) -> bool:
        """``verify`` without blocking the event loop."""
        return await self.pool.run_async(partial(self._verify, password, _candidate(password), phc))

    def verify_dummy(self, password: str) -> bool:
        """The work of one verification against a hash that nothing matches; always ``False``."""
        return self.verify(password, None)

    async def verify_dummy_async(self, password: str) -> bool:
        """``verify_dummy`` without blocking the event loop."""
        return await self.verify_async(password, None)

    def needs_rehash(self, phc: str) -> bool:
        """Whether a stored hash was made with other parameters than new ones are.

        Stronger ones too: a hash that takes longer than the dummy tells that its account exists.
        """
        try:
            return self._hasher.check_needs_rehash(phc)
        except InvalidHashError:
            return True

    def rehash(self, password: str) -> str | None:
        """``hash`` if a thread is free now, else ``None``: a renewed hash is worth no waiting."""
        try:
            return self.pool.run(partial(self._hash, _hashable(password)), queued=False)
        except Overloaded:
            return None

    async def rehash_async(self, password: str) -> str | None:
        """``rehash`` without blocking the event loop."""
        try:
            return await self.pool.run_async(partial(self._hash, _hashable(password)), queued=False)
        except Overloaded:
            return None

    def close(self) -> None:
        """End the threads: what runs is finished, what waits gets ``Overloaded``. Idempotent."""
        self.pool.close()

    def _hash(self, raw: bytes) -> str:
        try:
            phc = self._hasher.hash(raw)
        except HashingError:
            raise Overloaded("the machine has no memory to hash a password") from None
        self.pool.count()
        return phc

    def _verify(self, password: str, raw: bytes | None, phc: str | None) -> bool:
        if not self._accepted:
            return self._verify_own(raw, phc)
        whose = next((one for one in self._accepted if phc is not None and one.knows(phc)), None)
        matched = self._verify_own(raw, None if whose is not None else phc)
        for one in self._accepted:  # each computes, and the one whose it is says
            said = one.verify(
                "" if raw is None else password, phc if one is whose and raw is not None else None
            )
            self.pool.count()
            matched = matched or said
        return matched

    def _verify_own(self, raw: bytes | None, phc: str | None) -> bool:
        if raw is not None and phc is not None and _is_affordable(phc):
            try:
                return self._compute(phc, raw)
            except (InvalidHashError, VerificationError):
                pass  # not a hash after all, or no memory: the dummy will tell
        try:
            self._compute(self._dummy, b"" if raw is None else raw)
        except VerificationError:
            raise Overloaded("the machine has no memory to verify a password") from None
        return False

    def _compute(self, phc: str, raw: bytes) -> bool:
        matched = True
        try:
            self._hasher.verify(phc, raw)
        except VerifyMismatchError:
            matched = False
        self.pool.count()
        return matched


def _may_block(instead: str) -> None:
    """Outside an engine nobody minds."""


def _candidate(password: str) -> bytes | None:
    if not isinstance(password, str):
        raise TypeError(f"password is {type(password).__name__}: pass a string")
    return normalise_password(password, max_length=ENTRY_RULES.max_length)


def _hashable(password: str) -> bytes:
    raw = _candidate(password)
    if raw is None:
        limit = ENTRY_RULES.max_length
        raise PasswordRejected("too_long", f"a password is text of at most {limit} characters")
    if not raw:
        raise PasswordRejected("too_short", "the password is empty")
    return raw


def _is_affordable(phc: str) -> bool:
    """Whether one computation for this stored hash stays within the bounds of ``Argon2Parameters``."""
    if not (phc.isascii() and phc.isprintable()):  # C would stop reading at a NUL
        return False
    try:
        found = extract_parameters(phc)
    except InvalidHashError:
        return False
    return (
        found.memory_cost <= MAX_MEMORY_KIB
        and found.time_cost <= MAX_TIME_COST
        and found.parallelism <= MAX_PARALLELISM
    )


def _unmatched_phc(parameters: Argon2Parameters) -> str:
    """A PHC string with random salt and digest: the work of a real one, and it is of no password."""
    cost = f"m={parameters.memory_kib},t={parameters.time_cost},p={parameters.parallelism}"
    salt, digest = digest_of(new_id())[:SALT_LENGTH], digest_of(new_id())[:HASH_LENGTH]
    return f"$argon2id$v=19${cost}${_text(salt)}${_text(digest)}"


def _text(raw: bytes) -> str:
    return b64encode(raw).rstrip(b"=").decode("ascii")
