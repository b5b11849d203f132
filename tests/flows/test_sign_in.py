"""Signing in: one answer and one computation for every cause, and every race with a revocation lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.flows.house import (
    CHEAP,
    LOGIN,
    PASSWORD,
    PATIENCE,
    Broken,
    House,
    WatchedStore,
    refusal_of,
)

from rescind._tokens import new_id
from rescind.credentials.password import Argon2Parameters, Passwords
from rescind.errors import Overloaded, Refused
from rescind.flows.sign_in import sign_in
from rescind.model.credential import Account
from rescind.model.principal import Standing


def test_the_right_password_opens_a_session(house: House) -> None:
    principal = house.account(roles=["finance"])
    opened = sign_in(house.ctx, house.passwords, LOGIN, PASSWORD, client_id="phone", label="Pixel")
    record, standing = opened.facts.record, opened.facts.standing
    assert record.principal_id == principal
    assert (record.method, record.client_id, record.label) == ("password", "phone", "Pixel")
    assert standing is not None
    assert standing.roles == ("finance",)
    password = house.store.password_evidence("default", principal).password
    assert password is not None
    assert record.credential_id == password.id
    assert house.verdict(record.id) is None
    (event,) = house.events("session.started")
    assert (event.subject, event.data["session"]) == (f"principal:{principal}", record.id)


@pytest.mark.parametrize("typed", ["Ada@Example.COM", "  ada@example.com\n", "\uff41da@example.com"])
def test_the_login_may_be_spelt_in_several_ways(house: House, typed: str) -> None:
    house.account()
    assert sign_in(house.ctx, house.passwords, typed, PASSWORD).token


# -- one answer, one computation, one transaction


def no_password(house: House) -> tuple[str, str]:
    """An account that signs in by other means."""
    with house.store.write() as unit:
        unit.insert_account(Account("default", "sso@example.com", "s", created_at=0))
        unit.put_standing(Standing("default", "s"))
    return "sso@example.com", PASSWORD


def no_standing(house: House) -> tuple[str, str]:
    """An account whose principal's row is gone: not active."""
    evidence = house.store.sign_in_evidence("default", LOGIN)
    assert evidence.password is not None
    with house.store.write() as unit:
        unit.insert_account(Account("default", "gone@example.com", "g", created_at=0))
        unit.put_password(replace(evidence.password, id=new_id(), principal_id="g"))
    return "gone@example.com", PASSWORD


def disabled(house: House) -> tuple[str, str]:
    evidence = house.store.sign_in_evidence("default", LOGIN)
    assert evidence.account is not None
    house.disable(evidence.account.principal_id)
    return LOGIN, PASSWORD


CAUSES: list[tuple[str, Callable[[House], tuple[str, str]]]] = [
    ("unknown_login", lambda house: ("nobody@example.com", PASSWORD)),
    ("wrong_password", lambda house: (LOGIN, PASSWORD + " ")),
    ("wrong_password", lambda house: (LOGIN, "")),
    ("wrong_password", lambda house: (LOGIN, "x" * 100_000)),
    ("wrong_password", lambda house: (LOGIN, "half \ud83d")),
    ("no_password", no_password),
    ("principal_disabled", disabled),
    ("principal_disabled", no_standing),
    ("malformed", lambda house: ("", PASSWORD)),
    ("malformed", lambda house: ("x" * 1_000_000, PASSWORD)),
    ("malformed", lambda house: ("ada\0@example.com", PASSWORD)),
    ("malformed", lambda house: ("half \ud83d", PASSWORD)),
]


@pytest.mark.parametrize(("cause", "arrange"), CAUSES)
def test_every_cause_has_the_same_answer_and_the_same_work(
    house: House, watched: WatchedStore, cause: str, arrange: Callable[[House], tuple[str, str]]
) -> None:
    house.account()
    login, password = arrange(house)
    calls, units, rows = house.passwords.calls, watched.units, house.rows()
    refused = refusal_of(lambda: sign_in(house.ctx, house.passwords, login, password))
    assert (type(refused), refused.code, str(refused)) == (Refused, "missing", "missing: sign-in failed")
    assert refused.__cause__ is None
    assert house.passwords.calls - calls == 1
    assert watched.units - units == 1
    assert house.rows() == rows
    event = house.events()[0]
    assert (event.type, event.outcome, event.reason, event.actor) == (
        "sign_in.refused",
        "refused",
        cause,
        "anonymous",
    )


def test_a_sign_in_that_succeeds_does_the_same_work(house: House, watched: WatchedStore) -> None:
    house.account()
    calls, units = house.passwords.calls, watched.units
    sign_in(house.ctx, house.passwords, LOGIN, PASSWORD)
    assert (house.passwords.calls - calls, watched.units - units) == (1, 1)


def test_a_login_that_nobody_can_have_never_reaches_the_store(house: House, watched: WatchedStore) -> None:
    refusal_of(lambda: sign_in(house.ctx, house.passwords, "x" * 1_000_000, PASSWORD))
    assert watched.reads == 0


def test_the_audit_holds_neither_login_nor_password(house: House) -> None:
    principal = house.account()
    for login in (LOGIN, "nobody@example.com", "hunter2 typed into the wrong field"):
        refusal_of(partial(sign_in, house.ctx, house.passwords, login, "hunter2"))
    events = house.events("sign_in.refused")
    assert len(events) == 3
    assert events[-1].subject == f"principal:{principal}"
    text = repr(house.events())
    assert not any(secret in text for secret in ("hunter2", "nobody@", "ada@", PASSWORD))


def test_two_attempts_with_one_unknown_login_can_be_told_to_be_of_one(house: House) -> None:
    for login in ("nobody@example.com", "Nobody@example.com", "somebody@example.com"):
        refusal_of(partial(sign_in, house.ctx, house.passwords, login, PASSWORD))
    other, second, first = (event.subject for event in house.events("sign_in.refused"))
    assert first == second != other


@given(login=st.text(max_size=60), password=st.text(max_size=60))
@settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_any_input_is_an_ordinary_refusal(house: House, login: str, password: str) -> None:
    calls = house.passwords.calls
    refused = refusal_of(lambda: sign_in(house.ctx, house.passwords, login, password))
    assert refused.code == "missing"
    assert house.passwords.calls - calls == 1


@pytest.mark.parametrize(("login", "password"), [(None, "x"), (7, "x"), (LOGIN, b"x"), (LOGIN, None)])
def test_what_is_no_text_is_an_error_of_the_caller(house: House, login: Any, password: Any) -> None:
    with pytest.raises(TypeError):
        sign_in(house.ctx, house.passwords, login, password)


def test_a_full_queue_is_overloaded_for_everybody_and_writes_nothing(
    house: House, watched: WatchedStore
) -> None:
    house.account()
    full = Passwords(CHEAP, threads=1, queue=0)
    release, began = threading.Event(), threading.Event()

    def hold() -> None:
        began.set()
        release.wait(PATIENCE)

    holder = threading.Thread(target=full.pool.run, args=(hold,))
    holder.start()
    assert began.wait(PATIENCE)
    units = watched.units
    for login in (LOGIN, "nobody@example.com", ""):
        with pytest.raises(Overloaded):
            sign_in(house.ctx, full, login, PASSWORD)
    release.set()
    holder.join(PATIENCE)
    full.close()
    assert watched.units == units


@pytest.mark.parametrize("method", ["put_password", "insert_session", "audit"])
def test_session_and_event_are_there_together_or_not_at_all(
    house: House, watched: WatchedStore, method: str
) -> None:
    house.account()
    newer = Passwords(Argon2Parameters(memory_kib=16, time_cost=1, parallelism=1), threads=1)
    events = len(house.events())
    watched.breaks = method
    with pytest.raises(Broken):
        sign_in(house.ctx, newer, LOGIN, PASSWORD)
    newer.close()
    assert (house.rows(), len(house.events())) == (0, events)
    assert house.passwords.verify(PASSWORD, house.phc())
    assert not house.passwords.needs_rehash(house.phc())


def test_32_sign_ins_at_once_all_succeed(house: House) -> None:
    house.account()
    with ThreadPoolExecutor(32) as threads:
        opened = list(threads.map(lambda _: sign_in(house.ctx, house.passwords, LOGIN, PASSWORD), range(32)))
    assert len({session.facts.record.id for session in opened}) == len(house.live()) == 32
