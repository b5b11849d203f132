"""The choke point for standing: active, roles, tenant. Every change is a ``changed`` entry with a barrier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from rescind.errors import ConfigurationError, Conflict
from rescind.flows.context import FlowContext
from rescind.flows.revoke import Ended
from rescind.model.principal import Standing, text_id
from rescind.model.revocation import Kind, LogEntry, Scope, What
from rescind.stores.base import UnitOfWork


@dataclass(frozen=True, slots=True)
class Unset:
    """Stands for "leave as it is"."""


UNSET = Unset()


@dataclass(frozen=True, slots=True)
class Change:
    """Fields left at ``UNSET`` stay as they are."""

    active: bool | Unset = UNSET
    roles: Sequence[str] | Unset = UNSET
    tenant: str | Unset | None = UNSET


def set_standing(
    ctx: FlowContext,
    principal_id: str,
    change: Change,
    *,
    id: str,
    reason: str,
    by: str,
    connection: Any = None,
) -> Ended:
    """Write the standing and its entry. A principal never seen gets its row here.

    Nothing is appended when nothing differs. ``matched`` is 1 when the principal was known.
    """
    with ctx.store.write(connection) as unit:
        known = unit.find_entry(id)
        if known is not None:
            if (known.kind, known.realm, known.target) != (Kind.CHANGED, ctx.realm, principal_id):
                raise Conflict(f"id={id!r} belongs to another change; nothing was changed")
            ended = Ended.known(unit.reach(), known)
        else:
            ended = _set(
                ctx,
                unit,
                principal_id,
                change,
                LogEntry(
                    id=id,
                    kind=Kind.CHANGED,
                    realm=ctx.realm,
                    scope=Scope.PRINCIPAL,
                    target=principal_id,
                    what=What.NOTHING,
                    reason=reason,
                    initiator=by,
                    at=ctx.now(),
                ),
            )
    return ended.numbered(unit)


def _set(ctx: FlowContext, unit: UnitOfWork, principal_id: str, change: Change, entry: LogEntry) -> Ended:
    old = unit.standing(ctx.realm, principal_id)
    new = _changed(old or Standing(ctx.realm, principal_id, version=0), change)
    if old is not None and replace(new, updated_at=old.updated_at) == old:
        return Ended(unit.reach(), matched=1)
    unit.put_standing(replace(new, updated_at=entry.at, version=new.version + 1))
    entry = unit.append(entry)
    unit.audit(
        ctx.event(
            "principal.changed",
            actor=entry.initiator,
            subject=f"principal:{principal_id}",
            reason=entry.reason,
            seq=entry.seq,
            revocation=entry.id,
            matched=int(old is not None),
            active=new.active,
            roles=" ".join(new.roles),
            tenant=new.tenant,
        )
    )
    return Ended(unit.head_of(entry), matched=int(old is not None), entry=entry, suspended=not new.active)


def _changed(old: Standing, change: Change) -> Standing:
    active = old.active if isinstance(change.active, Unset) else change.active
    if not isinstance(active, bool):
        raise TypeError(f"active={active!r}: pass True or False")
    tenant = old.tenant if isinstance(change.tenant, Unset) else change.tenant
    if tenant is not None:
        tenant = text_id(tenant, argument="tenant")
    roles = old.roles if isinstance(change.roles, Unset) else canonical_roles(change.roles)
    return replace(old, active=active, roles=roles, tenant=tenant)


def canonical_roles(roles: Sequence[str]) -> tuple[str, ...]:
    """Sorted, without duplicates.

    Raises:
        ConfigurationError: a single string was passed; it would become one role per letter.
    """
    if isinstance(roles, str):
        raise ConfigurationError(f'roles={roles!r}: pass a list, roles=["{roles}"]')
    return tuple(sorted({text_id(role, argument="roles") for role in roles}))
