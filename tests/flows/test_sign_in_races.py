"""Sign-in against everything that can happen while a password is hashed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from tests.flows.house import (
    LOGIN,
    PASSWORD,
    House,
    InterleavedPasswords,
    refusal_of,
)

from rescind._tokens import new_id
from rescind.errors import Refused
from rescind.flows.password_proof import Proof
from rescind.flows.sign_in import begin_sign_in, finish_sign_in, sign_in
from rescind.flows.start_session import Opened
from rescind.model.revocation import Kind, LogEntry, Scope, What
from rescind.testing.threads import race


def sign_out_everywhere(house: House, principal: str) -> None:
    house.end(Scope.PRINCIPAL, principal)


def offboard(house: House, principal: str) -> None:
    house.end(Scope.PRINCIPAL, principal, what=What.ALL)


def end_everything(house: House, principal: str) -> None:
    house.end(Scope.EVERYTHING, "")


def disable(house: House, principal: str) -> None:
    house.disable(principal)


def change_password(house: House, principal: str) -> None:
    house.change_password(principal, "another-password-entirely")


def replace_password(house: House, principal: str) -> None:
    """Another credential with the same version number."""
    old = house.store.password_evidence("default", principal).password
    assert old is not None
    with house.store.write() as unit:
        unit.put_password(replace(old, id=new_id()))


def lose_the_log(house: House, principal: str) -> None:
    birth = house.store.head().birth
    house.store.new_birth(expected=birth, at_least=0, reason="restored", initiator="system", at=1)


@pytest.mark.parametrize(
    ("meanwhile", "cause"),
    [
        (sign_out_everywhere, "revoked"),
        (offboard, "revoked"),
        (end_everything, "revoked"),
        (disable, "principal_disabled"),
        (change_password, "superseded"),
        (replace_password, "superseded"),
        (lose_the_log, "superseded"),
    ],
)
def test_what_happens_while_the_password_is_hashed_wins(
    house: House, meanwhile: Callable[[House, str], None], cause: str
) -> None:
    """The old password must not get in, and nothing is held during the hash: ``meanwhile`` writes."""
    principal = house.account()
    interleaved = InterleavedPasswords(lambda: meanwhile(house, principal))
    refused = refusal_of(lambda: sign_in(house.ctx, interleaved, LOGIN, PASSWORD))
    interleaved.close()
    assert str(refused) == "missing: sign-in failed"
    assert house.rows() == 0
    assert house.events()[0].type == "sign_in.refused"
    assert house.events()[0].reason == cause
    assert house.events("session.started") == []


def test_an_account_that_became_another_s_while_the_password_was_hashed_is_refused(house: House) -> None:
    house.account()
    attempt = begin_sign_in(house.ctx, LOGIN)
    assert attempt.evidence is not None
    assert attempt.evidence.account is not None
    for account in (
        replace(attempt.evidence.account, login="renamed@example.com"),
        replace(attempt.evidence.account, principal_id="somebody else"),
    ):
        stale = replace(attempt, evidence=replace(attempt.evidence, account=account))
        refusal_of(partial(finish_sign_in, house.ctx, stale, Proof(matched=True)))
    assert house.rows() == 0


def test_a_proof_that_did_not_match_opens_nothing(house: House) -> None:
    house.account()
    attempt = begin_sign_in(house.ctx, LOGIN)
    refusal_of(lambda: finish_sign_in(house.ctx, attempt, Proof(matched=False)))
    assert house.rows() == 0


def test_what_happens_to_others_does_not_disturb(house: House) -> None:
    house.account()
    other = house.account("bob@example.com")
    interleaved = InterleavedPasswords(lambda: house.end(Scope.PRINCIPAL, other))
    assert sign_in(house.ctx, interleaved, LOGIN, PASSWORD).token
    interleaved.close()


def change_and_end(house: House, principal: str, password: str) -> None:
    """As changing a password will be: the new hash and the end of all sessions in one transaction."""
    phc = house.passwords.hash(password)
    with house.store.write() as unit:
        old = unit.password("default", principal)
        assert old is not None
        unit.put_password(replace(old, phc=phc, version=old.version + 1))
        unit.append(
            LogEntry(
                id=new_id(),
                kind=Kind.END,
                realm="default",
                scope=Scope.PRINCIPAL,
                target=principal,
                what=What.SESSIONS,
                reason="password changed",
                initiator="system",
                at=house.judging.now(),
            )
        )


def test_threads_that_sign_in_while_the_password_changes_never_keep_a_session(house: House) -> None:
    """Whatever the order: after the change commits, no session that the old password opened is alive."""
    principal = house.account()

    def enter(password: str) -> str | None:
        try:
            return sign_in(house.ctx, house.passwords, LOGIN, password).facts.record.id
        except Refused:
            return None

    old = PASSWORD
    for number in range(40):
        new = f"the password of round {number}"
        change = partial(change_and_end, house, principal, new)
        opened: list[str | None] = race([change, *[partial(enter, old)] * 3])
        assert [session for session in opened if session and house.verdict(session) is None] == []
        assert house.verdict(sign_in(house.ctx, house.passwords, LOGIN, new).facts.record.id) is None
        assert enter(old) is None
        old = new


def test_threads_that_sign_in_while_everybody_is_signed_out(house: House) -> None:
    """A session is alive afterwards only if its evidence was read after the entry."""
    principal = house.account()

    def enter() -> Opened | None:
        try:
            return sign_in(house.ctx, house.passwords, LOGIN, PASSWORD)
        except Refused:
            return None

    for _ in range(40):
        entry, *opened = race([lambda: house.end(Scope.PRINCIPAL, principal).entry, *[enter] * 3])
        assert isinstance(entry, LogEntry)
        for session in opened:
            if isinstance(session, Opened):
                record = session.facts.record
                assert (house.verdict(record.id) is None) == (record.issued_seq >= entry.seq)
