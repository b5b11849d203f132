"""From the arguments of ``revoke()`` to one order: exactly one selector, everything checked at the edge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypedDict

from rescind._tokens import REFRESH_PREFIX, SESSION_PREFIX, VISIT_PREFIX, new_id
from rescind.errors import ConfigurationError
from rescind.flows.context import current_initiator
from rescind.flows.revoke import Order
from rescind.model.principal import PrincipalIds, text_id
from rescind.model.revocation import WHAT_BY_NAME, Scope, What

SELECTORS = ("session", "principal", "credential", "client", "tenant", "signing_key", "everything")
LATER = ("grant",)
WIDE = frozenset({Scope.PRINCIPAL, Scope.CLIENT, Scope.TENANT, Scope.EVERYTHING})
MAX_REASON = 1000

MISSING: Any = object()
"""An argument that was not given; ``None`` was given and is an error."""


class RevokeKeywords(TypedDict, total=False):
    """What every ``revoke()`` takes besides its selector and its reason."""

    by: str | None
    id: str | None
    wait: bool
    connection: Any


@dataclass(frozen=True, slots=True)
class Selector:
    scope: Scope
    target: str


def read_selector(ids: PrincipalIds[Any], realm: str, given: dict[str, Any], confirm: str | None) -> Selector:
    """Exactly one selector, by name.

    Raises:
        TypeError: none, several, or an empty one; the message names the argument.
        ConfigurationError: one that this version cannot revoke. It never says that it did.
    """
    named = {name: value for name, value in given.items() if value is not MISSING}
    for name in LATER:
        if name in named:
            raise ConfigurationError(f"{name}= cannot be revoked in this version: it issues none")
    if len(named) != 1:
        said = ", ".join(f"{name}=" for name in sorted(named)) or "none"
        raise TypeError(f"pass exactly one of {', '.join(f'{name}=' for name in SELECTORS)} (got {said})")
    name, value = next(iter(named.items()))
    if value is None or value == "":
        raise TypeError(f"{name} is {value!r}: nothing was revoked; pass the id of what is to end")
    return _target(ids, realm, name, value, confirm)


def _target(ids: PrincipalIds[Any], realm: str, name: str, value: Any, confirm: str | None) -> Selector:
    if name == "principal":
        return Selector(Scope.PRINCIPAL, ids.text(value))
    if name == "everything":
        if value is not True:
            raise TypeError(f"everything={value!r}: pass True")
        if confirm != realm:
            raise ConfigurationError(f'everything=True ends every session: pass confirm="{realm}" as well')
        return Selector(Scope.EVERYTHING, "")
    if name == "session":
        value = getattr(value, "id", value)
        if isinstance(value, str) and value.startswith((SESSION_PREFIX, VISIT_PREFIX, REFRESH_PREFIX, "eyJ")):
            raise TypeError("session= takes the public id of a session, not its token")
    return Selector(Scope(name), text_id(value, argument=name))


def read_order(
    selector: Selector, *, what: str, reason: str, keep: Any, by: str | None, id: str | None
) -> Order:
    """The order for the flow.

    Raises:
        TypeError, ValueError: an argument is no usable text.
        ConfigurationError: ``what`` or ``keep`` does not fit the selector.
    """
    if what not in WHAT_BY_NAME:
        raise ConfigurationError(f"what={what!r}: one of {', '.join(WHAT_BY_NAME)}")
    ends = WHAT_BY_NAME[what]
    if selector.scope not in WIDE and what != "sessions":
        raise ConfigurationError(
            f"what= goes with principal=, client=, tenant= or everything=, not {selector.scope}="
        )
    if keep is not None:
        if selector.scope is not Scope.PRINCIPAL:
            raise ConfigurationError("keep= goes with principal= only")
        keep = text_id(getattr(keep, "id", keep), argument="keep")
    return Order(
        id=new_id() if id is None else text_id(id, argument="id"),
        scope=selector.scope,
        target=selector.target,
        what=What.ALL if selector.scope is Scope.EVERYTHING and what == "sessions" else ends,
        reason=read_reason(reason),
        by=current_initiator.get() if by is None else text_id(by, argument="by"),
        keep=keep,
        named=id is not None,
    )


def read_reason(reason: str) -> str:
    """Why: required text of one line.

    Raises:
        TypeError, ValueError: empty, too long, or with line breaks (log lines could be forged).
    """
    if not isinstance(reason, str) or not reason.strip():
        raise TypeError('reason is required: say why, for example reason="left the company"')
    if len(reason) > MAX_REASON:
        raise ValueError(f"reason is longer than {MAX_REASON} characters")
    return " ".join(reason.split()) if reason.isprintable() else _one_line(reason)


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
