"""What a type checker knows about the Flask face. `make types` reads this file; pytest runs it as well."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, assert_type
from uuid import UUID, uuid4

import pytest
from flask import Flask, Response

from rescind import ConfigurationError, Refused
from rescind.flask import HTTPRefused, Issued, Receipt, Rescind, Session, bounded, current_session
from rescind.testing.flask import Client, client

auth = Rescind("memory://", principal_id=int)


@auth.require(role="finance", fresh=timedelta(minutes=5))
def payout(amount: int, *, note: str = "") -> dict[str, int]:
    """A view keeps its arguments and what it returns."""
    return {"amount": amount, "by": current_session.principal_id}


@auth.optional()
def home() -> str:
    if current_session:
        return f"{current_session.principal_id}"
    return "nobody"


@auth.require(guarantee=bounded("30s"))
async def later() -> Response:
    return Response("later")


def test_the_handle_keeps_the_type_of_the_id() -> None:
    assert_type(auth, Rescind[int])
    assert_type(Rescind(), Rescind[str])
    assert_type(Rescind(principal_id=UUID), Rescind[UUID])
    app = Flask(__name__)
    auth.init_app(app, url_prefix="/account")
    with app.app_context():
        issued = auth.sessions.start(7)
        assert_type(issued, Issued[int])
        assert_type(auth.check(issued.token), Session[int] | Refused)
        assert_type(auth.revoke(principal=7, reason="left"), Receipt)
        with pytest.raises(TypeError):
            auth.sessions.start(uuid4())  # type: ignore[arg-type]
        auth.close()


def test_a_view_runs_as_it_was_written() -> None:
    app = Flask(__name__)
    auth.init_app(app)
    app.add_url_rule("/", "home", home)
    browser = client(app)
    assert_type(browser, Client)
    assert browser.get("/").text == "nobody"
    with app.test_request_context(), pytest.raises(HTTPRefused) as refused:
        payout(3, note="rent")
    assert_type(refused.value.refused, Refused)
    assert refused.value.code == 401
    with app.app_context():
        auth.close()


def test_what_a_route_may_not_ask() -> None:
    with pytest.raises(ConfigurationError, match="guarantee"):
        auth.require(guarantee="never")  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="parentheses"):
        auth.require(home)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        auth.init_app(Flask(__name__), prefix="/auth")  # type: ignore[call-arg]


async def of_views(response: Response, issued: Issued[int]) -> None:
    """Read by the type checker only."""
    assert_type(payout(3, note="rent"), dict[str, int])
    assert_type(home(), str)
    assert_type(await later(), Response)
    assert_type(current_session.id, str)
    assert_type(current_session.principal_id, Any)
    assert_type(await auth.aio.revoke(principal=7, reason="left"), Receipt)
    payout("3")  # type: ignore[arg-type]
    auth.set_cookie(response, issued)
    auth.set_cookie("response", issued)  # type: ignore[arg-type]
