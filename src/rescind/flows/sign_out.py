"""What signing out with a token ends: the session that it opens, if it is genuine."""

from __future__ import annotations

from hmac import compare_digest

from rescind._tokens import digest_of, new_id, session_id_of
from rescind.flows.context import FlowContext, current_initiator
from rescind.flows.revoke import Order
from rescind.model.revocation import Scope, What

NOBODY = "-"
"""A session id that no session has: signing out with junk ends nothing and says so."""


def sign_out_order(ctx: FlowContext, token: str | None) -> Order:
    """The order to end the token's session. Only who has the secret can sign a session out."""
    session_id = session_id_of(token) if isinstance(token, str) else None
    facts = None if session_id is None else ctx.store.facts(session_id)
    genuine = (
        facts is not None
        and facts.record.ended_at is None
        and compare_digest(facts.record.digest, digest_of(token or ""))
    )
    target = session_id if genuine and session_id is not None else NOBODY
    return Order(
        id=new_id(),
        scope=Scope.SESSION,
        target=target,
        what=What.SESSIONS,
        reason="signed out",
        by=f"session:{target}" if genuine else current_initiator.get(),
    )
