"""What signing out with a token ends: the session that it opens, if it is genuine."""

from __future__ import annotations

from collections.abc import Callable
from hmac import compare_digest

from rescind._tokens import digest_of, new_id, session_id_of
from rescind.flows.context import FlowContext, current_initiator
from rescind.flows.revoke import Order
from rescind.model.revocation import Scope, What
from rescind.model.session import Facts

NOBODY = "-"
"""A session id that no session has: signing out with junk ends nothing and says so."""


def sign_out_order(ctx: FlowContext, token: str | None) -> Order:
    """The order to end the token's session. Only who has the secret can sign a session out."""
    facts = facts_of_token(token, ctx.store.facts)
    genuine = facts is not None and facts.record.ended_at is None
    target = facts.record.id if facts is not None and genuine else NOBODY
    return Order(
        id=new_id(),
        scope=Scope.SESSION,
        target=target,
        what=What.SESSIONS,
        reason="signed out",
        by=f"session:{target}" if genuine else current_initiator.get(),
    )


def facts_of_token(token: str | None, read: Callable[[str], Facts | None]) -> Facts | None:
    """What is stored about the session that this token opens, alive or not; ``None`` for any other text.

    Args:
        read: facts by the id of a session.
    """
    session_id = session_id_of(token) if isinstance(token, str) else None
    facts = None if session_id is None else read(session_id)
    if facts is None or token is None or not compare_digest(facts.record.digest, digest_of(token)):
        return None
    return facts
