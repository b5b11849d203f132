"""What a type checker knows about the FastAPI face. `make types` reads this file; pytest runs it as well."""

from __future__ import annotations

from datetime import timedelta
from typing import assert_type

import pytest
from fastapi import FastAPI
from fastapi.middleware import Middleware

from rescind import ConfigurationError
from rescind.fastapi import Issued, Optional, Receipt, Require, Rescind, Session


def test_the_face_keeps_the_type_of_the_id() -> None:
    with Rescind("memory://") as texts, Rescind("memory://", principal_id=int) as numbers:
        assert_type(texts, Rescind[str])
        assert_type(numbers, Rescind[int])
        assert_type(numbers.require(role="finance", fresh=timedelta(minutes=5)), Require[int])
        assert_type(numbers.optional(), Optional[int])
        assert_type(numbers.sessions.start(7), Issued[int])
        assert_type(numbers.revoke(principal=7, reason="left"), Receipt)


def test_the_parts_fit_into_an_application() -> None:
    with Rescind("memory://") as auth:
        FastAPI(
            lifespan=auth.lifespan,
            middleware=[Middleware(auth.middleware)],
            exception_handlers=auth.exception_handlers,
        ).include_router(auth.router("/account"))


def test_what_a_route_may_not_ask() -> None:
    with Rescind("memory://") as auth:
        with pytest.raises(ConfigurationError, match="guarantee"):
            auth.require(guarantee="never")  # type: ignore[arg-type]
        with pytest.raises(TypeError):
            auth.require("finance")  # type: ignore[call-arg]


async def of_a_route(auth: Rescind[int], session: Session[int]) -> None:
    """Read by the type checker only."""
    assert_type(session.principal_id, int)
    assert_type(await auth.require().__call__(None), Session[int])  # type: ignore[arg-type]
    assert_type(await auth.optional().__call__(None), Session[int] | None)  # type: ignore[arg-type]
