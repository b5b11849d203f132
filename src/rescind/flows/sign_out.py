"""What signing out with a token ends: the session that it opens, if it is genuine."""

from __future__ import annotations

from rescind._tokens import new_id
from rescind.flows.context import FlowContext, current_initiator
from rescind.flows.revoke import Order
from rescind.model.revocation import Scope, What
from rescind.model.session import Facts
from rescind.stores.base import Store, UnitOfWork

LONGEST_TOKEN = 4096
"""Characters: longer than any that we make."""

NOBODY = "-"
"""A session id that no session has: signing out with junk ends nothing and says so."""


def sign_out_order(ctx: FlowContext, token: str | None) -> Order:
    """The order to end the token's session. Only who has the secret can sign a session out."""
    facts = facts_of_token(ctx, token, ctx.store)
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


def facts_of_token(ctx: FlowContext, token: str | None, source: Store | UnitOfWork) -> Facts | None:
    """What is stored about the session that this token opens or refreshes, alive or not, the token's own time
    over or not; ``None`` for any other text.

    Args:
        source: where to read: the store, or a unit of work that is open.
    """
    if not isinstance(token, str) or not token or len(token) > LONGEST_TOKEN:
        return None
    return ctx.credentials.facts_of(token, ctx.now(), source.facts, ctx.key_ended(source))
