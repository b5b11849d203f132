"""Sessions as JSON. No secret, no digest, and no id: a listing names a session by its handle."""

from __future__ import annotations

from typing import Any

from rescind.model.session import Issued, Session, SessionSummary
from rescind.web.handle import handle_of


def session_view(session: Session[Any]) -> dict[str, Any]:
    """Who, since when, until when, proved when, with which roles. Times are UTC (RFC 3339)."""
    return {
        "handle": handle_of(session.id),
        "principal_id": session.principal_id,
        "since": session.created_at,
        "until": session.expires_at,
        "auth_time": session.auth_time,
        "method": session.method,
        "roles": session.roles,
        "tenant": session.tenant,
    }


def summary_view(summary: SessionSummary[Any], *, current: bool) -> dict[str, Any]:
    """One line of a listing."""
    return {
        "handle": handle_of(summary.id),
        "since": summary.created_at,
        "last_seen": summary.last_seen,
        "until": summary.expires_at,
        "method": summary.method,
        "label": summary.label,
        "current": current,
    }


def bearer_view(issued: Issued[Any]) -> dict[str, Any]:
    """A token for a client that keeps it itself (RFC 6749 5.1). ``expires_in`` is seconds."""
    view: dict[str, Any] = {
        "access_token": issued.token,
        "token_type": "Bearer",
        "expires_in": issued.expires_in,
    }
    if issued.refresh_token is not None:
        view["refresh_token"] = issued.refresh_token
    return view | {"session": session_view(issued.session)}
