"""What every flow is given: the store, the time, the limits, the initiator."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar, Token
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from rescind._tokens import new_id
from rescind.errors import Refused
from rescind.model.audit_event import AuditEvent
from rescind.model.session import Facts
from rescind.policy.session_lifetime import SessionPolicy, judge_session
from rescind.revocation.receipt import Receipt
from rescind.sessions.minting import OPAQUE, Credentials, KeyEnded
from rescind.stores.base import Store, UnitOfWork


class RunningRequest(Protocol):
    """What a face knows about the request that runs now; asked only when somebody wants to know."""

    @property
    def initiator(self) -> str: ...

    @property
    def request_id(self) -> str | None: ...

    @property
    def receipts(self) -> list[Receipt]: ...


running_request: ContextVar[RunningRequest | None] = ContextVar("rescind_request", default=None)
"""Set by the faces: one variable, because setting several costs every request."""

T = TypeVar("T")


class OfRequest(Generic[T]):
    """A fact of the running request; outside of any, what was set here or the default."""

    def __init__(self, name: str, default: T, read: Callable[[RunningRequest], T]) -> None:
        self._outside: ContextVar[T] = ContextVar(name, default=default)
        self._read = read

    def get(self) -> T:
        request = running_request.get()
        return self._outside.get() if request is None else self._read(request)

    def set(self, value: T) -> Token[T]:
        return self._outside.set(value)

    def reset(self, token: Token[T]) -> None:
        self._outside.reset(token)


current_initiator: OfRequest[str] = OfRequest("rescind_initiator", "system", lambda one: one.initiator)
"""Who acts: ``session:<id>`` of the running request; the default of ``by=``."""

current_request_id: OfRequest[str | None] = OfRequest("rescind_request_id", None, lambda one: one.request_id)

pending_receipts: OfRequest[list[Receipt] | None] = OfRequest(
    "rescind_pending", None, lambda one: one.receipts
)
"""Receipts of revocations inside the caller's own transaction, for the face that completes them before the
answer leaves; ``None`` where no face does."""


@dataclass(frozen=True, slots=True)
class FlowContext:
    """Attributes:
    store: the authority.
    now: judging time, microseconds since the epoch, never backwards.
    realm: the realm that acts.
    policy: limits of new sessions.
    credentials: those of the session model.
    """

    store: Store
    now: Callable[[], int]
    realm: str
    policy: SessionPolicy
    credentials: Credentials = OPAQUE

    def key_ended(self, unit: UnitOfWork | Store) -> KeyEnded:
        """Asks ``unit``, or the store itself, about signing keys of this realm."""
        return lambda kid: unit.key_end(self.realm, kid) is not None

    def live(self, facts: Facts | None) -> Facts:
        """The facts of a session that may act now.

        Raises:
            Refused: there is none, or it is not alive, with its own code.
        """
        if facts is None:
            raise Refused("revoked", "there is no such session")
        verdict = judge_session(facts, self.now(), realm=self.realm)
        if verdict.code is not None:
            raise Refused(verdict.code, verdict.detail)
        return facts

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
