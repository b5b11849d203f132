"""``GET /session``, ``GET /sessions``, ``DELETE /sessions/{handle}``, ``POST /sessions/revoke``: own ones."""

from __future__ import annotations

from collections.abc import Iterator
from hmac import compare_digest
from typing import Any

from rescind.errors import NotFound, Refused
from rescind.model.session import Session, SessionSummary
from rescind.revocation.receipt import Receipt
from rescind.transport.message import Response
from rescind.web.answer import Failure, json_answer
from rescind.web.body import EndAllBody, EndOneBody, read_body
from rescind.web.call import Call
from rescind.web.cookies import without_cookies
from rescind.web.handle import handle_of
from rescind.web.views import session_view, summary_view

PAGE = 100
"""Sessions that are read at once."""

MAX_REASON = 200
"""Characters of a reason that a client gives."""


def show_session(call: Call) -> Response:
    """Who is signed in, since when, until when."""
    return json_answer(session_view(call.session()))


def list_sessions(call: Call) -> Response:
    """One's own live sessions, without any secret and without the id."""
    session = call.session()
    listed = [summary_view(one, current=one.id == session.id) for one in _own(call, session)]
    return json_answer({"sessions": listed})


def end_session(call: Call) -> Response:
    """End one of one's own sessions. A handle of anybody else is 404, as is one that never was."""
    body = read_body(call.facts, call.body, EndOneBody)
    session = call.session()
    wanted = call.params["handle"].encode("utf-8", "surrogatepass")
    for one in _own(call, session):
        if compare_digest(handle_of(one.id).encode("ascii"), wanted):
            receipt = call.engine.revoke(
                session=one.id, reason=_reason(body.reason), by=f"session:{session.id}"
            )
            ends_itself = one.id == session.id and call.source == "cookie"
            return _ended(call, receipt, itself=ends_itself)
    raise Failure(404, "not_found", "You have no such session.")


def end_sessions(call: Call) -> Response:
    """Sign out everywhere; by default everywhere but here."""
    body = read_body(call.facts, call.body, EndAllBody)
    session = call.session()
    try:
        receipt = call.engine.revoke(
            principal=session.principal_id,
            keep=session.id if body.keep_current else None,
            reason="signed out everywhere",
            by=f"session:{session.id}",
        )
    except NotFound:  # it has ended since it was checked: who holds it may end nothing any more
        raise Refused("revoked", "the session ended meanwhile; nothing else was ended") from None
    ends_itself = not body.keep_current and call.source == "cookie"
    return _ended(call, receipt, itself=ends_itself)


def _ended(call: Call, receipt: Receipt, *, itself: bool) -> Response:
    answer = json_answer(receipt.to_dict())
    return without_cookies(call.settings, answer) if itself else answer


def _own(call: Call, session: Session[Any]) -> Iterator[SessionSummary[Any]]:
    """Every live session of who asks, page after page."""
    after: str | None = None
    while True:
        page = call.engine.sessions.list(session.principal_id, limit=PAGE, after=after)
        yield from page
        if len(page) < PAGE:
            return
        after = page[-1].id


def _reason(given: str | None) -> str:
    """The client's reason, printable and short: it goes into the audit trail (CVE-2021-42250)."""
    if given is None or not given.strip():
        return "ended by its owner"
    if len(given) > MAX_REASON or not given.isprintable():
        raise Failure(400, "invalid", f"reason: up to {MAX_REASON} printable characters.")
    return given.strip()
