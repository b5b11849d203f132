"""Create an account of rescind's own: login, password and standing, in one transaction.

Split as signing in is: ``plan_account`` decides, a hash is computed, ``insert_account`` writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from rescind._tokens import new_id
from rescind.credentials.password import Passwords
from rescind.errors import Conflict
from rescind.flows.context import FlowContext
from rescind.flows.set_standing import canonical_roles
from rescind.model.credential import Account, PasswordCredential
from rescind.model.principal import Standing, text_id
from rescind.policy.login_name import login_digest, normalise_login
from rescind.policy.password_rules import PasswordRules, judge_password
from rescind.stores.base import UnitOfWork

DEFAULT_RULES = PasswordRules()


@dataclass(frozen=True, slots=True)
class AccountPlan:
    """A valid wish; ``principal_id`` is ``None`` when one is to be minted."""

    login: str
    principal_id: str | None
    roles: tuple[str, ...]
    tenant: str | None


def create_account(
    ctx: FlowContext,
    passwords: Passwords,
    *,
    login: str,
    password: str,
    principal_id: str | None = None,
    kind: type[int | str | UUID] = str,
    roles: Sequence[str] = (),
    tenant: str | None = None,
    rules: PasswordRules = DEFAULT_RULES,
    by: str = "system",
) -> Account:
    """Create an account whose principal is new.

    Args:
        login: as typed; stored in its normal form (``normalise_login``).
        password: judged by ``rules``, stored as an Argon2id hash.
        principal_id: canonical text of the application's own id; ``None`` mints one of ``kind``.
        kind: the application's type of id.
        roles, tenant: of the new standing.
        by: the initiator for the audit.

    Raises:
        Conflict: the login is taken, or ``principal_id`` is known already. An account never attaches itself
            to a principal that exists: its password would open what is another's.
        PasswordRejected: the password does not meet the rules.
        Overloaded: no hashing thread was free in time.
        TypeError, ValueError: an argument is no usable text.
        StoreUnavailable: nothing was created.
    """
    plan = plan_account(login, password, principal_id, roles=roles, tenant=tenant, rules=rules)
    return insert_account(ctx, plan, passwords.hash(password), kind=kind, by=by)


def plan_account(
    login: str,
    password: str,
    principal_id: str | None = None,
    *,
    roles: Sequence[str] = (),
    tenant: str | None = None,
    rules: PasswordRules = DEFAULT_RULES,
) -> AccountPlan:
    """First step: judge the arguments; see ``create_account``."""
    name = normalise_login(login)
    judge_password(password, rules, login=name)
    return AccountPlan(
        login=name,
        principal_id=None if principal_id is None else text_id(principal_id, argument="principal"),
        roles=canonical_roles(roles),
        tenant=None if tenant is None else text_id(tenant, argument="tenant"),
    )


def insert_account(
    ctx: FlowContext,
    plan: AccountPlan,
    phc: str,
    *,
    kind: type[int | str | UUID] = str,
    by: str = "system",
) -> Account:
    """Last step: account, standing, password and audit event, together or not at all."""
    with ctx.store.write() as unit:
        now = ctx.now()
        principal_id = _new_principal(ctx, unit, plan.principal_id, kind)
        account = Account(ctx.realm, plan.login, principal_id, created_at=now)
        unit.insert_account(account)
        unit.put_standing(
            Standing(ctx.realm, principal_id, roles=plan.roles, tenant=plan.tenant, updated_at=now)
        )
        unit.put_password(
            PasswordCredential(new_id(), ctx.realm, principal_id, phc, version=1, created_at=now)
        )
        unit.audit(
            ctx.event(
                "account.created",
                actor=by,
                subject=f"principal:{principal_id}",
                login=login_digest(plan.login),
                roles=" ".join(plan.roles),
                tenant=plan.tenant,
            )
        )
    return account


def _new_principal(
    ctx: FlowContext, unit: UnitOfWork, wanted: str | None, kind: type[int | str | UUID]
) -> str:
    principal_id = mint_principal_id(kind) if wanted is None else wanted
    while unit.standing(ctx.realm, principal_id) is not None:
        if wanted is not None:
            raise Conflict(f"principal {wanted} exists: leave principal_id out, or use another")
        principal_id = mint_principal_id(kind)
    return principal_id


def mint_principal_id(kind: type[int | str | UUID]) -> str:
    """A new random id as canonical text: 32 hex digits, a UUID, or a whole number below 2**52.

    Random and not counted, because ids are seen in URLs and logs; numbers stay where JavaScript still counts
    exactly.
    """
    if kind is int:
        return str(int(new_id()[:13], 16))
    return str(UUID(hex=new_id(), version=4)) if kind is UUID else new_id()
