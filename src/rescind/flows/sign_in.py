"""Sign in with login and password.

Whatever the cause, a refusal is the same: same error, same work (one Argon2 computation, one transaction), so
that neither answer nor time tells who exists (ASVS 6.3.8). The true cause is in the audit event
``sign_in.refused``.

The steps are apart for event loops: ``begin_sign_in`` and ``finish_sign_in`` use the store, ``prove_async``
between them awaits the hash. ``sign_in`` is the three in a row.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from rescind.credentials.password import Passwords
from rescind.errors import Refused
from rescind.flows.context import FlowContext
from rescind.flows.end_replaced import end_replaced
from rescind.flows.password_proof import Proof, prove, verified_still
from rescind.flows.start_session import Draft, Opened, audit_opened, clean_label, insert_session, new_record
from rescind.model.credential import SignInEvidence
from rescind.model.principal import text_id
from rescind.policy.login_name import login_digest, normalise_login
from rescind.stores.base import UnitOfWork


@dataclass(frozen=True, slots=True)
class SignInAttempt:
    """What was read before the password is looked at.

    Attributes:
        digest: the login as audit events show it (``login_digest``).
        evidence: ``None`` when no account can have such a login; the work goes on all the same.
    """

    digest: str
    evidence: SignInEvidence | None

    def cause(self, proof: Proof) -> str | None:
        """Why it is refused by what was read, ``None`` if it is not. For the audit only."""
        if self.evidence is None:
            return "malformed"
        if self.evidence.account is None:
            return "unknown_login"
        if self.evidence.password is None:
            return "no_password"
        if not proof.matched:
            return "wrong_password"
        if self.evidence.standing is None or not self.evidence.standing.active:
            return "principal_disabled"
        return None


def sign_in(
    ctx: FlowContext,
    passwords: Passwords,
    login: str,
    password: str,
    *,
    method: str = "password",
    client_id: str | None = None,
    label: str | None = None,
    replaces: str | tuple[str, ...] | None = None,
) -> Opened:
    """Verify login and password and open a session.

    Args:
        login: as typed; normalised here.
        password: as typed.
        method, client_id, label: as for ``start_session``.
        replaces: the token or tokens whose session ends in the same transaction; see ``end_replaced``.

    Raises:
        Refused: the same for every cause.
        Overloaded: no hashing thread was free in time; equally likely whoever signs in.
        StoreUnavailable: nobody was signed in.
    """
    attempt = begin_sign_in(ctx, login)
    proof = prove(passwords, attempt.evidence, password)
    return finish_sign_in(
        ctx, attempt, proof, method=method, client_id=client_id, label=label, replaces=replaces
    )


def begin_sign_in(ctx: FlowContext, login: str) -> SignInAttempt:
    """First step: the evidence, in one snapshot. No connection is held when this returns."""
    if not isinstance(login, str):
        raise TypeError(f"login is {type(login).__name__}: pass a string")
    try:
        name = normalise_login(login)
    except (TypeError, ValueError):  # empty, too long or invisible characters: nobody is called so
        return SignInAttempt(login_digest(login), None)
    return SignInAttempt(login_digest(name), ctx.store.sign_in_evidence(ctx.realm, name))


def finish_sign_in(
    ctx: FlowContext,
    attempt: SignInAttempt,
    proof: Proof,
    *,
    method: str = "password",
    client_id: str | None = None,
    label: str | None = None,
    replaces: str | tuple[str, ...] | None = None,
) -> Opened:
    """Last step: ask again under the write lock, then open the session or write down the refusal.

    Raises:
        Refused: the same for every cause.
        StoreUnavailable: nobody was signed in.
    """
    method = text_id(method, argument="method")
    client_id = None if client_id is None else text_id(client_id, argument="client_id")
    cause = attempt.cause(proof)
    if cause is None and attempt.evidence is not None and attempt.evidence.password is not None:
        verified = attempt.evidence.password
        draft = Draft(
            principal_id=verified.principal_id,
            method=method,
            mark=attempt.evidence.head,
            credential_id=verified.id,
            client_id=client_id,
            label=clean_label(label),
        )
        try:
            with ctx.store.write() as unit:
                opened = _open(ctx, unit, attempt.evidence, proof, draft)
                if replaces is None:
                    return opened
                return replace(opened, entry=end_replaced(ctx, unit, replaces, opened.facts.record.id))
        except Refused as refused:  # something changed while the password was hashed; rolled back
            cause = refused.code
    _write_refusal(ctx, attempt, cause or "malformed", method)
    raise Refused("missing", "sign-in failed")


def _open(ctx: FlowContext, unit: UnitOfWork, evidence: SignInEvidence, proof: Proof, draft: Draft) -> Opened:
    if verified_still(unit, evidence, proof) is None:
        raise Refused("superseded", "the password was changed while it was verified")
    _require_account(unit, evidence)
    opened = insert_session(ctx, unit, new_record(ctx, draft), draft.mark)
    audit_opened(ctx, unit, opened, "session.started")
    return opened


def _require_account(unit: UnitOfWork, evidence: SignInEvidence) -> None:
    account = evidence.account
    current = None if account is None else unit.account(account.realm, account.login)
    if account is None or current is None or current.principal_id != account.principal_id:
        raise Refused("superseded", "the account was changed while the password was verified")


def _write_refusal(ctx: FlowContext, attempt: SignInAttempt, cause: str, method: str) -> None:
    account = None if attempt.evidence is None else attempt.evidence.account
    subject = f"login:{attempt.digest}" if account is None else f"principal:{account.principal_id}"
    audit_refused_sign_in(ctx, subject, cause, method)


def audit_refused_sign_in(ctx: FlowContext, subject: str, cause: str, method: str) -> None:
    """The event of a sign-in that did not match, whoever has looked at the password.

    Args:
        subject: ``principal:<id>``, or ``login:<digest>`` for a login that nobody has.
    """
    with ctx.store.write() as unit:
        unit.audit(
            ctx.event(
                "sign_in.refused",
                actor="anonymous",
                subject=subject,
                outcome="refused",
                reason=cause,
                method=method,
            )
        )
