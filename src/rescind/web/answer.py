"""Answers of our own routes: JSON, a redirect after a form, a failure as problem+json."""

from __future__ import annotations

from typing import Any

import msgspec

from rescind.errors import RefusalCode, Refused
from rescind.flows.context import current_request_id
from rescind.transport.credential import Source
from rescind.transport.message import Response
from rescind.transport.problem import BASE_HEADERS, Problem, problem
from rescind.transport.redirect import safe_next

Cookies = tuple[str, ...]
"""Values of ``Set-Cookie``."""


class Failure(Exception):
    """A request that cannot be served and is no refusal of access: the body, the method, the handle.

    Attributes:
        told: what the client is told.
    """

    def __init__(
        self, status: int, code: str, detail: str, headers: tuple[tuple[str, str], ...] = ()
    ) -> None:
        super().__init__(f"{status} {code}")
        self.told = Problem(status, code, detail, current_request_id.get(), headers, clear_cookie=False)

    @classmethod
    def of(cls, told: Problem) -> Failure:
        """One that is told as it is."""
        made = cls(told.status, told.code, told.detail)
        made.told = told
        return made


def told(refused: Refused, source: Source | None) -> Problem:
    """What the outside is told about a refusal.

    Args:
        refused: its ``detail`` stays inside, except that of ``csrf``, which is for the client.
        source: which credential was refused, ``None`` if it was not a credential of the request.
    """
    return problem(
        refused.code,
        source=source,
        max_age=refused.max_age,
        retry_after=refused.retry_after,
        detail=refused.detail or None,
        request_id=current_request_id.get(),
        renewable=refused.renewable,
        misplaced=refused.misplaced,
    )


def told_of(code: RefusalCode) -> Problem:
    """What the outside is told when there is only a code, e.g. ``store_unavailable``."""
    return problem(code, request_id=current_request_id.get())


def json_answer(value: Any, *, cookies: Cookies = ()) -> Response:
    """200 with JSON, and with a ``Set-Cookie`` for each that is given."""
    headers = (*BASE_HEADERS, *_set(cookies), ("content-type", "application/json"))
    return Response(200, headers, msgspec.json.encode(value))


def no_content() -> Response:
    """204."""
    return Response(204, BASE_HEADERS)


def see_other(target: str | None, home: str, *, cookies: Cookies = ()) -> Response:
    """303 to the form's ``next`` if it stays on this origin, else to ``home``."""
    return Response(303, (*BASE_HEADERS, *_set(cookies), ("location", safe_next(target, home))))


def _set(cookies: Cookies) -> tuple[tuple[str, str], ...]:
    return tuple(("set-cookie", cookie) for cookie in cookies)
