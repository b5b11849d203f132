"""The arguments of ``revoke()``: exactly one selector, and nothing that is empty ends anything."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from tests.world import text_ids

from rescind import Session
from rescind.errors import ConfigurationError
from rescind.flows.context import current_initiator
from rescind.model.principal import PrincipalIds
from rescind.model.revocation import Scope, What
from rescind.orders import LATER, MAX_REASON, SELECTORS, Selector, read_order, read_reason, read_selector

ADA = Selector(Scope.PRINCIPAL, "ada")


def select(**given: Any) -> Selector:
    confirm = given.pop("confirm", None)
    return read_selector(text_ids(), "default", given, confirm)


def order(selector: Selector = ADA, **given: Any) -> Any:
    facts: dict[str, Any] = {"what": "sessions", "reason": "why", "keep": None, "by": None, "id": None}
    return read_order(selector, **(facts | given))


@pytest.mark.parametrize("name", SELECTORS)
@pytest.mark.parametrize("empty", [None, ""])
def test_an_empty_selector_ends_nothing_and_is_named(name: str, empty: Any) -> None:
    with pytest.raises(TypeError, match=name):
        select(**{name: empty})


def test_none_and_several_are_refused() -> None:
    with pytest.raises(TypeError, match=r"exactly one .*got none"):
        select()
    with pytest.raises(TypeError, match="principal=, tenant="):
        select(principal="ada", tenant="app")
    with pytest.raises(TypeError, match="exactly one"):
        select(principal=None, session="s")


@pytest.mark.parametrize("name", LATER)
def test_what_cannot_be_revoked_is_never_said_to_be(name: str) -> None:
    with pytest.raises(ConfigurationError, match=name):
        select(**{name: "x"})


@pytest.mark.parametrize("name", ["session", "credential", "client", "tenant"])
@pytest.mark.parametrize("wrong", [7, 1.5, b"x", ["x"], " x", "x\n", "x" * 256, True])
def test_ids_are_text(name: str, wrong: Any) -> None:
    with pytest.raises((TypeError, ValueError), match=name):
        select(**{name: wrong})


def test_a_session_is_named_by_itself_or_its_id_and_never_by_its_token() -> None:
    from rescind._tokens import new_session_id, new_session_token

    session = Session.fake("ada")
    assert select(session=session) == select(session=session.id) == Selector(Scope.SESSION, session.id)
    token = new_session_token(new_session_id())
    for secret in (token, f"rsc_r_{session.id}.1.c2VjcmV0", "eyJhbGciOiJFZERTQSJ9.e30.c2ln"):
        with pytest.raises(TypeError, match="not its token") as error:
            select(session=secret)
        assert secret.rpartition(".")[2] not in str(error.value)


@pytest.mark.parametrize("value", [False, 1, "yes"])
def test_everything_is_true_or_an_error(value: Any) -> None:
    with pytest.raises(TypeError, match="pass True"):
        select(everything=value, confirm="default")


def test_principals_are_read_by_the_applications_type() -> None:
    ids: PrincipalIds[Any] = PrincipalIds(int)
    assert read_selector(ids, "default", {"principal": "42"}, None).target == "42"
    with pytest.raises(TypeError):
        read_selector(ids, "default", {"principal": True}, None)
    ids = PrincipalIds(UUID)
    assert read_selector(ids, "default", {"principal": UUID(int=1).hex}, None).target == str(UUID(int=1))


@pytest.mark.parametrize("scope", [Scope.SESSION, Scope.CREDENTIAL])
def test_what_goes_with_wide_selectors_only(scope: Scope) -> None:
    with pytest.raises(ConfigurationError, match="what="):
        order(Selector(scope, "x"), what="all")
    with pytest.raises(ConfigurationError, match="one of sessions"):
        order(what="everything")
    assert order(what="all").what == What.ALL
    assert order(Selector(Scope.EVERYTHING, "")).what == What.ALL


def test_keep_goes_with_principal_only() -> None:
    session = Session.fake("ada")
    assert order(keep=session).keep == order(keep=session.id).keep == session.id
    with pytest.raises(ConfigurationError, match="keep="):
        order(Selector(Scope.TENANT, "app"), keep=session)


def test_by_is_who_is_signed_in_unless_said() -> None:
    assert order().by == "system"
    token = current_initiator.set("session:s1")
    assert order().by == "session:s1"
    assert order(by="cli:root@web").by == "cli:root@web"
    current_initiator.reset(token)
    with pytest.raises((TypeError, ValueError), match="by"):
        order(by="a\nb")
    with pytest.raises(TypeError, match="by"):
        order(by="")


def test_an_id_is_made_or_taken() -> None:
    assert order(id="r-1").id == "r-1"
    assert len({order().id for _ in range(20)}) == 20
    for wrong in ("", 7, "a b\n"):
        with pytest.raises((TypeError, ValueError), match="id"):
            order(id=wrong)


@pytest.mark.parametrize("empty", ["", "  ", "\n", None, 7])
def test_a_reason_is_required(empty: Any) -> None:
    with pytest.raises(TypeError, match="reason is required"):
        read_reason(empty)


def test_a_reason_is_one_line() -> None:
    """CVE-2021-42250: line breaks forge log lines."""
    assert read_reason(" left\r\nthe\u2028 company\x00 ") == "left the company"
    with pytest.raises(ValueError, match=str(MAX_REASON)):
        read_reason("x" * (MAX_REASON + 1))
