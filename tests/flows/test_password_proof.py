"""Renewing an outdated hash at sign-in, and the same steps on an event loop."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace

import pytest
from tests.flows.house import (
    LOGIN,
    PASSWORD,
    PATIENCE,
    House,
    InterleavedPasswords,
    refusal_of,
)

from rescind.credentials.password import Argon2Parameters, Passwords
from rescind.errors import Refused
from rescind.flows.password_proof import Proof, prove_async
from rescind.flows.sign_in import begin_sign_in, finish_sign_in, sign_in
from rescind.flows.start_session import Opened

STRONGER = Argon2Parameters(memory_kib=16, time_cost=1, parallelism=1)


def test_an_outdated_hash_is_renewed_and_no_session_ends(house: House) -> None:
    house.account()
    first = sign_in(house.ctx, house.passwords, LOGIN, PASSWORD)
    before = house.store.sign_in_evidence("default", LOGIN).password
    newer = Passwords(STRONGER, threads=1)
    second = sign_in(house.ctx, newer, LOGIN, PASSWORD)
    after = house.store.sign_in_evidence("default", LOGIN).password
    assert before is not None
    assert after is not None
    assert newer.needs_rehash(before.phc)
    assert not newer.needs_rehash(after.phc)
    assert replace(after, phc=before.phc) == before  # the same credential in the same version
    assert newer.verify(PASSWORD, after.phc)
    assert house.verdict(first.facts.record.id) is None
    assert house.verdict(second.facts.record.id) is None
    calls = newer.calls
    sign_in(house.ctx, newer, LOGIN, PASSWORD)
    assert newer.calls - calls == 1  # renewed once
    newer.close()


def test_a_sign_in_under_way_is_not_disturbed_by_a_renewed_hash(house: House) -> None:
    house.account()
    newer = Passwords(STRONGER, threads=1)
    interleaved = InterleavedPasswords(lambda: sign_in(house.ctx, newer, LOGIN, PASSWORD))
    assert sign_in(house.ctx, interleaved, LOGIN, PASSWORD).token
    interleaved.close()
    newer.close()


def test_without_a_free_thread_the_sign_in_goes_on_with_the_old_hash(house: House) -> None:
    house.account()
    old = house.phc()
    newer = Passwords(STRONGER, threads=1, queue=5)
    release = threading.Event()

    class Busy(Passwords):
        """Real hashes; other people's take the only thread right after this verification."""

        def verify(self, password: str, phc: str | None) -> bool:
            matched = newer.verify(password, phc)
            began = threading.Event()

            def hold() -> None:
                began.set()
                release.wait(PATIENCE)

            self.holder = threading.Thread(target=newer.pool.run, args=(hold,))
            self.holder.start()
            assert began.wait(PATIENCE)
            return matched

        def rehash(self, password: str) -> str | None:
            return newer.rehash(password)

    busy = Busy(STRONGER, threads=1)
    opened = sign_in(house.ctx, busy, LOGIN, PASSWORD)
    release.set()
    busy.holder.join(PATIENCE)
    busy.close()
    newer.close()
    assert house.verdict(opened.facts.record.id) is None
    assert house.phc() == old


def test_a_racing_change_of_the_password_is_not_undone_by_a_renewed_hash(house: House) -> None:
    principal = house.account()
    attempt = begin_sign_in(house.ctx, LOGIN)
    newer = Passwords(STRONGER, threads=1)
    proof = Proof(matched=True, renewed=newer.hash(PASSWORD))
    newer.close()
    house.change_password(principal, "another-password-entirely")
    refusal_of(lambda: finish_sign_in(house.ctx, attempt, proof))
    assert house.passwords.verify("another-password-entirely", house.phc())
    assert not house.passwords.verify(PASSWORD, house.phc())


@pytest.mark.parametrize("password", [PASSWORD, "wrong"])
def test_a_disabled_principal_s_hash_is_not_renewed(house: House, password: str) -> None:
    """A second computation would tell that the password was right."""
    house.disable(house.account())
    newer = Passwords(STRONGER, threads=1)
    refusal_of(lambda: sign_in(house.ctx, newer, LOGIN, password))
    assert newer.calls == 1
    newer.close()


async def sign_in_on_a_loop(house: House, login: str, password: str) -> Opened:
    attempt = begin_sign_in(house.ctx, login)
    proof = await prove_async(house.passwords, attempt.evidence, password)
    return finish_sign_in(house.ctx, attempt, proof)


def test_the_steps_on_an_event_loop_are_the_same_flow(house: House) -> None:
    house.account()

    async def main() -> list[Opened | BaseException]:
        attempts = [sign_in_on_a_loop(house, LOGIN, PASSWORD) for _ in range(5)]
        attempts += [sign_in_on_a_loop(house, LOGIN, "wrong"), sign_in_on_a_loop(house, "nobody", "wrong")]
        return await asyncio.gather(*attempts, return_exceptions=True)

    calls = house.passwords.calls
    *opened, wrong, unknown = asyncio.run(main())
    assert house.passwords.calls - calls == 7
    assert all(isinstance(o, Opened) and house.verdict(o.facts.record.id) is None for o in opened)
    assert isinstance(wrong, Refused)
    assert str(wrong) == str(unknown) == "missing: sign-in failed"


def test_an_outdated_hash_is_renewed_on_an_event_loop_too(house: House) -> None:
    house.account()
    newer = Passwords(STRONGER, threads=1)

    async def main() -> Proof:
        return await prove_async(newer, begin_sign_in(house.ctx, LOGIN).evidence, PASSWORD)

    proof = asyncio.run(main())
    assert proof.renewed is not None
    assert newer.verify(PASSWORD, proof.renewed)
    assert proof.renewed not in repr(proof)
    newer.close()
