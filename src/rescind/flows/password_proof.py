"""Was this the principal's password? One computation per question, whatever there is to compare with.

Three steps, so that no connection is held while a password is hashed and an event loop can await the middle
one: evidence is read in one snapshot, the password is verified, and the transaction that acts on it asks
again whether the credential is still the one that was verified.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from rescind.credentials.password import Passwords
from rescind.model.credential import PasswordCredential, SignInEvidence
from rescind.stores.base import UnitOfWork


@dataclass(frozen=True, slots=True)
class Proof:
    """What the verification said.

    Attributes:
        matched: the password is the one of the evidence.
        renewed: its hash with today's parameters, when the stored one has others and a thread was free.
    """

    matched: bool
    renewed: str | None = field(default=None, repr=False)


def prove(passwords: Passwords, evidence: SignInEvidence | None, password: str) -> Proof:
    """Verify, with exactly one computation.

    A second one renews an outdated hash, after a match and for a principal that may act: where it tells
    something, the answer has told it already.

    Raises:
        Overloaded: no hashing thread was free in time, whatever the evidence.
    """
    phc = _phc(evidence)
    if not passwords.verify(password, phc):
        return Proof(matched=False)
    return Proof(True, passwords.rehash(password) if _is_outdated(passwords, evidence, phc) else None)


async def prove_async(passwords: Passwords, evidence: SignInEvidence | None, password: str) -> Proof:
    """``prove`` without blocking the event loop."""
    phc = _phc(evidence)
    if not await passwords.verify_async(password, phc):
        return Proof(matched=False)
    outdated = _is_outdated(passwords, evidence, phc)
    return Proof(True, await passwords.rehash_async(password) if outdated else None)


def verified_still(unit: UnitOfWork, evidence: SignInEvidence, proof: Proof) -> PasswordCredential | None:
    """The verified credential, read again under the write lock; ``None`` if it was changed or removed
    meanwhile.

    A renewed hash is stored here. That is no change of the password: ``version`` stays, so that another
    sign-in under way with the same password is not refused, and no session ends.
    """
    verified = evidence.password
    if verified is None or not proof.matched:
        return None
    current = unit.password(verified.realm, verified.principal_id)
    if current is None or (current.id, current.version) != (verified.id, verified.version):
        return None
    if proof.renewed is not None:
        unit.put_password(replace(current, phc=proof.renewed))
    return current


def _phc(evidence: SignInEvidence | None) -> str | None:
    return None if evidence is None or evidence.password is None else evidence.password.phc


def _is_outdated(passwords: Passwords, evidence: SignInEvidence | None, phc: str | None) -> bool:
    return (
        phc is not None
        and evidence is not None
        and evidence.standing is not None
        and evidence.standing.active
        and passwords.needs_rehash(phc)
    )
