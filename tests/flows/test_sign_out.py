"""Signing out ends the session of a genuine token and nothing else."""

from __future__ import annotations

import pytest

from rescind import Refused, Rescind, Session
from rescind._tokens import new_session_id, new_session_token


@pytest.fixture
def auth() -> Rescind[str]:
    return Rescind("memory://")


def test_the_token_is_refused_afterwards_and_the_receipt_says_one_session(auth: Rescind[str]) -> None:
    issued = auth.sessions.start("ada")
    receipt = auth.sign_out(issued.token)
    assert (receipt.state, dict(receipt.ended), receipt.matched) == ("final", {"session": 1}, 1)
    assert isinstance(auth.check(issued.token), Refused)


def test_an_id_with_another_secret_signs_nobody_out(auth: Rescind[str]) -> None:
    issued = auth.sessions.start("ada")
    forged = new_session_token(issued.session.id)
    assert auth.sign_out(forged).matched == 0
    assert isinstance(auth.check(issued.token), Session)


@pytest.mark.parametrize(
    "token", [None, "", "x", pytest.param(new_session_token(new_session_id()), id="of nobody")]
)
def test_junk_ends_nothing_and_is_answered(auth: Rescind[str], token: str | None) -> None:
    receipt = auth.sign_out(token)
    assert (receipt.state, dict(receipt.ended), receipt.matched) == ("final", {}, 0)


def test_a_token_from_before_a_rotation_does_not_sign_out_its_successor(auth: Rescind[str]) -> None:
    issued = auth.sessions.start("ada")
    successor = auth.sessions.rotate(issued.session)
    assert auth.sign_out(issued.token).matched == 0
    assert isinstance(auth.check(successor.token), Session)
