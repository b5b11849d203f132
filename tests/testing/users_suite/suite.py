"""What somebody who uses the plugin writes; ``tests/testing/test_pytest.py`` runs it as their own suite."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from application import app  # type: ignore[import-not-found]
from application import auth as application_auth
from starlette.applications import Starlette

from rescind._clock import SystemClock
from rescind.engine import Rescind
from rescind.errors import ConfigurationError, Refused
from rescind.model.session import Session
from rescind.revocation.receipt import Receipt
from rescind.testing import FakeClock
from rescind.testing.fastapi import client
from rescind.testing.pytest import AsUser, RevokeNow, off_the_loop


def code_of(judged: Session[Any] | Refused) -> str | None:
    return judged.code if isinstance(judged, Refused) else None


@pytest.mark.parametrize("number", [1, 2])
def test_auth_is_an_engine_of_its_own_for_each_test(auth: Rescind[str], number: int) -> None:
    assert list(auth.principals.list()) == []
    assert code_of(auth.check(auth.sessions.start("7").token)) is None
    assert len(auth.principals.list()) == 1


def test_the_clock_moves_auth(auth: Rescind[str], clock: FakeClock) -> None:
    issued = auth.sessions.start("7")
    before = clock.now()
    for _ in range(29):
        clock.advance(days=1)
        assert code_of(auth.check(issued.token)) is None
    clock.advance(days=1)
    assert code_of(auth.check(issued.token)) == "expired"
    assert (clock.now() - before).days == 30


def test_time_stands_still(auth: Rescind[str], clock: FakeClock) -> None:
    assert (
        auth.sessions.start("7").session.created_at
        == auth.sessions.start("7").session.created_at
        == clock.now()
    )


def test_revoke_now_ends_access_in_auth(auth: Rescind[str], revoke_now: RevokeNow) -> None:
    issued, other = auth.sessions.start("7"), auth.sessions.start("8")
    receipt = revoke_now(principal="7")
    assert (receipt.state, receipt.ended) == ("final", {"session": 1})
    assert code_of(auth.check(issued.token)) == "revoked"
    assert code_of(auth.check(other.token)) is None
    assert revoke_now(tenant="t", reason="mine").state == "final"


def test_as_user_signs_in_to_the_application(as_user: AsUser, revoke_now: RevokeNow) -> None:
    ada, bob = as_user(app, 7, roles=["b", "a"], tenant="t"), as_user(app, 8)
    assert ada.get("/me").json() == {"you": 7, "roles": ["a", "b"], "scheme": "https"}
    assert bob.get("/me").json() == {"you": 8, "roles": [], "scheme": "https"}
    revoke_now(principal=7)
    assert ada.get("/me").json() == {"code": "revoked"}
    assert bob.get("/me").status_code == 200


def test_the_session_is_a_real_one(as_user: AsUser) -> None:
    as_user(app, 9, method="magic")
    assert [one.method for one in application_auth.sessions.list(9)] == ["magic"]


def test_nobody_is_signed_in_without_asking() -> None:
    assert client(app).get("/me").json() == {"code": "missing"}


# -- one engine through several tests: time never goes back ------------------------------------------------

people: dict[str, Any] = {}


def test_a_week_passes(as_user: AsUser, clock: FakeClock) -> None:
    people["ada"] = as_user(app, 17)
    assert people["ada"].get("/me").status_code == 200
    clock.advance(days=8)
    clock.step_wall(-3600)


def test_the_week_is_over_in_the_next_test(as_user: AsUser) -> None:
    assert people["ada"].get("/me").json() == {"code": "idle"}
    people["bob"] = as_user(app, 18)
    assert people["bob"].get("/me").status_code == 200


def test_another_week_passes_at_once(clock: FakeClock) -> None:
    assert people["bob"].get("/me").status_code == 200
    clock.advance(days=8)
    assert people["bob"].get("/me").json() == {"code": "idle"}


# -- async tests -------------------------------------------------------------------------------------------


def test_fixtures_on_a_loop(as_user: AsUser, revoke_now: RevokeNow) -> None:
    async def body() -> Receipt:
        as_user(app, 27)
        return revoke_now(principal=27)

    assert asyncio.run(body()).ended == {"session": 1}


def test_failures_come_off_the_loop() -> None:
    async def body() -> None:
        off_the_loop(lambda: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        asyncio.run(body())


def test_an_application_without_rescind_is_told(as_user: AsUser) -> None:
    with pytest.raises(ConfigurationError, match="install"):
        as_user(Starlette(), 7)


def test_an_application_made_before_the_plugin_is_told(as_user: AsUser, clock: FakeClock) -> None:
    early = Starlette()
    early.state.rescind = Rescind("memory://", clock=SystemClock())
    with pytest.raises(ConfigurationError, match="before the plugin"):
        as_user(early, 7)
