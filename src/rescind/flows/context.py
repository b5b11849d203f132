"""What every flow is given: the store, the time, the limits, the initiator."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass

from rescind._tokens import new_id
from rescind.model.audit_event import AuditEvent
from rescind.policy.session_lifetime import SessionPolicy
from rescind.revocation.receipt import Receipt
from rescind.stores.base import Store

current_initiator: ContextVar[str] = ContextVar("rescind_initiator", default="system")
"""Who acts in this request: ``session:<id>``; set by the faces, read as the default of ``by=``."""

current_request_id: ContextVar[str | None] = ContextVar("rescind_request_id", default=None)

pending_receipts: ContextVar[list[Receipt] | None] = ContextVar("rescind_pending_receipts", default=None)
"""Receipts of revocations inside the caller's own transaction, for the face that completes them before the
answer leaves; ``None`` where no face does."""


@dataclass(frozen=True, slots=True)
class FlowContext:
    """Attributes:
    store: the authority.
    now: judging time, microseconds since the epoch, never backwards.
    realm: the realm that acts.
    policy: limits of new sessions.
    """

    store: Store
    now: Callable[[], int]
    realm: str
    policy: SessionPolicy

    def event(
        self,
        type: str,
        *,
        actor: str,
        subject: str,
        outcome: str = "done",
        reason: str | None = None,
        seq: int | None = None,
        at: int | None = None,
        **data: str | int | bool | None,
    ) -> AuditEvent:
        """An audit event of this realm, with the request id of the current request."""
        return AuditEvent(
            id=new_id(),
            at=self.now() if at is None else at,
            type=type,
            realm=self.realm,
            actor=actor,
            subject=subject,
            outcome=outcome,
            reason=reason,
            seq=seq,
            request_id=current_request_id.get(),
            data=data,
        )
