"""Step-up: the password again, then a fresh session with a new token."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from tests.flows.house import LOGIN, PASSWORD, Broken, House, InterleavedPasswords, WatchedStore, refusal_of

from rescind._clock import SECOND
from rescind.credentials.password import Argon2Parameters, Passwords
from rescind.flows.password_proof import prove_async
from rescind.flows.rotate_session import rotate_session
from rescind.flows.sign_in import sign_in
from rescind.flows.start_session import Opened, start_session
from rescind.flows.step_up import begin_step_up, finish_step_up, step_up
from rescind.model.revocation import Scope


@pytest.fixture
def signed_in(house: House) -> Opened:
    house.account()
    opened = sign_in(house.ctx, house.passwords, LOGIN, PASSWORD)
    house.clock.advance(minutes=10)
    return opened


def test_the_successor_is_fresh_and_the_old_token_is_dead(house: House, signed_in: Opened) -> None:
    before = signed_in.facts.record
    new = step_up(house.ctx, house.passwords, before.id, PASSWORD)
    after = new.facts.record
    assert after.auth_time == house.judging.now() == before.auth_time + 600 * SECOND
    assert (after.created_at, after.expires_at, after.parent_id) == (
        before.created_at,
        before.expires_at,
        before.id,
    )
    assert house.verdict(before.id) == "superseded"
    assert house.verdict(after.id) is None
    assert new.entry is not None
    assert new.entry.target == before.id
    (event,) = house.events("session.stepped_up")
    assert (event.actor, event.data["session"]) == (f"session:{before.id}", after.id)


def test_the_method_is_the_one_of_the_last_proof(house: House, signed_in: Opened) -> None:
    principal = signed_in.facts.record.principal_id
    passkey = start_session(house.ctx, principal, method="passkey", credential_id="k1").facts.record
    after = step_up(house.ctx, house.passwords, passkey.id, PASSWORD).facts.record
    assert (after.method, after.credential_id) == ("password", "k1")


def test_a_wrong_password_asks_again_and_the_session_goes_on(house: House, signed_in: Opened) -> None:
    record = signed_in.facts.record
    calls, head = house.passwords.calls, house.store.head()
    refused = refusal_of(lambda: step_up(house.ctx, house.passwords, record.id, PASSWORD + " "))
    assert refused.code == "step_up"
    assert house.passwords.calls - calls == 1
    assert house.verdict(record.id) is None
    assert (house.rows(), house.store.head()) == (1, head)
    event = house.events()[0]
    assert (event.type, event.outcome, event.reason) == ("step_up.refused", "refused", "wrong_password")
    assert (event.actor, event.subject) == (f"session:{record.id}", f"principal:{record.principal_id}")


def test_a_principal_without_a_password_cannot_step_up_by_one(house: House) -> None:
    record = start_session(house.ctx, "7", method="sso").facts.record
    calls = house.passwords.calls
    assert refusal_of(lambda: step_up(house.ctx, house.passwords, record.id, PASSWORD)).code == "step_up"
    assert house.passwords.calls - calls == 1
    assert house.events()[0].reason == "no_password"


def test_another_s_password_does_not_help(house: House, signed_in: Opened) -> None:
    house.account("bob@example.com", "bobs-own-password")
    record = signed_in.facts.record
    refused = refusal_of(lambda: step_up(house.ctx, house.passwords, record.id, "bobs-own-password"))
    assert refused.code == "step_up"


def test_a_session_that_is_not_alive_costs_no_hash(house: House, signed_in: Opened) -> None:
    record = signed_in.facts.record
    house.end(Scope.SESSION, record.id)
    calls = house.passwords.calls
    assert refusal_of(lambda: step_up(house.ctx, house.passwords, record.id, PASSWORD)).code == "revoked"
    assert refusal_of(lambda: step_up(house.ctx, house.passwords, "0" * 24, PASSWORD)).code == "revoked"
    assert house.passwords.calls == calls


def sign_out_everywhere(house: House, opened: Opened) -> None:
    house.end(Scope.PRINCIPAL, opened.facts.record.principal_id)


def sign_out(house: House, opened: Opened) -> None:
    house.end(Scope.SESSION, opened.facts.record.id)


def sign_out_elsewhere(house: House, opened: Opened) -> None:
    record = opened.facts.record
    house.end(Scope.PRINCIPAL, record.principal_id, keep=record.id)


def disable(house: House, opened: Opened) -> None:
    house.disable(opened.facts.record.principal_id)


def rotate(house: House, opened: Opened) -> None:
    rotate_session(house.ctx, opened.facts.record.id)


def change_password(house: House, opened: Opened) -> None:
    house.change_password(opened.facts.record.principal_id, "another-password-entirely")


@pytest.mark.parametrize(
    ("meanwhile", "code", "alive"),
    [
        (sign_out_everywhere, "revoked", 0),
        (sign_out, "revoked", 0),
        (sign_out_elsewhere, "revoked", 1),  # the proof is older than the entry; the session itself goes on
        (disable, "principal_disabled", 1),
        (rotate, "superseded", 1),
        (change_password, "step_up", 1),
    ],
)
def test_what_happens_while_the_password_is_hashed_wins(
    house: House,
    signed_in: Opened,
    meanwhile: Callable[[House, Opened], None],
    code: str,
    alive: int,
) -> None:
    interleaved = InterleavedPasswords(lambda: meanwhile(house, signed_in))
    session_id = signed_in.facts.record.id
    refused = refusal_of(lambda: step_up(house.ctx, interleaved, session_id, PASSWORD))
    interleaved.close()
    assert refused.code == code
    assert house.events("session.stepped_up") == []
    assert len(house.live()) == alive


def test_an_outdated_hash_is_renewed(house: House, signed_in: Opened) -> None:
    newer = Passwords(Argon2Parameters(memory_kib=16, time_cost=1, parallelism=1), threads=1)
    step_up(house.ctx, newer, signed_in.facts.record.id, PASSWORD)
    assert not newer.needs_rehash(house.phc())
    newer.close()


def test_the_application_s_data_goes_along(house: House, signed_in: Opened) -> None:
    house.store.save_data(signed_in.facts.record.id, {"cart": [1]}, ())
    new = step_up(house.ctx, house.passwords, signed_in.facts.record.id, PASSWORD)
    assert house.store.load_data(new.facts.record.id) == {"cart": [1]}


def test_the_steps_on_an_event_loop_are_the_same_flow(house: House, signed_in: Opened) -> None:
    async def main() -> Opened:
        attempt = begin_step_up(house.ctx, signed_in.facts.record.id)
        proof = await prove_async(house.passwords, attempt.evidence, PASSWORD)
        return finish_step_up(house.ctx, attempt, proof)

    assert house.verdict(asyncio.run(main()).facts.record.id) is None


@pytest.mark.parametrize("method", ["end_session", "append", "insert_session", "audit"])
def test_old_and_new_change_together_or_not_at_all(
    house: House, signed_in: Opened, watched: WatchedStore, method: str
) -> None:
    head = house.store.head()
    watched.breaks = method
    with pytest.raises(Broken):
        step_up(house.ctx, house.passwords, signed_in.facts.record.id, PASSWORD)
    assert house.verdict(signed_in.facts.record.id) is None
    assert (house.rows(), house.store.head()) == (1, head)
