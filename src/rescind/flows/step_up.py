"""Prove it again: verify the password of a session's principal, then go on with a session that is fresh.

The answer is a new session with a new token (see ``rotate_session``): a copied token does not become fresh
with its owner's. RFC 9470 names the challenge, ``fresh=`` asks for it.
"""

from __future__ import annotations

from dataclasses import dataclass

from rescind.credentials.password import Passwords
from rescind.errors import Refused
from rescind.flows.context import FlowContext
from rescind.flows.password_proof import Proof, prove, verified_still
from rescind.flows.rotate_session import Anew, carry_data, replace_session
from rescind.flows.start_session import Opened, audit_opened
from rescind.model.credential import SignInEvidence
from rescind.stores.base import UnitOfWork


@dataclass(frozen=True, slots=True)
class StepUpAttempt:
    """What was read before the password is looked at."""

    session_id: str
    principal_id: str
    evidence: SignInEvidence


def step_up(ctx: FlowContext, passwords: Passwords, session_id: str, password: str) -> Opened:
    """Verify the password and replace the session by a fresh one.

    Args:
        session_id: taken from a session that was checked.

    Raises:
        Refused: ``step_up`` when the password is not the principal's, or was changed meanwhile; the session
            goes on as it was. Any other code: the session itself is not alive.
        Overloaded: no hashing thread was free in time.
        StoreUnavailable: nothing was changed.
    """
    attempt = begin_step_up(ctx, session_id)
    return finish_step_up(ctx, attempt, prove(passwords, attempt.evidence, password))


def begin_step_up(ctx: FlowContext, session_id: str) -> StepUpAttempt:
    """First step: judge the session, read the evidence in one snapshot.

    Raises:
        Refused: the session is not alive.
    """
    principal_id = ctx.live(ctx.store.facts(session_id)).record.principal_id
    return StepUpAttempt(session_id, principal_id, ctx.store.password_evidence(ctx.realm, principal_id))


def finish_step_up(
    ctx: FlowContext, attempt: StepUpAttempt, proof: Proof, *, method: str = "password"
) -> Opened:
    """Last step: ask again under the write lock, then replace the session or write down the refusal."""
    cause = "no_password" if attempt.evidence.password is None else "wrong_password"
    if proof.matched:
        try:
            with ctx.store.write() as unit:
                opened = _replace(ctx, unit, attempt, proof, method)
        except Refused as refused:
            if refused.code != "step_up":
                raise
            cause = "superseded"
        else:
            carry_data(ctx, attempt.session_id, opened.facts.record.id)
            return opened
    audit_refused_step_up(ctx, attempt.session_id, attempt.principal_id, cause)
    raise Refused("step_up", "the password was not proved")


def _replace(ctx: FlowContext, unit: UnitOfWork, attempt: StepUpAttempt, proof: Proof, method: str) -> Opened:
    if verified_still(unit, attempt.evidence, proof) is None:
        raise Refused("step_up", "the password was changed while it was verified")
    anew = Anew(attempt.evidence.head, method=method, auth_time=ctx.now())
    opened = replace_session(ctx, unit, attempt.session_id, anew)
    audit_opened(ctx, unit, opened, "session.stepped_up", by=f"session:{attempt.session_id}")
    return opened


def audit_refused_step_up(ctx: FlowContext, session_id: str, principal_id: str, cause: str) -> None:
    """The event of a password that was not proved again, whoever has looked at it."""
    with ctx.store.write() as unit:
        unit.audit(
            ctx.event(
                "step_up.refused",
                actor=f"session:{session_id}",
                subject=f"principal:{principal_id}",
                outcome="refused",
                reason=cause,
            )
        )
