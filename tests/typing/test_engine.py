"""What a type checker knows about the engine. `make types` reads this file; pytest runs it as well.

A line with ``type: ignore`` must be an error for mypy and pyright: if it stops being one, `make types` fails.
"""

from __future__ import annotations

from typing import assert_type
from uuid import UUID, uuid4

import pytest

from rescind import ConfigurationError, Issued, Receipt, Refused, Rescind, Session, SessionSummary, Standing
from rescind.stores.base import PruneReport


def test_ids_are_text_unless_said_otherwise() -> None:
    with Rescind("memory://") as auth:
        assert_type(auth, Rescind[str])
        issued = auth.sessions.start("ada")
        assert_type(issued, Issued[str])
        assert_type(issued.session.principal_id, str)
        assert type(issued.session.principal_id) is str


def test_ids_are_what_the_application_says() -> None:
    with Rescind("memory://", principal_id=int) as numbers, Rescind("memory://", principal_id=UUID) as uuids:
        assert_type(numbers, Rescind[int])
        assert_type(uuids, Rescind[UUID])
        assert_type(numbers.sessions.start(7).session.principal_id, int)
        assert_type(uuids.sessions.start(uuid4()).session, Session[UUID])


def test_a_check_is_a_session_or_a_refusal() -> None:
    with Rescind("memory://", principal_id=int) as auth:
        judged = auth.check(auth.sessions.start(7).token)
        assert_type(judged, Session[int] | Refused)
        if isinstance(judged, Refused):
            raise judged
        assert_type(judged.principal_id, int)
        assert_type(auth.recheck(judged), Session[int])
        assert_type(auth.sessions.get(judged.id), Session[int])
        assert_type(auth.sessions.list(7), list[SessionSummary[int]])
        assert_type(auth.principals.get(7), Standing | None)
        assert judged.principal_id == 7


def test_a_refusal_cannot_be_overlooked() -> None:
    with Rescind("memory://") as auth, pytest.raises(AttributeError):
        _ = auth.check(None).principal_id  # type: ignore[union-attr]


def test_revoke_takes_one_selector_in_the_applications_type() -> None:
    with Rescind("memory://", principal_id=int) as auth:
        session = auth.sessions.start(7).session
        assert_type(auth.revoke(session=session, reason="one"), Receipt)
        assert_type(auth.revoke(session=session.id, reason="one", wait=False), Receipt)
        kept = auth.sessions.start(7).session
        assert_type(auth.revoke(principal=7, keep=kept, what="all", reason="all but one"), Receipt)
        assert_type(auth.revoke(everything=True, confirm="default", reason="all"), Receipt)
        assert_type(auth.principals.set(7, roles=["finance"], reason="task"), Receipt)
        assert_type(auth.sign_out(None), Receipt)


def test_revoke_refuses_what_cannot_be_meant() -> None:
    with Rescind("memory://", principal_id=int) as auth:
        with pytest.raises(TypeError, match="exactly one"):
            auth.revoke(principal=7, client="web", reason="two")  # type: ignore[call-overload]
        with pytest.raises(TypeError, match="exactly one"):
            auth.revoke(reason="none")  # type: ignore[call-overload]
        with pytest.raises(TypeError, match="principal is None"):
            auth.revoke(principal=None, reason="nobody")  # type: ignore[call-overload]
        with pytest.raises(TypeError, match="reason"):
            auth.revoke(principal=7)  # type: ignore[call-overload]
        with pytest.raises(ConfigurationError, match="confirm"):
            auth.revoke(everything=True, reason="all")  # type: ignore[call-overload]
        with pytest.raises(ConfigurationError, match="keep"):
            auth.revoke(client="web", keep="x", reason="of a client")  # type: ignore[call-overload]


def test_settings_are_known_by_name_and_type() -> None:
    Rescind("memory://", lease="2s", idle=None, trusted_origins=["https://shop.example"])
    with pytest.raises(ConfigurationError, match="did you mean lease"):
        Rescind("memory://", leese=1)  # type: ignore[call-overload]
    with pytest.raises(ConfigurationError, match="principal_id"):
        Rescind("memory://", principal_id=float)  # type: ignore[type-var]


async def of_a_loop(auth: Rescind[int]) -> None:
    """Read by type checkers only."""
    assert_type(await auth.aio.sessions.start(7), Issued[int])
    assert_type(await auth.aio.check("token", strict=True), Session[int] | Refused)
    assert_type(await auth.aio.revoke(principal=7, reason="left"), Receipt)
    assert_type(await auth.aio.sign_in("ada", "secret"), Issued[int])
    assert_type(await auth.aio.sessions.list(7, limit=5), list[SessionSummary[int]])
    assert_type(await auth.aio.principals.get(7), Standing | None)
    assert_type(await auth.aio.prune(batch=10), PruneReport)
    await auth.aio.sessions.start("7")  # type: ignore[arg-type]
    await auth.aio.sessions.start(7, methd="password")  # type: ignore[call-arg]


def of_another_type(auth: Rescind[int]) -> None:
    """Read by type checkers only: at run time the text of a number is accepted where it comes from a URL."""
    auth.sessions.start("7")  # type: ignore[arg-type]
    auth.principals.set("7", active=False, reason="text")  # type: ignore[arg-type]
    auth.revoke(principal="7", reason="text")  # type: ignore[call-overload]
